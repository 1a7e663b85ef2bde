/** What a run knows of its input, for all who read it. */

export let separator: u32 = 0;
export let quote: u32 = 0;
/** Escapes quotes in a field; 256 where they are doubled. */
export let escape: u32 = 0;
/** Length of what stands for null in a row; 0 for nothing. */
export let nullSize: u32 = 0;
export let inputEnd: usize = 0;
/** A record is one line. */
export let oneLine: bool = false;

export function setInput(
  end: usize,
  isOneLine: bool,
  separatorByte: u32,
  quoteByte: u32,
  escapeByte: u32,
  nullBytes: u32,
): void {
  inputEnd = end;
  oneLine = isOneLine;
  separator = separatorByte;
  quote = quoteByte;
  escape = escapeByte;
  nullSize = nullBytes;
}
