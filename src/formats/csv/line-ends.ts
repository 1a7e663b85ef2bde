/** Lines in bytes. A line ends with LF, CR LF or CR. */

const LF = 10;
const CR = 13;
const SPACE = 32;

/** The end of the line that `from` lies in, or -1. */
export function endOfLine(bytes: Uint8Array, from: number): number {
  for (let p = from; p < bytes.length; p++) if (bytes[p] === LF || bytes[p] === CR) return p;
  return -1;
}

/** The end of the line at `from`; -1 when it may lie behind the bytes that are there. */
export function wholeLineEnd(bytes: Uint8Array, from: number, final: boolean): number {
  const end = endOfLine(bytes, from);
  if (end < 0) return final ? bytes.length : -1;
  return bytes[end] === CR && end + 1 === bytes.length && !final ? -1 : end;
}

export function lineEndLength(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return 0;
  return bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1;
}

/** Line ends in `bytes[start .. end)`; CR LF is one. */
export function lineEnds(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let p = start; p < end; p++) {
    if (bytes[p] === LF) count++;
    else if (bytes[p] === CR && bytes[p + 1] !== LF) count++;
  }
  return count;
}

export function isBlankLine(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if ((bytes[p] as number) > SPACE) return false;
  return true;
}
