import type { OffsetEntry } from './offsets.ts';

/** The file that a split is, by its path; null for splits of sources that have no files. */
export function pathOf(split: unknown): string | null {
  const path = (split as { path?: unknown } | null)?.path;
  return typeof path === 'string' ? path : null;
}

/** A split as people know it. */
export function splitName(split: unknown): string {
  return pathOf(split) ?? JSON.stringify(split);
}

/** All splits of a batch, in order. */
export function splitsOf(entry: OffsetEntry): readonly unknown[] {
  return entry.sources.flatMap(({ splits }) => splits);
}

/** A word of a command line, quoted where a shell would take it for something else. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
