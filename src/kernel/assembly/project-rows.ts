/** The slots of a record, one behind another, as a row of CSV or a line of JSON. */
import { NAMES_BASE, OUTPUTS_BASE, SCRATCH_BYTES } from '../ops';
import { isJson, separator } from './project';

const OPEN: u8 = 123;
const CLOSE: u8 = 125;
const LF: u8 = 10;
/** More than what 16 bytes at a time write behind the end. */
const SLACK: usize = 64;

let out: usize = 0;
let outStart: usize = 0;
let outEnd: usize = 0;
let outputsEnd: usize = 0;
let repeats: usize = 0;
/** What a row takes at most besides the record's own bytes. */
let fixedBytes: usize = 0;

/**
 * `repeatCount`: how often one column is written at most. `outputBytes`: what an output takes at most besides the record's own bytes and the
 * kernel's. `nameBytes`: of all names, for JSON; 0 for CSV.
 */
export function startRows(
  outAt: usize,
  outLimit: usize,
  outputs: u32,
  repeatCount: u32,
  outputBytes: u32,
  nameBytes: u32,
): void {
  out = outAt;
  outStart = outAt;
  outEnd = outLimit;
  outputsEnd = <usize>OUTPUTS_BASE + (<usize>outputs << 2);
  repeats = repeatCount;
  fixedBytes = <usize>outputs * (<usize>SCRATCH_BYTES + <usize>outputBytes + 1) + <usize>nameBytes + SLACK;
}

/** Bytes written since the start. */
export function projectedBytes(): u32 {
  return <u32>(out - outStart);
}

/** Writes the slots of a record of `recordBytes`; false when there may be no room. */
// @ts-ignore: decorator
@inline
export function writeRow(recordBytes: usize): bool {
  if (out + recordBytes * repeats + fixedBytes > outEnd) return false;
  out = isJson ? line(out) : cells(out);
  return true;
}

// @ts-ignore: decorator
@inline
function cells(start: usize): usize {
  let o = start;
  for (let output = <usize>OUTPUTS_BASE; output < outputsEnd; output += 4) {
    const slot = load<u64>(<usize>load<u32>(output));
    o = copy(o, <usize>(<u32>slot), <usize>(slot >> 32));
    store<u8>(o++, <u8>separator);
  }
  store<u8>(o - 1, LF);
  return o;
}

/** Names begin with a comma; the first one becomes the brace. A slot without bytes is a field that is left out. */
function line(start: usize): usize {
  let o = start;
  let name = <usize>NAMES_BASE;
  for (let output = <usize>OUTPUTS_BASE; output < outputsEnd; output += 4) {
    const slot = load<u64>(<usize>load<u32>(output));
    const size = <usize>(slot >> 32);
    if (size != 0) {
      o = copy(o, <usize>load<u32>(name), <usize>load<u32>(name, 4));
      o = copy(o, <usize>(<u32>slot), size);
    }
    name += 8;
  }
  if (o == start) o++;
  store<u8>(start, OPEN);
  store<u8>(o, CLOSE);
  store<u8>(o, LF, 1);
  return o + 2;
}

// @ts-ignore: decorator
@inline
function copy(o: usize, from: usize, size: usize): usize {
  v128.store(o, v128.load(from));
  if (size > 16) copyRest(o, from, size);
  return o + size;
}

/** Copies what stands behind the first 16 bytes. */
// @ts-ignore: decorator
@inline
function copyRest(o: usize, from: usize, size: usize): void {
  v128.store(o + 16, v128.load(from + 16));
  for (let at: usize = 32; at < size; at += 16) v128.store(o + at, v128.load(from + at));
}
