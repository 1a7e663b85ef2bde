/**
 * Columns to rows of CSV. Stops in front of the first row that it has no sure text for (a text that may need quotes, an infinity, a
 * far away time): that row is the host's. See ../csv-rows.ts for the layout.
 */
import { CELL_BYTES, CELL_FLAG, CELL_INTEGER, CELL_REAL, CELL_SMALL_INTEGER, CELL_TIME } from '../ops';
import { booleanText, doubleText, timestampText } from './cell-text';
import { integer } from './digits';
import { setEncoded } from './encoded';

/**
 * Encodes rows `from` to `to` (exclusive) at `out`; gives the row it stopped in front of. `columns` points at `count` records of four
 * words: kind, values, validity (0: none), offsets. `bytesAt` points at 256 flags: 1 not in a text, 2 not at its start, 4 not at its end.
 * A text as long as `nullSize` may be the null text; it is the host's.
 */
export function encodeCsv(
  columns: usize,
  count: u32,
  from: u32,
  to: u32,
  out: usize,
  outEnd: usize,
  separator: u32,
  nullText: usize,
  nullSize: u32,
  flags: usize,
): u32 {
  let o = out;
  let row = from;
  for (; row < to; row++) {
    const start = o;
    if (o + <usize>count * (<usize>CELL_BYTES + <usize>nullSize) > outEnd) break;
    let done = true;
    for (let c: u32 = 0; c < count; c++) {
      const column = columns + (<usize>c << 4);
      if (c > 0) store<u8>(o++, <u8>separator);
      const validity = <usize>load<u32>(column, 8);
      if (validity != 0 && load<u8>(validity + row) == 0) {
        memory.copy(o, nullText, nullSize);
        o += nullSize;
        continue;
      }
      const next = cell(column, row, o, outEnd - <usize>count * <usize>CELL_BYTES, nullSize, flags);
      if (next == 0) {
        done = false;
        break;
      }
      o = next;
    }
    if (!done) {
      o = start;
      break;
    }
    store<u8>(o++, 10);
  }
  setEncoded(o - out);
  return row;
}

/** Writes one cell; gives the address behind it, or 0. */
@inline
function cell(column: usize, row: u32, o: usize, limit: usize, nullSize: u32, flags: usize): usize {
  const values = <usize>load<u32>(column, 4);
  switch (load<u32>(column)) {
    case CELL_INTEGER: {
      const value = load<f64>(values + (<usize>row << 3));
      const whole = <i64>value;
      return integer(o, whole);
    }
    case CELL_SMALL_INTEGER:
      return integer(o, <i64>load<i32>(values + (<usize>row << 2)));
    case CELL_REAL:
      return doubleText(o, load<f64>(values + (<usize>row << 3)));
    case CELL_TIME:
      return timestampText(o, load<f64>(values + (<usize>row << 3)), false);
    case CELL_FLAG:
      return booleanText(o, load<u8>(values + row) == 1);
    default:
      return text(column, values, row, o, limit, nullSize, flags);
  }
}

@inline
function text(column: usize, bytes: usize, row: u32, o: usize, limit: usize, nullSize: u32, flags: usize): usize {
  const offsets = <usize>load<u32>(column, 12) + (<usize>row << 2);
  const start = <usize>load<u32>(offsets);
  const size = <usize>load<u32>(offsets, 4) - start;
  if (size == 0 || size == nullSize || o + size > limit) return 0;
  const p = bytes + start;
  if (load<u8>(flags + load<u8>(p)) & 2 || load<u8>(flags + load<u8>(p + size - 1)) & 4) return 0;
  for (let i: usize = 0; i < size; i++) {
    const byte = load<u8>(p + i);
    if (load<u8>(flags + byte) & 1) return 0;
    store<u8>(o + i, byte);
  }
  return o + size;
}
