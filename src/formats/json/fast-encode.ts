import type { Batch, Vector } from '../../batch.ts';
import { type EncodedColumn, encodeRows } from '../../kernel/encode-memory.ts';
import { type JsonField, JsonRows, type JsonStruct } from '../../kernel/json-rows.ts';
import type { Field } from '../../schema.ts';
import { encodedColumn } from '../encoded-column.ts';
import { JsonWriter } from './json-writer.ts';
import { fieldStart, vectorWriter, type WriteRules, type WriteVector } from './value-writers.ts';

/** A field and those within it. */
interface FieldWriter {
  readonly name: Uint8Array;
  /** Writes the field's values the plain way. */
  readonly write: WriteVector;
  /** The kernel writes times in UTC alone. */
  readonly isPlain: boolean;
  /** Of a struct. */
  readonly fields: readonly FieldWriter[];
}

/** Writes batches as lines through the kernel. What it has no cells for is written by the plain writers first, column by column. */
export class FastLines {
  private readonly fields: readonly FieldWriter[];
  private readonly values = new JsonWriter();

  private constructor(
    fields: readonly Field[],
    rules: WriteRules,
    private readonly writer: JsonWriter,
    private readonly rows: JsonRows,
  ) {
    this.fields = fieldWriters(fields, rules);
  }

  /** Null where the kernel was not built. */
  static of(fields: readonly Field[], rules: WriteRules, writer: JsonWriter): FastLines | null {
    const rows = JsonRows.open(!rules.ignoreNullFields);
    return rows === null ? null : new FastLines(fields, rules, writer, rows);
  }

  /** Writes a batch, the rows that the kernel leaves through `plain`; false when it cannot. */
  encode(batch: Batch, plain: (row: number) => void): boolean {
    if (!this.rows.load(this.fieldsOf(this.fields, batch.vectors))) return false;
    encodeRows(this.rows, batch.length, (bytes) => this.writer.raw(bytes), plain);
    return true;
  }

  private fieldsOf(fields: readonly FieldWriter[], vectors: readonly Vector[]): JsonField[] {
    return fields.map((field, i) => ({ name: field.name, value: this.valueOf(field, vectors[i] as Vector) }));
  }

  private valueOf(field: FieldWriter, vector: Vector): EncodedColumn | JsonStruct {
    if (vector.kind === 'struct') {
      return { kind: 'struct', validity: vector.validity, fields: this.fieldsOf(field.fields, vector.children) };
    }
    return (field.isPlain ? encodedColumn(vector) : null) ?? this.written(vector, field.write);
  }

  /** A column as the text of its values. */
  private written(vector: Vector, write: WriteVector): EncodedColumn {
    const { values } = this;
    const { length, validity } = vector;
    const offsets = new Int32Array(length + 1);
    for (let row = 0; row < length; row++) {
      if (validity === null || validity[row] === 1) write(values, vector, row);
      offsets[row + 1] = values.position;
    }
    return { kind: 'raw', values: values.take(), validity, offsets };
  }
}

function fieldWriters(fields: readonly Field[], rules: WriteRules): FieldWriter[] {
  return fields.map(({ name, type }) => ({
    name: fieldStart(name),
    write: vectorWriter(type, rules),
    isPlain: type.kind !== 'timestamp' || rules.zone.fixedOffsetMicros === 0,
    fields: type.kind === 'struct' ? fieldWriters(type.fields, rules) : [],
  }));
}
