import type { ColumnChunk } from 'hyparquet';
import type { ParquetWriter } from 'hyparquet-writer';
import { type Cell, cellAt, type MapCell, type Vector } from '../../batch.ts';
import type { DataType } from '../../schema.ts';

/** Writes a column cell by cell, by the library: structs, arrays, maps, decimals. It may become several chunks, one for each leaf. */
export function writeNestedColumn(writer: ParquetWriter, name: string, vector: Vector): readonly ColumnChunk[] {
  const { type, length } = vector;
  const data = Array.from({ length }, (_, row) => libraryValue(type, cellAt(vector, row)));
  // In its dictionaries the library takes -0 for 0, so a column that may hold one is written without.
  const encoding = holdsDouble(type) ? ('PLAIN' as const) : undefined;
  writer.write({ columnData: [{ name, data, encoding }], rowGroupSize: length });
  // The library took the column for a row group of its own.
  const group = writer.row_groups.pop();
  writer.num_rows -= group?.num_rows ?? 0n;
  return group?.columns ?? [];
}

function holdsDouble(type: DataType): boolean {
  switch (type.kind) {
    case 'double':
    case 'float':
      return true;
    case 'array':
      return holdsDouble(type.element);
    case 'map':
      return holdsDouble(type.key) || holdsDouble(type.value);
    case 'struct':
      return type.fields.some((field) => holdsDouble(field.type));
    default:
      return false;
  }
}

/** A cell in the form that the library wants for its type. */
function libraryValue(type: DataType, cell: Cell): unknown {
  if (cell === null) return null;
  switch (type.kind) {
    case 'long':
    case 'timestamp':
      return BigInt(cell as number | bigint);
    case 'array':
      return (cell as readonly Cell[]).map((element) => libraryValue(type.element, element));
    case 'struct': {
      const cells = cell as readonly Cell[];
      return Object.fromEntries(
        type.fields.map((field, i) => [field.name, libraryValue(field.type, cells[i] ?? null)]),
      );
    }
    case 'map': {
      const { keys, values } = cell as MapCell;
      return keys.map((key, i) => ({
        key: libraryValue(type.key, key),
        value: libraryValue(type.value, values[i] ?? null),
      }));
    }
    default:
      return cell;
  }
}
