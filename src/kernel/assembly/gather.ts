import { DOUBLED_TEXT, ESCAPED_TEXT } from '../ops';
import { quote } from './input';
import { codeUnit } from './text';

const BACKSLASH: u8 = 92;

/**
 * Puts the texts of `rows` starts and lengths at `spans` one behind another to `to`; their ends, counted from `base`, go to
 * `ends`. Gives the number of bytes. Up to 16 bytes more may be written.
 */
export function gather(spans: usize, rows: u32, to: usize, ends: usize, base: u32): u32 {
  let at = to;
  for (let row: u32 = 0; row < rows; row++) {
    const from = <usize>load<u32>(spans + (<usize>row << 3));
    const size = <usize>load<u32>(spans + (<usize>row << 3), 4);
    if (size < <usize>DOUBLED_TEXT) {
      for (let i: usize = 0; i < size; i += 16) v128.store(at + i, v128.load(from + i));
      at += size;
    } else if (size < <usize>ESCAPED_TEXT) at = single(from, from + (size ^ <usize>DOUBLED_TEXT), at);
    else at = unescaped(from, from + (size ^ <usize>ESCAPED_TEXT), at);
    store<u32>(ends + (<usize>row << 2), base + <u32>(at - to));
  }
  return <u32>(at - to);
}

/** Writes a text to `to` with one quote for two; the address behind it. */
function single(from: usize, end: usize, to: usize): usize {
  let at = to;
  for (let p = from; p < end; p++) {
    const byte = load<u8>(p);
    store<u8>(at++, byte);
    if (<u32>byte == quote) p++;
  }
  return at;
}

/** Writes to `to` what the inside of a JSON string stands for; the address behind it. It takes no more room than the string. */
function unescaped(from: usize, end: usize, to: usize): usize {
  let at = to;
  let p = from;
  while (true) {
    v128.store(at, v128.load(p));
    const plain = min(<usize>ctz(<u32>v128.bitmask<i8>(v128.eq<i8>(v128.load(p), i8x16.splat(BACKSLASH))) | 0x10000), end - p);
    at += plain;
    p += plain;
    if (p >= end) return at;
    if (plain == 16) continue;
    const kind = load<u8>(p, 1);
    if (kind != 117) {
      store<u8>(at++, shortEscape(kind));
      p += 2;
      continue;
    }
    let code = codeUnit(p);
    p += 6;
    if ((code & 0xf800) == 0xd800) {
      code = 0x10000 + ((code - 0xd800) << 10) + (codeUnit(p) - 0xdc00);
      p += 6;
    }
    at = character(code, at);
  }
}

function shortEscape(kind: u8): u8 {
  switch (kind) {
    case 98:
      return 8;
    case 102:
      return 12;
    case 110:
      return 10;
    case 114:
      return 13;
    case 116:
      return 9;
  }
  return kind;
}

/** Writes a character as UTF-8. */
function character(code: u32, to: usize): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return to + 1;
  }
  let at = to;
  if (code < 0x800) store<u8>(at++, <u8>(0xc0 | (code >> 6)));
  else {
    if (code < 0x10000) store<u8>(at++, <u8>(0xe0 | (code >> 12)));
    else {
      store<u8>(at++, <u8>(0xf0 | (code >> 18)));
      store<u8>(at++, <u8>(0x80 | ((code >> 12) & 0x3f)));
    }
    store<u8>(at++, <u8>(0x80 | ((code >> 6) & 0x3f)));
  }
  store<u8>(at, <u8>(0x80 | (code & 0x3f)));
  return at + 1;
}

/** Number of LF bytes from `start` to `end`. */
export function lineFeeds(start: usize, end: usize): u32 {
  let p = start;
  let count: u32 = 0;
  const lf = i8x16.splat(10);
  for (; p + 16 <= end; p += 16) count += popcnt(v128.bitmask<i8>(v128.eq<i8>(v128.load(p), lf)));
  for (; p < end; p++) count += u32(load<u8>(p) == 10);
  return count;
}
