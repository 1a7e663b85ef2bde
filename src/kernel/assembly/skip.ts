import { NO, stopAt } from './cursor';
import { skipNumber } from './number';
import { skipText } from './text';

const TRUE: u32 = 0x65757274;
const NULL: u32 = 0x6c6c756e;
const ALSE: u32 = 0x65736c61;
/** A bit per level. */
const MAX_DEPTH: i64 = 64;

// @ts-ignore: decorator
@inline
export function isNull(p: usize): bool {
  return load<u32>(p) == NULL;
}

/** true or false; NO for any other. */
export function word(p: usize): usize {
  if (load<u32>(p) == TRUE) return p + 4;
  return load<u8>(p) == 102 && load<u32>(p, 1) == ALSE ? p + 5 : NO;
}

function scalar(p: usize): usize {
  const byte = load<u8>(p);
  if (byte == 34) return skipText(p);
  const end = byte == 110 ? (isNull(p) ? p + 4 : NO) : byte == 116 || byte == 102 ? word(p) : skipNumber(p);
  return end == NO ? stopAt(p) : end;
}

/** White space; within one line only with `line`. */
function blanksEnd(start: usize, end: usize, line: bool): usize {
  let p = start;
  for (; p < end; p++) {
    const byte = load<u8>(p);
    if (byte != 32 && byte != 9 && (line || (byte != 10 && byte != 13))) break;
  }
  return p;
}

/** The address of an object's value, behind its name and colon; `p` is at the name. */
function nameEnd(p: usize, end: usize, line: bool): usize {
  if (load<u8>(p) != 34) return stopAt(p);
  const name = skipText(p);
  if (name == NO) return NO;
  const colon = blanksEnd(name, end, line);
  return load<u8>(colon) == 58 ? blanksEnd(colon + 1, end, line) : stopAt(colon);
}

/** Any JSON value of at most `maxDepth` levels and `maxNames` names. */
export function skipValue(start: usize, end: usize, line: bool, maxDepth: i64, maxNames: i64): usize {
  let p = start;
  let depth: i64 = 0;
  let names: i64 = 0;
  // The innermost level is the lowest bit: 1 for an object.
  let objects: u64 = 0;
  while (true) {
    const open = load<u8>(p);
    if (open == 123 || open == 91) {
      if (depth == maxDepth || depth == MAX_DEPTH) return NO;
      depth++;
      objects = (objects << 1) | (open == 123 ? 1 : 0);
      p = blanksEnd(p + 1, end, line);
      if (load<u8>(p) != open + 2) {
        if (open == 123) {
          p = nameEnd(p, end, line);
          if (p == NO || ++names > maxNames) return NO;
        }
        continue;
      }
    } else {
      p = scalar(p);
      if (p == NO) return NO;
      if (depth == 0) return p;
      p = blanksEnd(p, end, line);
    }
    // At what follows a value, or at the end of an empty one.
    while (true) {
      const next = load<u8>(p);
      if (next == 44) {
        p = blanksEnd(p + 1, end, line);
        if (objects & 1) {
          p = nameEnd(p, end, line);
          if (p == NO || ++names > maxNames) return NO;
        }
        break;
      }
      if (next != (objects & 1 ? 125 : 93)) return stopAt(p);
      objects >>= 1;
      if (--depth == 0) return p + 1;
      p = blanksEnd(p + 1, end, line);
    }
  }
  return NO;
}
