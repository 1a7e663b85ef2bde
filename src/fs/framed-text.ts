import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/**
 * The frame of every text file in a checkpoint: a version line, lines of text, and a last line that states checksum and length of all before it,
 * so that a torn or changed file is never taken for a whole one.
 *
 *     v1
 *     {"batchWatermarkMs":0,...}
 *     {"crc32":"0f3a52c1","bytes":123}
 */
export const FRAME_VERSION = 1;

export type FrameContent =
  | { readonly kind: 'whole'; readonly lines: readonly string[] }
  /** Truncated, empty or changed. */
  | { readonly kind: 'broken'; readonly reason: string }
  /** Written by a newer clickstream. */
  | { readonly kind: 'newer'; readonly version: number };

/** The bytes of a framed file. A line must not hold a line feed (JSON texts never do). */
export function encodeFrame(lines: readonly string[]): Uint8Array {
  const body = Buffer.from(`v${FRAME_VERSION}\n${lines.map((line) => `${line}\n`).join('')}`, 'utf8');
  return Buffer.concat([body, Buffer.from(frameEnd(crc32(body), body.length), 'latin1')]);
}

/** The last line of a framed file whose bytes before it have this CRC-32 and length. */
export function frameEnd(checksum: number, bytes: number): string {
  return `{"crc32":"${checksum.toString(16).padStart(8, '0')}","bytes":${bytes}}`;
}

export function decodeFrame(bytes: Uint8Array): FrameContent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length === 0) return { kind: 'broken', reason: 'the file is empty' };
  const version = /^v([1-9]\d{0,8})(?:\n|$)/.exec(buffer.toString('latin1', 0, 12))?.[1];
  if (version === undefined) return { kind: 'broken', reason: 'the first line is not a version' };
  if (Number(version) > FRAME_VERSION) return { kind: 'newer', version: Number(version) };
  const bodyLength = buffer.lastIndexOf(10) + 1;
  const body = buffer.subarray(0, bodyLength);
  // Compared as text: there is one way to write the last line, so any changed byte in it shows.
  if (bodyLength === 0 || buffer.toString('latin1', bodyLength) !== frameEnd(crc32(body), bodyLength)) {
    return { kind: 'broken', reason: 'the checksum does not fit (truncated or changed)' };
  }
  return {
    kind: 'whole',
    lines: body
      .toString('utf8', 0, bodyLength - 1)
      .split('\n')
      .slice(1),
  };
}
