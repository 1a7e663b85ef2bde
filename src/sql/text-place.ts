/**
 * Points at a place in a text that a user wrote: `line 1, column 8`, the line itself and a caret below the place.
 * Offsets are UTF-16 indices; lines and columns count from 1.
 */
export function describePlace(text: string, offset: number): string {
  const at = Math.max(0, Math.min(offset, text.length));
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const newline = text.indexOf('\n', at);
  const lineText = text.slice(lineStart, newline === -1 ? text.length : newline).replace(/\r$/, '');
  const line = text.slice(0, lineStart).split('\n').length;
  const column = at - lineStart + 1;
  return `line ${line}, column ${column}\n${pointedLine(lineText, column - 1)}`;
}

/** Longer lines are shown in part, so that a mistake in a long text does not drown in it. */
const SHOWN_BEFORE = 80;
const SHOWN_BEHIND = 40;

/** A line, indented, with a caret below its character `at`. */
export function pointedLine(line: string, at: number): string {
  const from = line.length > SHOWN_BEFORE + SHOWN_BEHIND ? Math.max(0, at - SHOWN_BEFORE) : 0;
  const to = from === 0 && line.length <= SHOWN_BEFORE + SHOWN_BEHIND ? line.length : at + SHOWN_BEHIND;
  const [head, tail] = [from > 0 ? '…' : '', to < line.length ? '…' : ''];
  const indent = (head + line.slice(from, at)).replace(/[^\t]/g, ' ');
  return `  ${head}${line.slice(from, to)}${tail}\n  ${indent}^`;
}
