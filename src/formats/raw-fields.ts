import type { RejectedRecord } from '../source.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A rejected record's bytes as the fields that carry them. */
export function rawFields(bytes: Uint8Array): Pick<RejectedRecord, 'raw' | 'rawBase64'> {
  try {
    return { raw: decoder.decode(bytes) };
  } catch {
    return { rawBase64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') };
  }
}
