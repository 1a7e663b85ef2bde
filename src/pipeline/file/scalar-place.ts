/** How a text stands in a YAML file. */
export interface WrittenScalar {
  /** The file's text from the first character of the scalar (its quote or block sign included) to its end. */
  readonly source: string;
  readonly style: 'plain' | 'single' | 'double' | 'block';
}

/** Longer escapes of double-quoted YAML, by their letter: how many hexadecimal digits follow. */
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * Finds the character of `value` at `offset` in the YAML that it was read from. Styles differ in what they do with white space (folding,
 * indentation) and agree on all other characters and their order, so those are counted.
 *
 * @returns the index within `source`
 */
export function placeInScalar({ source, style }: WrittenScalar, value: string, offset: number): number {
  const wanted = visibleCount(value.slice(0, offset));
  const spans = visibleSpans(source, style);
  // At the end, or at white space: behind the last character before it.
  if (offset >= value.length || /\s/.test(value[offset] as string)) {
    return wanted === 0 ? (spans[0]?.start ?? 0) : (spans[wanted - 1]?.end ?? source.length);
  }
  return spans[wanted]?.start ?? source.length;
}

function visibleCount(text: string): number {
  return text.replace(/\s/g, '').length;
}

function visibleSpans(source: string, style: WrittenScalar['style']): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  const end = style === 'single' || style === 'double' ? source.length - 1 : source.length;
  let at = style === 'block' ? blockStart(source) : style === 'plain' ? 0 : 1;
  while (at < end) {
    const length = style === 'double' && source[at] === '\\' ? escapeLength(source, at) : doubled(source, at, style);
    const escapesSpace = length > 1 && /^\\[ \tnrt\n]/.test(source.slice(at, at + 2));
    if (!escapesSpace && !/\s/.test(source[at] as string)) spans.push({ start: at, end: at + length });
    at += length;
  }
  return spans;
}

/** Behind the line of the block sign. */
function blockStart(source: string): number {
  const newline = source.indexOf('\n');
  return newline < 0 ? source.length : newline + 1;
}

function doubled(source: string, at: number, style: WrittenScalar['style']): number {
  return style === 'single' && source.startsWith("''", at) ? 2 : 1;
}

function escapeLength(source: string, at: number): number {
  return 2 + (HEX_DIGITS[source[at + 1] ?? ''] ?? 0);
}
