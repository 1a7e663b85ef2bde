/**
 * Records of one shape, many at once. Marks tell where each value is; literals and values are gone through column by column, so that no value
 * waits for the one before it. What is written in a rarer way is left to the functions for one record, which know all that is allowed, and
 * the block ends before a record that does not fit.
 */
import { END, LONG_LITERAL, OP_BYTES } from '../ops';
import { columnsWithoutBytes, columnValues } from './block-columns';
import { NO } from './cursor';
import { inputEnd } from './input';
import { marksEnd, marksFrom, passMarks } from './marks';
import { difference, hasMiddle, kindOf, literalSize, markOf, markOffsetOf } from './operation';

const LF = 10;
const CR = 13;
/** Fewer are not worth it. */
const MIN_RECORDS: u32 = 4;

/** The first record of a block is none of its shape, or not plain enough. */
export const MISFIT = -1;

/** Behind the last record of a block, without its line end. */
export let blockEnd: usize = 0;
/** Where its last record begins. */
export let lastStart: usize = 0;
/** Bytes of the records in it. */
export let blockBytes: u32 = 0;

/**
 * Takes records from `start` on, each with a line end behind it: `most` at most, of no more than `maxBytes` together and none longer than
 * `maxRecord`. Gives their number, 0 where there may not be enough of them, or MISFIT.
 */
// @ts-ignore: decorator
@inline
export function block(
  isRows: bool,
  shape: usize,
  start: usize,
  row: u32,
  most: u32,
  maxRecord: u32,
  maxBytes: u32,
  comment: u32,
): i32 {
  const marks = load<u32>(shape, 8);
  if (marks == 0 || most < MIN_RECORDS) return 0;
  const first = marksFrom(start, marks * MIN_RECORDS, marks * most, load<u32>(shape, 12));
  if (first == NO) return 0;
  const stride = <usize>marks << 2;
  const lastMark = first + stride - 4;
  let rows = min(most, <u32>((marksEnd() - first) / stride));
  // The mark before the first record, whatever it was that ended there.
  store<u32>(first - 4, <u32>start - (isRows ? 1 : 2));
  if (!isRows && rows > 0 && <usize>load<u32>(nth(lastMark, rows - 1, stride)) + 1 >= inputEnd) rows--;
  if (rows < MIN_RECORDS || load<u32>(nth(lastMark, rows - 1, stride)) - <u32>start >= maxBytes) return 0;
  const beforeLineEnd: u32 = isRows && load<u8>(<usize>load<u32>(lastMark) - 1) == CR ? 1 : 0;
  rows = isRows
    ? wholeRows(lastMark, stride, rows, maxRecord, beforeLineEnd, comment)
    : wholeLines(lastMark, stride, rows, maxRecord);
  let op = <usize>load<u32>(shape);
  for (let at = op; rows > 0; at += OP_BYTES) {
    rows = withLiteral(at, first, stride, rows);
    if (kindOf(at) == END) break;
  }
  for (; rows > 0 && kindOf(op) != END; op += OP_BYTES) {
    const behind = op + OP_BYTES;
    const from = nth(first, markOf(op), 4);
    const to = nth(first, markOf(behind), 4);
    const toStart = literalSize(op) - markOffsetOf(op);
    const toEnd = markOffsetOf(behind) + (kindOf(behind) == END ? beforeLineEnd : 0);
    rows = columnValues(op, from, toStart, to, toEnd, stride, rows, row);
  }
  if (rows == 0) return MISFIT;
  columnsWithoutBytes(op + OP_BYTES, row, rows);
  passMarks(nth(first, rows, stride));
  lastStart = <usize>load<u32>(nth(lastMark, rows - 1, stride) - stride) + (isRows ? 1 : 2);
  blockEnd = <usize>load<u32>(nth(lastMark, rows - 1, stride)) + (isRows ? 0 : 1) - beforeLineEnd;
  blockBytes = <u32>(blockEnd - start) - (rows - 1) * (1 + beforeLineEnd);
  return rows;
}

// @ts-ignore: decorator
@inline
function nth(place: usize, index: i32, stride: usize): usize {
  return place + <usize>index * stride;
}

/** Of rows that end with their last mark, how many in a row are no comments, are short enough, and end as the first one does. */
function wholeRows(lastMark: usize, stride: usize, rows: u32, maxRecord: u32, beforeLineEnd: u32, comment: u32): u32 {
  let mark = lastMark;
  for (let i: u32 = 0; i < rows; i++) {
    const start = <usize>load<u32>(mark - stride) + 1;
    const end = <usize>load<u32>(mark);
    if (load<u8>(end) != LF || u32(load<u8>(end - 1) == CR) != beforeLineEnd) return i;
    if (<u32>load<u8>(start) == comment || <u32>(end - start) - beforeLineEnd > maxRecord) return i;
    mark += stride;
  }
  return rows;
}

/** Of records that end with their last mark, how many in a row are short enough and have a line end behind. */
function wholeLines(lastMark: usize, stride: usize, rows: u32, maxRecord: u32): u32 {
  let mark = lastMark;
  for (let i: u32 = 0; i < rows; i++) {
    const end = <usize>load<u32>(mark) + 1;
    if (load<u8>(end) != LF || <u32>(end - <usize>load<u32>(mark - stride)) - 2 > maxRecord) return i;
    mark += stride;
  }
  return rows;
}

/** How many records in a row have the operation's literal where it has to be. */
function withLiteral(op: usize, first: usize, stride: usize, rows: u32): u32 {
  const size = literalSize(op);
  const offset = <usize>markOffsetOf(op);
  let mark = nth(first, markOf(op), 4);
  const behind = nth(mark, rows, stride);
  if (size == 1) {
    const byte = load<u8>(op, 32);
    for (; mark != behind; mark += stride) if (load<u8>(<usize>load<u32>(mark) - offset) != byte) break;
  } else if (size != 0 && size <= 16) {
    const text = v128.load(op, 32);
    const counted = ((<u32>1) << size) - 1;
    for (; mark != behind; mark += stride) {
      const same = v128.eq<i8>(v128.load(<usize>load<u32>(mark) - offset), text);
      if ((<u32>v128.bitmask<i8>(same) & counted) != counted) break;
    }
  } else if (size != 0) {
    for (; mark != behind; mark += stride) {
      const p = <usize>load<u32>(mark) - offset;
      const different = difference(op, p);
      if (different != 0 && (different != <u32>LONG_LITERAL || !hasMiddle(op, p))) break;
    }
  } else return rows;
  return rows - <u32>((behind - mark) / stride);
}
