/** What a run knows of its input, for all who read it. */

export let separator: u32 = 0;
export let quote: u32 = 0;
export let inputEnd: usize = 0;
/** A record is one line. */
export let oneLine: bool = false;

export function setInput(end: usize, isOneLine: bool, separatorByte: u32, quoteByte: u32): void {
  inputEnd = end;
  oneLine = isOneLine;
  separator = separatorByte;
  quote = quoteByte;
}
