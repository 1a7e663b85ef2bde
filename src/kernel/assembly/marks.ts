/**
 * Where the bytes are that end values, found 64 bytes at a time and ahead of the records: what each value begins and ends with is known then
 * without a look at the values before it (the structural index of Langdale and Lemire 2019, used on a guess like that of Li et al., Mison, 2017:
 * a record in which quotes are escaped does not fit).
 */
import { MARKS, MARKS_BASE } from '../ops';
import { NO } from './cursor';
import { inputEnd } from './input';

const COMMA: u8 = 44;
const BRACE: u8 = 125;
const LF: u8 = 10;
const NO_QUOTE: u32 = 0;
let first: u8 = 0;
let second: u8 = 0;
/** What stands between two of these is no mark. */
let quote: u32 = NO_QUOTE;
/** The marks that are known: from `next` to `known`, addresses in the list. One may be put in front of the first. */
let next: usize = 0;
let known: usize = 0;

/** Of rows: the separator and line ends; of JSON: commas and closing braces. */
export function startMarks(isRows: bool, separator: u32): void {
  first = isRows ? <u8>separator : COMMA;
  second = isRows ? LF : BRACE;
  forgetMarks();
}

/**
 * The place in the list of the first mark behind `p`, where a record begins, with at least `count` marks from there on, or NO; about `wanted` are
 * looked for. `quoteByte`: of the texts that may be in records, 0 for none.
 */
export function marksFrom(p: usize, count: u32, wanted: u32, quoteByte: u32): usize {
  if (count > <u32>MARKS) return NO;
  if (quoteByte != quote) forgetMarks();
  quote = quoteByte;
  while (next < known && <usize>load<u32>(next) < p) next += 4;
  if (next + (<usize>count << 2) > known) find(p, min(wanted, <u32>MARKS));
  return next + (<usize>count << 2) > known ? NO : next;
}

/** A record did not fit, so it is not known whether it ends outside of quotes, or the records go on elsewhere. */
export function forgetMarks(): void {
  next = known = <usize>MARKS_BASE + 4;
}

/** Where the list ends. */
export function marksEnd(): usize {
  return known;
}

/** The marks before `place` are done with. */
export function passMarks(place: usize): void {
  next = place;
}

/** Fills the list from `start` on, with `wanted` marks and a few more. */
function find(start: usize, wanted: u32): void {
  const a = i8x16.splat(first);
  const b = i8x16.splat(second);
  const full = <usize>MARKS_BASE + (<usize>wanted << 2);
  const quotes = i8x16.splat(<i8>quote);
  let isInside: u64 = 0;
  let to = <usize>MARKS_BASE + 4;
  next = to;
  const end = inputEnd;
  for (let p = start; p < end && to < full; p += 64) {
    let bits = bitsAt(p, a, b);
    if (quote != NO_QUOTE) {
      let inside = bitsAt(p, quotes, quotes);
      // Each bit becomes the parity of those up to it.
      inside ^= inside << 1;
      inside ^= inside << 2;
      inside ^= inside << 4;
      inside ^= inside << 8;
      inside ^= inside << 16;
      inside ^= inside << 32;
      inside ^= isInside;
      isInside = <u64>(<i64>inside >> 63);
      bits &= ~inside;
    }
    if (p + 64 > end) bits &= u64.MAX_VALUE >> (64 - <u64>(end - p));
    const behind = to + (<usize>popcnt(bits) << 2);
    // Four are written in any case: how many there are is not known to the processor beforehand.
    do {
      store<u32>(to, at(p, bits));
      bits &= bits - 1;
      store<u32>(to, at(p, bits), 4);
      bits &= bits - 1;
      store<u32>(to, at(p, bits), 8);
      bits &= bits - 1;
      store<u32>(to, at(p, bits), 12);
      bits &= bits - 1;
      to += 16;
    } while (bits != 0);
    to = behind;
  }
  known = to;
}

// @ts-ignore: decorator
@inline
function bitsAt(p: usize, a: v128, b: v128): u64 {
  return bitsOf(p, a, b) | (bitsOf(p + 16, a, b) << 16) | (bitsOf(p + 32, a, b) << 32) | (bitsOf(p + 48, a, b) << 48);
}

// @ts-ignore: decorator
@inline
function bitsOf(p: usize, a: v128, b: v128): u64 {
  const x = v128.load(p);
  return <u64>(<u32>v128.bitmask<i8>(v128.or(v128.eq<i8>(x, a), v128.eq<i8>(x, b))));
}

// @ts-ignore: decorator
@inline
function at(p: usize, bits: u64): u32 {
  return <u32>p + <u32>ctz(bits);
}
