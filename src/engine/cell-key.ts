import type { Cell, MapCell } from '../batch.ts';

/**
 * A text that is equal for cells of one type that Spark groups together: -0.0 is 0.0, NaN equals NaN, null equals null
 * (Spark: NormalizeFloatingNumbers).
 */
export function cellKey(cell: Cell): string {
  switch (typeof cell) {
    case 'string':
      return `s${cell.length}:${cell}`;
    case 'number':
      return `n${cell}`; // template text of -0 is "0"
    case 'bigint':
      return `n${cell}`;
    case 'boolean':
      return cell ? 't' : 'f';
    default:
      return objectKey(cell);
  }
}

/** A key cell as it is stored: -0.0 is 0.0. */
export function normalizedCell(cell: Cell): Cell {
  return cell === 0 ? 0 : cell;
}

function objectKey(cell: Exclude<Cell, string | number | bigint | boolean>): string {
  if (cell === null) return '_';
  if (cell instanceof Uint8Array)
    return `b${Buffer.from(cell).toString('latin1').length}:${Buffer.from(cell).toString('latin1')}`;
  if (Array.isArray(cell)) return `[${cell.map(cellKey).join(',')}]`;
  if ('keys' in cell) {
    const entries = cell as MapCell;
    return `{${entries.keys.map((key, i) => `${cellKey(key)}=${cellKey(entries.values[i] ?? null)}`).join(',')}}`;
  }
  const interval = cell as Extract<Cell, { months: number }>;
  return `i${interval.months},${interval.days},${interval.micros}`;
}
