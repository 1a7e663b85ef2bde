import type { Cell, MapCell, Vector } from '../../batch.ts';
import { cellAt, vectorOf } from '../../batch.ts';
import type { Attribute } from '../../plan/physical.ts';

/** A column of arrays or maps, spread out. */
export interface Spread {
  /** Input row of every output row. */
  readonly indices: Int32Array;
  /** The generated columns: the position (if asked for), then the element, or key and value. */
  readonly columns: readonly Vector[];
  /** Input rows that gave no output row. */
  readonly empty: number;
}

/** Spreads a column out; with `outer`, a row whose list is null or empty gives one row of nulls. */
export function listVector(lists: Vector, withPosition: boolean, outer: boolean, made: readonly Attribute[]): Spread {
  const indices: number[] = [];
  const cells: Cell[][] = made.map(() => []);
  let empty = 0;
  const emit = (row: number, values: readonly Cell[]): void => {
    indices.push(row);
    values.forEach((value, column) => {
      (cells[column] as Cell[]).push(value);
    });
  };
  for (let row = 0; row < lists.length; row++) {
    const entries = entriesOf(cellAt(lists, row));
    entries.forEach((entry, position) => {
      emit(row, withPosition ? [position, ...entry] : entry);
    });
    if (entries.length > 0) continue;
    if (outer)
      emit(
        row,
        made.map(() => null),
      );
    else empty++;
  }
  return {
    indices: Int32Array.from(indices),
    columns: made.map((attribute, column) => vectorOf(attribute.type, cells[column] as Cell[])),
    empty,
  };
}

function entriesOf(cell: Cell): readonly (readonly Cell[])[] {
  if (cell === null) return [];
  if (Array.isArray(cell)) return cell.map((element) => [element]);
  const { keys, values } = cell as MapCell;
  return keys.map((key, index) => [key, values[index] ?? null]);
}
