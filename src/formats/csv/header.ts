import { type Field, formatType } from '../../schema.ts';

/** Where the wanted columns stand in a file's records. */
export interface Layout {
  /** Fields that a whole record has. */
  readonly width: number;
  /** Per wanted column its field, or -1 where the file has none. */
  readonly positions: readonly number[];
  /** Why no record of the file can be right; null when all is well. */
  readonly problem: string | null;
}

/** The layout of a file without header line: fields stand in the order of the columns. */
export function layoutByPosition(columns: readonly (Field | null)[]): Layout {
  let width = 0;
  const positions = columns.map((column) => (column === null ? -1 : width++));
  return { width, positions, problem: null };
}

/**
 * The layout that a header line says. A column is the field of exactly its name, else the one field of its name in other
 * case. A column that may be null may be missing. null columns stand in no file.
 */
export function layoutByName(columns: readonly (Field | null)[], names: readonly string[], line: number): Layout {
  const problems: string[] = [];
  const positions = columns.map((column) => (column === null ? -1 : position(column, names, line, problems)));
  return { width: names.length, positions, problem: problems[0] ?? null };
}

function position(column: Field, names: readonly string[], line: number, problems: string[]): number {
  const lower = column.name.toLowerCase();
  const exact = indexesOf(names, (name) => name === column.name);
  const found = exact.length > 0 ? exact : indexesOf(names, (name) => name.toLowerCase() === lower);
  if (found.length === 1) return found[0] as number;
  if (found.length > 1) {
    problems.push(`line ${line}: the header names column "${column.name}" ${found.length} times`);
  } else if (!column.nullable) {
    const what = `column "${column.name}" (${formatType(column.type)})`;
    problems.push(`line ${line}: the header has no ${what}, it has: ${names.slice(0, 20).join(', ').slice(0, 200)}`);
  }
  return -1;
}

function indexesOf(names: readonly string[], matches: (name: string) => boolean): number[] {
  return names.flatMap((name, index) => (matches(name) ? [index] : []));
}
