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
  const indent = lineText.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return `line ${line}, column ${column}\n  ${lineText}\n  ${indent}^`;
}
