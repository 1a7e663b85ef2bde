/** More brackets, or steps of indentation, than any file needs, and fewer than end the process within the parser. */
const MAX_LEVELS = 500;

const LINE_START = /^[ \t?:-]*/gm;

/**
 * Where a YAML text may be nested deeper than its parser, which is recursive, can read; -1 where it is not. A bound: what stands in quotes
 * counts as well.
 */
export function tooDeepAt(text: string): number {
  for (const { 0: start, index } of text.matchAll(LINE_START)) {
    if (start.length > MAX_LEVELS) return index + MAX_LEVELS;
  }
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '[' || char === '{') depth++;
    else if ((char === ']' || char === '}') && depth > 0) depth--;
    if (depth > MAX_LEVELS) return at;
  }
  return -1;
}
