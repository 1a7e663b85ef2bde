import type { DecodeRequest, Decoder } from '../../../src/format.ts';
import type { RejectedRecord } from '../../../src/source.ts';
import { type Decoded, decoded, rowTexts } from '../compare.ts';
import { type DecodingCase, someCuts } from '../decoding-case.ts';
import { Random } from '../random.ts';
import { check, documented } from '../target.ts';

type Decode = (request: DecodeRequest) => Decoder;
type Reject = Omit<RejectedRecord, 'source'>;

/** Bytes of an input before its content: schema, options, two for where the chunks end. */
export const CHOICES = 4;

export function content(input: Uint8Array): Uint8Array {
  return input.subarray(Math.min(CHOICES, input.length));
}

/** Decodes twice, in two ways, with other chunks each time, and checks what holds for every format. */
export function decodeBoth(given: Omit<DecodingCase, 'cuts'>, input: Uint8Array, plain: Decode, fast: Decode): Decoded {
  const random = new Random(((input[2] ?? 0) << 8) | (input[3] ?? 0));
  // In parts as well, as threads read a large file.
  const rangeBytes = random.chance(0.3) ? 1 + random.below(given.bytes.length + 1) : undefined;
  const one = decoded(plain, { ...given, cuts: someCuts(given.bytes.length, random), rangeBytes });
  const two = decoded(fast, { ...given, cuts: someCuts(given.bytes.length, random), rangeBytes });
  for (const { error } of [one, two]) {
    if (error === null) continue;
    const { code } = documented(error);
    const mayFail = given.options.mode === 'failfast' && code === 'MALFORMED_RECORD';
    check(mayFail, () => `${code} in mode ${given.options.mode}: ${(error as Error).message}`);
  }
  checkSame(one, two);
  for (const batch of one.batches) {
    check(
      batch.vectors.every(({ length }) => length === batch.length),
      () => `a batch of ${batch.length} rows has vectors of ${batch.vectors.map(({ length }) => length)}`,
    );
  }
  return one;
}

function checkSame(one: Decoded, two: Decoded): void {
  if (one.error !== null || two.error !== null) {
    const messages = [one, two].map(({ error }) => (error as Error | null)?.message);
    check(messages[0] === messages[1], () => `two ways, two errors:\n${messages.join('\n')}`);
    return;
  }
  const texts = [one, two].map(({ batches, rejects, dropped, repeatedNames }) =>
    [
      ...rowTexts(batches),
      ...[...rejects, ...repeatedNames].map((what) => JSON.stringify(what)),
      `dropped ${dropped}`,
    ].join('\n'),
  );
  check(texts[0] === texts[1], () => `two ways, two results:\n${texts.join('\n--- and ---\n')}`);
}

/** Rows out, set aside and dropped: what came in. */
export function recordsOf({ batches, rejects, dropped }: Decoded): number {
  return batches.reduce((sum, { length }) => sum + length, 0) + rejects.length + dropped;
}

/** Rejects come in order, and what they say of place and text is what stands there. */
export function checkRejects(rejects: readonly Reject[], bytes: Uint8Array, lineOf: (offset: number) => number): void {
  let last = -1;
  for (const { line, byteOffset = -1, raw, rawBase64 } of rejects) {
    check(byteOffset >= last, () => `a reject at byte ${byteOffset} comes behind one at ${last}`);
    last = byteOffset;
    const kept = raw === undefined ? Buffer.from(rawBase64 ?? '', 'base64') : Buffer.from(raw);
    const there = bytes.subarray(byteOffset, byteOffset + kept.length);
    check(kept.equals(there), () => `the reject of byte ${byteOffset} is not what stands there: ${raw ?? rawBase64}`);
    check(line === lineOf(byteOffset), () => `byte ${byteOffset} is on line ${lineOf(byteOffset)}, not ${line}`);
  }
}

/** No text came out with a replacement character that did not go in: bytes that are no text are set aside, not mended. */
export function checkNothingMended({ batches }: Decoded, bytes: Uint8Array): void {
  const text = Buffer.from(bytes);
  if (text.includes('\ufffd') || /\\u[fF]{3}[dD]/.test(text.toString('latin1'))) return;
  const mended = rowTexts(batches).find((row) => row.includes('\ufffd'));
  check(mended === undefined, () => `bytes that are not UTF-8 became U+FFFD: ${mended}`);
}

/** The lines of a text whose lines end with LF, CRLF or CR; an end of the text behind a line end makes no line more. */
export function linesOf(bytes: Uint8Array): Uint8Array[] {
  const text = Buffer.from(bytes).toString('latin1');
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => Buffer.from(line, 'latin1'));
}

export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

export function showDecoding(given: Omit<DecodingCase, 'cuts' | 'format'> & { readonly format: string }): string {
  const { format, schema, options, bytes } = given;
  const text = JSON.stringify(Buffer.from(bytes).toString('latin1'));
  return `${format} ${JSON.stringify(options)}\nschema ${JSON.stringify(schema)}\nbytes as Latin-1: ${text}`;
}
