/**
 * Texts compared and cut as UTF-8 bytes, where they stand: `bytes[start .. end)`. Valid UTF-8 keeps the order of code points, and a
 * text stands in another one where its bytes do.
 */

export function equalBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  return aEnd - aStart === bEnd - bStart && isAt(a, aStart, b, bStart, bEnd);
}

/** Below, at or above zero, as the first text stands before, with or behind the second. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const size = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < size; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

export function startsWithBytes(
  text: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
  partStart: number,
  partEnd: number,
): boolean {
  return end - start >= partEnd - partStart && isAt(text, start, part, partStart, partEnd);
}

export function endsWithBytes(
  text: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
  partStart: number,
  partEnd: number,
): boolean {
  const at = end - (partEnd - partStart);
  return at >= start && isAt(text, at, part, partStart, partEnd);
}

export function containsBytes(
  text: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
  partStart: number,
  partEnd: number,
): boolean {
  const last = end - (partEnd - partStart);
  for (let at = start; at <= last; at++) if (isAt(text, at, part, partStart, partEnd)) return true;
  return false;
}

function isAt(text: Uint8Array, at: number, part: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (text[at + i - start] !== part[i]) return false;
  return true;
}

/** The number of characters (code points). */
export function countBytesChars(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) count++;
  return count;
}

/**
 * Where the characters from `position` on begin: counted from 1, or from the end when negative; in front of the text it is
 * `start` (Spark's `UTF8String.substringSQL`).
 */
export function substringStart(bytes: Uint8Array, start: number, end: number, position: number): number {
  if (position > 0) return skipChars(bytes, start, end, position - 1);
  if (position === 0) return start;
  let at = end;
  for (let left = -position; left > 0 && at > start; left--) {
    at--;
    while (at > start && ((bytes[at] as number) & 0xc0) === 0x80) at--;
  }
  return at;
}

/** Where `length` characters from `position` on end; `from` is what `substringStart` gave. */
export function substringEnd(
  bytes: Uint8Array,
  start: number,
  from: number,
  end: number,
  position: number,
  length: number,
): number {
  if (length <= 0) return from;
  // A position in front of the text uses up some of the length.
  const before = position < 0 && from === start ? -position - countBytesChars(bytes, start, end) : 0;
  return skipChars(bytes, from, end, length - before);
}

function skipChars(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < end; left--) {
    at++;
    while (at < end && ((bytes[at] as number) & 0xc0) === 0x80) at++;
  }
  return at;
}

const SPACE = 32;

/** Behind the spaces at the start. */
export function trimStart(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === SPACE) at++;
  return at;
}

/** In front of the spaces at the end. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] === SPACE) at--;
  return at;
}
