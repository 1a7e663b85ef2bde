import type { Batch, Cell, Vector } from '../../src/batch.ts';
import { cellAt } from '../../src/batch.ts';
import type { DataType, Field, Schema } from '../../src/schema.ts';
import { parseSchema } from '../../src/sql/parser.ts';
import type { PlainRow } from '../../src/sql/values/plain.ts';
import { formatDate } from '../../src/sql/values/timestamp.ts';
import type { Row } from './case.ts';

/** A case's `{col: type}` as a schema. */
export function schemaOf(columns: Readonly<Record<string, string>>): Schema {
  const quoted = Object.entries(columns).map(([name, type]) => `\`${name.replaceAll('`', '``')}\` ${type}`);
  return parseSchema(quoted.join(', '));
}

/** A case's rows as the engine takes them: timestamps from milliseconds to microseconds. */
export function toEngine(rows: readonly Row[], schema: Schema): PlainRow[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        const type = schema.fields.find((f) => f.name === name)?.type.kind;
        return [name, type === 'timestamp' && typeof value === 'number' ? value * 1000 : value];
      }),
    ),
  );
}

/** A batch's rows as cases write them. */
export function fromEngine(batch: Batch): Row[] {
  return Array.from({ length: batch.length }, (_, row) =>
    Object.fromEntries(
      batch.schema.fields.map((f: Field, i) => [f.name, plain(cellAt(batch.vectors[i] as Vector, row), f.type)]),
    ),
  );
}

function plain(cell: Cell, type: DataType): unknown {
  if (cell === null) return null;
  switch (type.kind) {
    case 'timestamp':
      return Number(cell) / 1000;
    case 'date':
      return formatDate(cell as number);
    case 'array':
      return (cell as readonly Cell[]).map((item) => plain(item, type.element));
    case 'struct':
      return Object.fromEntries(type.fields.map((f, i) => [f.name, plain((cell as Cell[])[i] ?? null, f.type)]));
    default:
      return cell;
  }
}

/** Equal texts for equal rows: keys in order, numbers by value, doubles to 12 digits. */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') {
    return Number.isInteger(value) || !Number.isFinite(value) ? String(value + 0) : value.toPrecision(12);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** Null when the rows are the same, as multisets unless `ordered`; else what was expected and found. */
export function compareRows(expected: readonly Row[], found: readonly Row[], ordered = false): string | null {
  const [a, b] = [expected, found].map((rows) => rows.map(canonical)) as [string[], string[]];
  if (!ordered) {
    a.sort();
    b.sort();
  }
  return a.join('\n') === b.join('\n') ? null : `expected ${show(a)}, found ${show(b)}`;
}

function show(rows: readonly string[]): string {
  return `[${rows.join(', ')}]`;
}
