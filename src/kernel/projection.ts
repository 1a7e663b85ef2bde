/** Which columns of a program are written as text, and how. */
export type Projection = CsvProjection | JsonProjection;

interface ProjectedColumns {
  /** Columns of the program in the order of the output: 1 to MAX_OUTPUTS. */
  readonly columns: readonly number[];
  /** The cell of a null, at most MAX_FIXED_TEXT bytes; of JSON `null`, or nothing where the field is left out. */
  readonly nullText: Uint8Array;
}

/** Rows of CSV. */
export interface CsvProjection extends ProjectedColumns {
  readonly names: null;
  /** The byte between two cells. */
  readonly separator: number;
  /** `"`: the text of a JSON string, with its quotes, is a quoted cell; else what needs quotes is left to the host. NO_BYTE for none. */
  readonly quote: number;
  /** The cell of an empty text: at most MAX_FIXED_TEXT bytes. */
  readonly emptyText: Uint8Array;
  /** By byte: IN_TEXT, AT_START, AT_END, HOST_AT_START. */
  readonly textFlags: Uint8Array;
}

/** Lines of JSON objects. */
export interface JsonProjection extends ProjectedColumns {
  /** By output, `,"name":`; with eight bytes for each of them NAMES_BYTES at most. */
  readonly names: readonly Uint8Array[];
}

/** How often one of the columns is written at most. */
export function mostRepeats(columns: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const column of columns) counts.set(column, (counts.get(column) ?? 0) + 1);
  return Math.max(...counts.values());
}
