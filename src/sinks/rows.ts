import { type Batch, type Cell, cellAt, type Int64, type MapCell } from '../batch.ts';
import type { DataType } from '../schema.ts';
import { dateText, decimalText, isoTimestamp } from './cell-text.ts';

/** A row as people handle it: values by column name. It has no prototype, so a column named `__proto__` is a column. */
export type RowObject = Record<string, unknown>;

/**
 * The rows of a batch as objects. By type: long `number` when it is exact, else `bigint`; timestamp ISO 8601 text in UTC
 * with its microseconds; date `yyyy-MM-dd`; decimal text; binary `Uint8Array`; array `unknown[]`; struct an object; map a
 * `Map`; null `null`. Of columns with the same name the last one is seen.
 */
export function* rowObjects(batch: Batch): Generator<RowObject, void, undefined> {
  const { fields } = batch.schema;
  for (let row = 0; row < batch.length; row++) {
    const object = emptyRow();
    for (let column = 0; column < fields.length; column++) {
      const field = fields[column];
      const vector = batch.vectors[column];
      if (field !== undefined && vector !== undefined) object[field.name] = plainValue(cellAt(vector, row), field.type);
    }
    yield object;
  }
}

function emptyRow(): RowObject {
  return Object.create(null) as RowObject;
}

function plainValue(cell: Cell, type: DataType): unknown {
  if (cell === null) return null;
  switch (type.kind) {
    case 'timestamp':
      return isoTimestamp(cell as Int64);
    case 'date':
      return dateText(cell as number);
    case 'decimal':
      return decimalText(cell as bigint, type.scale);
    case 'array':
      return (cell as readonly Cell[]).map((item) => plainValue(item, type.element));
    case 'struct': {
      const object = emptyRow();
      type.fields.forEach((field, index) => {
        object[field.name] = plainValue((cell as readonly Cell[])[index] ?? null, field.type);
      });
      return object;
    }
    case 'map': {
      const { keys, values } = cell as MapCell;
      return new Map(
        keys.map((key, index) => [plainValue(key, type.key), plainValue(values[index] ?? null, type.value)]),
      );
    }
    default:
      return cell;
  }
}
