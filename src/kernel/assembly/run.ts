import {
  CUT,
  ELEMENTS,
  FULL,
  LINES,
  MISS,
  OVER,
  PROGRAM_BASE,
  ROWS,
  SHAPE_BYTES,
  VALUES,
  VARYING_LINES,
} from '../ops';
import { block, blockBytes, blockEnd, lastStart, MISFIT } from './block';
import { clearFurthest, NO } from './cursor';
import { lineFeeds } from './gather';
import { setInput } from './input';
import { forgetMarks, startMarks } from './marks';
import { slots, startSlots } from './project';
import { projectedBytes, startRows, writeRow } from './project-rows';
import { maybeCut, record, setMaybeCut } from './record';

const LF = 10;
const CR = 13;
/** `\n{` */
const LF_BRACE: u16 = 0x7b0a;

// What a run found; see `Kernel` for the meaning.
/** Rows, stop, address behind the last record, address of the record that did not fit, bytes of the records, address behind the last line end between records, line ends, bytes of text. */
const RESULT = memory.data(8 * 4, 16);

export function result(): usize {
  return RESULT;
}

const LEAST_RECORDS: u32 = 8;
const MOST_RECORDS: u32 = 1024;
const LONGEST_PAUSE: u32 = 1024;

/** The shape that fitted last is tried first. */
let favourite: u32 = 0;

// @ts-ignore: decorator
@inline
function shapeAt(index: u32): usize {
  return <usize>PROGRAM_BASE + <usize>index * <usize>SHAPE_BYTES;
}

// @ts-ignore: decorator
@inline
function oneShape(projects: bool, shape: u32, p: usize, row: u32): usize {
  return projects ? slots(shapeAt(shape), p) : record(shapeAt(shape), p, row);
}

/** The address behind the record at `p` by the first shape that fits, or NO. */
// @ts-ignore: decorator
@inline
function anyShape(projects: bool, p: usize, shapes: u32, row: u32): usize {
  const behind = oneShape(projects, favourite, p, row);
  return behind != NO ? behind : otherShape(projects, p, shapes, row);
}

function otherShape(projects: bool, p: usize, shapes: u32, row: u32): usize {
  for (let shape: u32 = 0; shape < shapes; shape++) {
    if (shape == favourite) continue;
    const behind = oneShape(projects, shape, p, row);
    if (behind != NO) {
      favourite = shape;
      return behind;
    }
  }
  return NO;
}

function isBlank(byte: u32): bool {
  return byte == 32 || byte == 9;
}

/** The address behind the line end at `p`, which is LF or CR LF; NO for anything else. */
// @ts-ignore: decorator
@inline
function lineEnd(p: usize): usize {
  const byte = load<u8>(p);
  if (byte == LF) return p + 1;
  return byte == CR && load<u8>(p, 1) == LF ? p + 2 : NO;
}

/** Most records that are tried at once, and how many are taken alone where that was in vain. */
let blockRecords: u32 = MOST_RECORDS;
let alone: u32 = 0;
let pause: u32 = 1;

/** A block of the favourite's records at `start`; 0 for none. See `block`. */
// @ts-ignore: decorator
@inline
function manyRecords(
  isRows: bool,
  start: usize,
  row: u32,
  maxRows: u32,
  maxRecord: u32,
  maxBytes: u32,
  comment: u32,
): u32 {
  if (alone > 0) {
    alone--;
    return 0;
  }
  const tried = min(maxRows, blockRecords);
  const taken = block(isRows, shapeAt(favourite), start, row, tried, maxRecord, maxBytes, comment);
  if (taken == MISFIT) {
    forgetMarks();
    alone = pause;
    pause = min(pause << 1, LONGEST_PAUSE);
    blockRecords = LEAST_RECORDS;
    return 0;
  }
  if (taken > 0) {
    pause = 1;
    blockRecords = <u32>taken < tried ? max(<u32>taken << 1, LEAST_RECORDS) : min(blockRecords << 1, MOST_RECORDS);
  }
  return taken;
}

/** `decode` and `project`; `projects` is known when the kernel is compiled. */
// @ts-ignore: decorator
@inline
function run(
  projects: bool,
  start: usize,
  end: usize,
  shapes: u32,
  between: i32,
  maxRows: u32,
  maxRecord: u32,
  maxBytes: u32,
  comment: u32,
): void {
  if (favourite >= shapes) favourite = 0;
  clearFurthest();
  let p = start;
  let row: u32 = 0;
  let stop: u32 = FULL;
  let behind = start;
  let bytes: u32 = 0;
  let lineStart: usize = 0;
  let nextLineStart: usize = 0;
  let lines: u32 = 0;
  let nextLines: u32 = 0;
  while (row < maxRows && bytes < maxBytes) {
    if (p >= end) {
      stop = OVER;
      break;
    }
    let first = p;
    if (!projects && between >= LINES) {
      const taken = manyRecords(between == ROWS, p, row, maxRows - row, maxRecord, maxBytes - bytes, comment);
      if (taken != 0) {
        row += taken;
        bytes += blockBytes;
        lines += taken;
        behind = p = lineEnd(blockEnd);
        continue;
      }
    }
    if (between == LINES) while (isBlank(load<u8>(first))) first++;
    else if (between == ROWS && <u32>load<u8>(p) == comment) {
      stop = MISS;
      break;
    }
    setMaybeCut(false);
    let close = anyShape(projects, first, shapes, row);
    let next = close;
    if (between >= LINES && close != NO) {
      if (between == LINES) while (isBlank(load<u8>(close))) close++;
      next = lineEnd(close);
      if (close + 2 > end) setMaybeCut(true);
    }
    if (next == NO || next > end || close - p > maxRecord) {
      stop = maybeCut || next > end ? CUT : MISS;
      break;
    }
    if (projects && !writeRow(close - p)) {
      stop = row == 0 ? MISS : FULL;
      break;
    }
    row++;
    bytes += <u32>(close - p);
    behind = next;
    if (nextLineStart != 0) lineStart = nextLineStart;
    if (between >= LINES) {
      p = next;
      lines++;
      continue;
    }
    const inRecord = load<u32>(shapeAt(favourite), 4);
    lines += nextLines + (inRecord == VARYING_LINES ? lineFeeds(p, close) : inRecord);
    p = next;
    if (between == VALUES) {
      // What most files are: one compact record to a line, all of one shape. What does not fit is looked at again above.
      const shape = shapeAt(favourite);
      while (load<u16>(p) == LF_BRACE && row < maxRows && bytes < maxBytes) {
        const line = p + 1;
        const taken = projects ? 0 : manyRecords(false, line, row, maxRows - row, maxRecord, maxBytes - bytes, 256);
        if (taken != 0) {
          row += taken;
          bytes += blockBytes;
          lines += taken + (inRecord == VARYING_LINES ? lineFeeds(line, blockEnd) - (taken - 1) : taken * inRecord);
          lineStart = lastStart;
          p = blockEnd;
          continue;
        }
        if (inRecord == VARYING_LINES) break;
        const lineClose = projects ? slots(shape, line) : record(shape, line, row);
        const size = lineClose - line;
        if (lineClose == NO || lineClose > end || size > maxRecord || (projects && !writeRow(size))) break;
        row++;
        bytes += <u32>size;
        lines += inRecord + 1;
        lineStart = line;
        p = lineClose;
      }
      behind = p;
    }
    nextLineStart = 0;
    nextLines = 0;
    let commas = between == ELEMENTS ? 1 : 0;
    for (; p < end; p++) {
      const byte = load<u8>(p);
      if (byte == LF || byte == CR) {
        nextLineStart = p + 1;
        if (byte == LF) nextLines++;
      } else if (!isBlank(byte)) {
        if (commas == 0 || byte != 44) break;
        commas = 0;
      }
    }
    if (commas != 0) {
      stop = OVER;
      break;
    }
  }
  store<u32>(RESULT, row);
  store<u32>(RESULT, stop, 4);
  store<u32>(RESULT, <u32>behind, 8);
  store<u32>(RESULT, <u32>p, 12);
  store<u32>(RESULT, bytes, 16);
  store<u32>(RESULT, <u32>lineStart, 20);
  store<u32>(RESULT, lines, 24);
  store<u32>(RESULT, projects ? projectedBytes() : 0, 28);
}

/**
 * Decodes records from `start` to `end` by the shapes at the start of the program: at most `maxRows`, none longer than
 * `maxRecord`, and none that begins when `maxBytes` are reached.
 */
export function decode(
  start: usize,
  end: usize,
  shapes: u32,
  between: i32,
  maxRows: u32,
  maxRecord: u32,
  maxBytes: u32,
  separatorByte: u32,
  quoteByte: u32,
  escapeByte: u32,
  nullBytes: u32,
  comment: u32,
): void {
  setInput(end, between == LINES, separatorByte, quoteByte, escapeByte, nullBytes);
  startMarks(between == ROWS, separatorByte);
  run(false, start, end, shapes, between, maxRows, maxRecord, maxBytes, comment);
}

/**
 * Writes the wanted columns of records from `start` to `end`, which are JSON, as rows of CSV or lines of JSON from `out` to `outEnd`, as far
 * as they fit the shapes and the kernel is sure of their text: none longer than `maxRecord`. See ./project.ts and ./project-rows.ts for what
 * else it is told.
 */
export function project(
  start: usize,
  end: usize,
  shapes: u32,
  between: i32,
  maxRecord: u32,
  out: usize,
  outEnd: usize,
  outputs: u32,
  repeats: u32,
  separatorByte: u32,
  quoteByte: u32,
  nullSize: u32,
  emptySize: u32,
  nameBytes: u32,
): void {
  setInput(end, between == LINES, 256, 256, 256, 0);
  startSlots(separatorByte, quoteByte, nullSize, emptySize, nameBytes != 0);
  startRows(out, outEnd, outputs, repeats, max(nullSize, emptySize), nameBytes);
  run(true, start, end, shapes, between, u32.MAX_VALUE, maxRecord, u32.MAX_VALUE, 256);
}
