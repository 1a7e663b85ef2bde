import { hexDigit } from './tokenizer.ts';

/** JSON strings from their bytes. */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What stands for half a surrogate pair, which UTF-8 cannot hold: a question mark, as Java writes it. */
const UNENCODABLE = 63;

/** Valid UTF-8 as text. */
export function utf8Text(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 24) return decoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= 128) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/**
 * Writes what the inside of a JSON string stands for to `out` at `outAt`, as UTF-8, and returns the index behind it.
 * It never takes more room than the text with its escapes. Half a surrogate pair (`\ud83d` alone) cannot be
 * written as UTF-8: the answer is -1 with `strict`, a question mark without.
 */
export function decodeEscapes(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  outAt: number,
  strict: boolean,
): number {
  let to = outAt;
  for (let at = start; at < end; ) {
    const byte = bytes[at] as number;
    if (byte !== 92) {
      out[to++] = byte;
      at++;
      continue;
    }
    const kind = bytes[at + 1] as number;
    if (kind !== 117) {
      out[to++] = SHORT_ESCAPES[kind] ?? kind;
      at += 2;
      continue;
    }
    let code = codeUnit(bytes, at + 2);
    at += 6;
    if (code >= 0xd800 && code <= 0xdfff) {
      const low =
        code < 0xdc00 && at + 5 < end && bytes[at] === 92 && bytes[at + 1] === 117 ? codeUnit(bytes, at + 2) : 0;
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      } else {
        if (strict) return -1;
        code = UNENCODABLE;
      }
    }
    to = writeUtf8(code, out, to);
  }
  return to;
}

const SHORT_ESCAPES: Readonly<Record<number, number>> = { 98: 8, 102: 12, 110: 10, 114: 13, 116: 9 };

function codeUnit(bytes: Uint8Array, at: number): number {
  let code = 0;
  for (let i = 0; i < 4; i++) code = code * 16 + hexDigit(bytes[at + i] as number);
  return code;
}

function writeUtf8(code: number, out: Uint8Array, at: number): number {
  let to = at;
  if (code < 0x80) out[to++] = code;
  else if (code < 0x800) {
    out[to++] = 0xc0 | (code >> 6);
    out[to++] = 0x80 | (code & 0x3f);
  } else if (code < 0x10000) {
    out[to++] = 0xe0 | (code >> 12);
    out[to++] = 0x80 | ((code >> 6) & 0x3f);
    out[to++] = 0x80 | (code & 0x3f);
  } else {
    out[to++] = 0xf0 | (code >> 18);
    out[to++] = 0x80 | ((code >> 12) & 0x3f);
    out[to++] = 0x80 | ((code >> 6) & 0x3f);
    out[to++] = 0x80 | (code & 0x3f);
  }
  return to;
}

/** JSON text without the white space between its tokens. */
export function compactJson(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = new Uint8Array(end - start);
  let to = 0;
  let quote = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (quote !== 0) {
      out[to++] = byte;
      if (byte === 92) out[to++] = bytes[++at] as number;
      else if (byte === quote) quote = 0;
    } else if (byte > 32) {
      out[to++] = byte;
      if (byte === 34 || byte === 39) quote = byte;
    }
  }
  return out.subarray(0, to);
}
