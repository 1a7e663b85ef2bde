/** Strings counted as Spark counts them: by code points, not by UTF-16 units. */

const SURROGATE = /[\ud800-\udfff]/;

export function countChars(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

export function charsOf(text: string): readonly string[] {
  return SURROGATE.test(text) ? Array.from(text) : text.split('');
}

/** The code points from `start` (counted from 0; below 0 is the beginning) to `end`, exclusive. */
export function sliceChars(text: string, start: number, end: number): string {
  if (end <= start || end <= 0) return '';
  const from = Math.max(start, 0);
  return SURROGATE.test(text) ? Array.from(text).slice(from, end).join('') : text.slice(from, end);
}

/** SQL substring: `position` counts from 1, or from the end when negative (Spark's `UTF8String.substringSQL`). */
export function substringSql(text: string, position: number, length: number): string {
  const start = position > 0 ? position - 1 : position < 0 ? countChars(text) + position : 0;
  return sliceChars(text, start, start + length);
}

/** The same for bytes (Spark's `ByteArray.subStringSQL`). */
export function substringBytes(bytes: Uint8Array, position: number, length: number): Uint8Array {
  const start = position > 0 ? position - 1 : position < 0 ? bytes.length + position : 0;
  const end = Math.min(start + length, bytes.length);
  const from = Math.max(start, 0);
  return from >= end ? new Uint8Array(0) : bytes.slice(from, end);
}

/** Where `wanted` stands in `text`, in code points from 0, at or behind code point `start`; -1 when nowhere; 0 for ''. */
export function indexOfChars(text: string, wanted: string, start: number): number {
  if (wanted === '') return 0;
  if (!SURROGATE.test(text)) return text.indexOf(wanted, start);
  const skipped = sliceChars(text, 0, start).length;
  const found = text.indexOf(wanted, skipped);
  return found < 0 ? -1 : countChars(text.slice(0, found));
}

/** `length` code points: cut, or filled up with `pad` on the left or the right. */
export function padChars(text: string, length: number, pad: string, left: boolean): string {
  if (length <= 0) return '';
  const missing = length - countChars(text);
  if (missing <= 0) return sliceChars(text, 0, length);
  if (pad === '') return text;
  const filling = sliceChars(pad.repeat(Math.ceil(missing / countChars(pad))), 0, missing);
  return left ? filling + text : text + filling;
}

export function padBytes(bytes: Uint8Array, length: number, pad: Uint8Array, left: boolean): Uint8Array {
  if (length <= 0) return new Uint8Array(0);
  if (bytes.length >= length) return bytes.slice(0, length);
  if (pad.length === 0) return bytes;
  const missing = length - bytes.length;
  const result = new Uint8Array(length);
  result.set(bytes, left ? missing : 0);
  for (let i = 0; i < missing; i++) result[left ? i : bytes.length + i] = pad[i % pad.length] as number;
  return result;
}

/** Cuts every character of `set` off the chosen ends. */
export function trimChars(text: string, set: string, ends: 'both' | 'left' | 'right'): string {
  const wanted = new Set(set);
  const chars = charsOf(text);
  let start = 0;
  let end = chars.length;
  if (ends !== 'right') while (start < end && wanted.has(chars[start] as string)) start++;
  if (ends !== 'left') while (end > start && wanted.has(chars[end - 1] as string)) end--;
  return chars.slice(start, end).join('');
}

/** Digits in groups from the right: `12,345`. */
export function groupDigits(whole: string, size: number): string {
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(0, end - size), end));
  return parts.join(',');
}
