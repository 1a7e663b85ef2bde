import { furthest, NO, stopAt } from './cursor';

const QUOTE: u8 = 34;
const BACKSLASH: u8 = 92;

/** The address behind a UTF-8 character of two bytes or more (Unicode 15, table 3-7), or NO. */
export function wideCharacter(p: usize): usize {
  const lead = <u32>load<u8>(p);
  const second = <u32>load<u8>(p, 1);
  if (lead < 0xc2) return NO;
  if (lead < 0xe0) return (second & 0xc0) == 0x80 ? p + 2 : NO;
  const third = <u32>load<u8>(p, 2);
  if (lead < 0xf0) {
    const low: u32 = lead == 0xe0 ? 0xa0 : 0x80;
    const high: u32 = lead == 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high && (third & 0xc0) == 0x80 ? p + 3 : NO;
  }
  if (lead > 0xf4) return NO;
  const low: u32 = lead == 0xf0 ? 0x90 : 0x80;
  const high: u32 = lead == 0xf4 ? 0x8f : 0xbf;
  const whole = second >= low && second <= high && (third & 0xc0) == 0x80 && (<u32>load<u8>(p, 3) & 0xc0) == 0x80;
  return whole ? p + 4 : NO;
}

/** A bit for each of sixteen bytes that ends a JSON string, needs to be looked at, or is not ASCII. */
// @ts-ignore: decorator
@inline
export function textStops(x: v128): u32 {
  const marks = v128.or(v128.eq<i8>(x, i8x16.splat(QUOTE)), v128.eq<i8>(x, i8x16.splat(BACKSLASH)));
  // As signed bytes, those that are not ASCII are below the control characters.
  return <u32>v128.bitmask<i8>(v128.or(marks, v128.lt<i8>(x, i8x16.splat(32))));
}

/** The address of the quote that ends a JSON string without escapes; `p` is behind the first quote. */
export function plainTextEnd(start: usize): usize {
  let p = start;
  while (true) {
    const mask = textStops(v128.load(p));
    if (mask == 0) {
      p += 16;
      continue;
    }
    p += ctz(mask);
    const byte = <u32>load<u8>(p);
    if (byte == QUOTE) return p;
    const behind = byte < 128 ? NO : wideCharacter(p);
    if (behind == NO) break;
    p = behind;
  }
  return stopAt(p);
}

/** Whether nothing from `start` to `end` ends a JSON string, needs to be looked at, or is not ASCII. */
// @ts-ignore: decorator
@inline
export function isPlainText(start: usize, end: usize): bool {
  for (let p = start; p < end; p += 16) {
    if (<usize>ctz(textStops(v128.load(p)) | 0x10000) < min<usize>(16, end - p)) return false;
  }
  return true;
}

/** Whether nothing from `start` to `end`, in which there are no separators and line feeds, is a quote or the end of a line, or not ASCII. */
// @ts-ignore: decorator
@inline
export function isPlainField(start: usize, end: usize, quote: u32): bool {
  const quotes = i8x16.splat(<i8>quote);
  for (let p = start; p < end; p += 16) {
    const x = v128.load(p);
    const stops = v128.or(
      v128.or(v128.eq<i8>(x, quotes), v128.eq<i8>(x, i8x16.splat(13))),
      v128.lt<i8>(x, i8x16.splat(0)),
    );
    if (<usize>ctz(<u32>v128.bitmask<i8>(stops) | 0x10000) < min<usize>(16, end - p)) return false;
  }
  return true;
}

/** The address behind a JSON string with or without escapes; `p` is at the first quote. */
export function skipText(start: usize): usize {
  let p = start + 1;
  while (true) {
    const close = plainTextEnd(p);
    if (close != NO) return close + 1;
    p = escapeAt();
    if (p == NO) break;
  }
  return NO;
}

/**
 * The address of the quote that ends a JSON string, behind a scan that stopped at its first escape; NO also for half a surrogate pair, which
 * UTF-8 cannot hold.
 */
export function escapedTextEnd(): usize {
  while (true) {
    const p = escapeAt();
    if (p == NO) return NO;
    let next = p;
    if (p - furthest == 6) {
      const unit = codeUnit(furthest);
      if ((unit & 0xf800) == 0xd800) {
        if (unit >= 0xdc00 || load<u16>(p) != ESCAPE_U || !isLow(p)) return NO;
        next = p + 6;
      }
    }
    const close = plainTextEnd(next);
    if (close != NO) return close;
  }
}

/** `\\u` */
const ESCAPE_U: u16 = 0x755c;

/** Whether the escape at `p` is the second half of a surrogate pair. */
function isLow(p: usize): bool {
  for (let i: usize = 2; i < 6; i++) if (!isHex(load<u8>(p + i))) return false;
  return (codeUnit(p) & 0xfc00) == 0xdc00;
}

/** What the four hexadecimal digits of the escape at `p` say. */
export function codeUnit(p: usize): u32 {
  let code: u32 = 0;
  for (let i: usize = 2; i < 6; i++) {
    const byte = <u32>load<u8>(p + i);
    code = (code << 4) | (byte <= 57 ? byte - 48 : (byte | 32) - 87);
  }
  return code;
}

/** The address behind the escape at which the scan stopped. */
function escapeAt(): usize {
  const p = furthest;
  if (load<u8>(p) != BACKSLASH) return NO;
  const kind = load<u8>(p, 1);
  if (kind == 117) {
    for (let i: usize = 2; i < 6; i++) if (!isHex(load<u8>(p + i))) return NO;
    return p + 6;
  }
  const known = kind == 34 || kind == 92 || kind == 47 || kind == 98 || kind == 102 || kind == 110 || kind == 114 || kind == 116;
  return known ? p + 2 : NO;
}

function isHex(byte: u32): bool {
  if (byte - 48 <= 9) return true;
  const lower = byte | 32;
  return lower - 97 <= 5;
}

/** Whether the last field in quotes had doubled ones. */
export let hasDoubled: bool = false;

/**
 * The address of the quote that ends a field; `p` is behind the first. NO for a line end in it, or an escape. With `escape` 256
 * a quote is escaped by another.
 */
export function quotedEnd(start: usize, quote: u32, escape: u32): usize {
  let p = start;
  hasDoubled = false;
  const quotes = i8x16.splat(<i8>quote);
  const escapes = i8x16.splat(<i8>escape);
  while (true) {
    const x = v128.load(p);
    const stops = v128.or(
      v128.or(v128.eq<i8>(x, escapes), v128.eq<i8>(x, quotes)),
      v128.or(
        v128.or(v128.eq<i8>(x, i8x16.splat(10)), v128.eq<i8>(x, i8x16.splat(13))),
        v128.lt<i8>(x, i8x16.splat(0)),
      ),
    );
    const mask = v128.bitmask<i8>(stops);
    if (mask == 0) {
      p += 16;
      continue;
    }
    p += ctz(mask);
    const byte = <u32>load<u8>(p);
    if (byte == quote) {
      if (escape != 256 || <u32>load<u8>(p, 1) != quote) return p;
      hasDoubled = true;
      p += 2;
      continue;
    }
    const behind = byte < 128 ? NO : wideCharacter(p);
    if (behind == NO) break;
    p = behind;
  }
  return stopAt(p);
}

/** The address of the separator or line end behind a field without quotes; NO when there is a `quote` in it. */
export function fieldEnd(start: usize, separator: u32, quote: u32): usize {
  let p = start;
  const separators = i8x16.splat(<i8>separator);
  const quotes = i8x16.splat(<i8>quote);
  while (true) {
    const x = v128.load(p);
    const stops = v128.or(
      v128.or(v128.eq<i8>(x, separators), v128.eq<i8>(x, quotes)),
      v128.or(
        v128.or(v128.eq<i8>(x, i8x16.splat(10)), v128.eq<i8>(x, i8x16.splat(13))),
        v128.lt<i8>(x, i8x16.splat(0)),
      ),
    );
    const mask = v128.bitmask<i8>(stops);
    if (mask == 0) {
      p += 16;
      continue;
    }
    p += ctz(mask);
    const byte = <u32>load<u8>(p);
    if (byte < 128) return byte == quote ? NO : p;
    const behind = wideCharacter(p);
    if (behind == NO) break;
    p = behind;
  }
  return stopAt(p);
}
