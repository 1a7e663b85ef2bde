/** `${NAME}` or `${NAME:-default}`; `$${` stands for `${`. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substituted {
  readonly text: string;
  /** Names that are not set and have no default. */
  readonly missing: readonly string[];
  /** The offset in the text as it was written, of an offset in the text as it became. */
  writtenOffset(offset: number): number;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly writtenStart: number;
  readonly writtenEnd: number;
}

/** Puts environment variables into a text, and keeps where everything came from. */
export function substitute(written: string, environment: Environment): Substituted {
  const pieces: Piece[] = [];
  const missing: string[] = [];
  let text = '';
  let at = 0;
  for (const match of written.matchAll(REFERENCE)) {
    const [whole, name, fallback] = match;
    text += written.slice(at, match.index);
    const value =
      name === undefined ? '${' : ((Object.hasOwn(environment, name) ? environment[name] : undefined) ?? fallback);
    if (value === undefined) missing.push(name as string);
    const start = text.length;
    text += value ?? whole;
    at = match.index + whole.length;
    pieces.push({ start, end: text.length, writtenStart: match.index, writtenEnd: at });
  }
  text += written.slice(at);
  return { text, missing, writtenOffset: (offset) => writtenOffset(pieces, offset) };
}

function writtenOffset(pieces: readonly Piece[], offset: number): number {
  const before = pieces.findLast((piece) => piece.start <= offset);
  if (before === undefined) return offset;
  return offset < before.end ? before.writtenStart : before.writtenEnd + offset - before.end;
}
