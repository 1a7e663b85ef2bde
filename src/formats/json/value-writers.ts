import { type Cell, cellAt, type Int64, type MapCell, type Vector } from '../../batch.ts';
import { configError } from '../../errors.ts';
import { type DataType, type Field, formatType } from '../../schema.ts';
import { decimalText } from '../../sql/values/decimal.ts';
import { formatDate } from '../../sql/values/timestamp.ts';
import type { Zone } from '../../sql/values/zone.ts';
import type { JsonWriter } from './json-writer.ts';
import { timestampText } from './timestamp-text.ts';

const COMMA = 44;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** How values are written. */
export interface WriteRules {
  readonly zone: Zone;
  readonly ignoreNullFields: boolean;
}

/** Writes a row of a struct's fields as an object. */
export type WriteChildren = (writer: JsonWriter, vectors: readonly Vector[], row: number) => void;
/** Writes a row's value, which is not null. */
export type WriteVector = (writer: JsonWriter, vector: Vector, row: number) => void;
type WriteCell = (writer: JsonWriter, cell: Cell) => void;

/**
 * The writer of a struct with these fields.
 *
 * @throws JSON_TYPE for a field that JSON has no text for.
 */
export function structWriter(fields: readonly Field[], rules: WriteRules): WriteChildren {
  const names = fields.map(({ name }) => fieldStart(name));
  const writers = fields.map(({ type }) => vectorWriter(type, rules));
  return (writer, vectors, row) => {
    writer.byte(OPEN_OBJECT);
    let first = true;
    for (let i = 0; i < names.length; i++) {
      const vector = vectors[i] as Vector;
      const isNull = vector.validity !== null && vector.validity[row] === 0;
      if (isNull && rules.ignoreNullFields) continue;
      if (!first) writer.byte(COMMA);
      first = false;
      writer.raw(names[i] as Uint8Array);
      if (isNull) writer.ascii('null');
      else (writers[i] as WriteVector)(writer, vector, row);
    }
    writer.byte(CLOSE_OBJECT);
  };
}

/** `"name":` */
export function fieldStart(name: string): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(name)}:`);
}

/** The writer of a column of this type. */
export function vectorWriter(type: DataType, rules: WriteRules): WriteVector {
  if (type.kind === 'struct') {
    const write = structWriter(type.fields, rules);
    const writeOther = cellWriter(type, rules);
    return (writer, vector, row) => {
      if (vector.kind === 'struct') write(writer, vector.children, row);
      else writeOther(writer, cellAt(vector, row));
    };
  }
  const write = cellWriter(type, rules);
  if (type.kind !== 'string') return (writer, vector, row) => write(writer, cellAt(vector, row));
  return (writer, vector, row) => {
    if (vector.kind === 'bytes') {
      writer.utf8(vector.bytes, vector.offsets[row] as number, vector.offsets[row + 1] as number);
    } else write(writer, cellAt(vector, row));
  };
}

/** Writes a value that is not null. */
function cellWriter(type: DataType, rules: WriteRules): WriteCell {
  switch (type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return (writer, cell) => writer.ascii(`${cell as Int64 | boolean}`);
    case 'float':
      return (writer, cell) => writeNumber(writer, cell as number, shortestFloat);
    case 'double':
      return (writer, cell) => writeNumber(writer, cell as number, shortestDouble);
    case 'decimal':
      return (writer, cell) => writer.ascii(decimalText(cell as bigint, type.scale));
    case 'string':
      return (writer, cell) => writer.string(cell as string);
    case 'binary':
      return (writer, cell) => writer.ascii(`"${Buffer.from(cell as Uint8Array).toString('base64')}"`);
    case 'date':
      return (writer, cell) => writer.ascii(`"${formatDate(cell as number)}"`);
    case 'timestamp':
      return (writer, cell) => writer.ascii(`"${timestampText(cell as Int64, rules.zone)}"`);
    case 'array':
      return arrayWriter(nullable(cellWriter(type.element, rules)));
    case 'map':
      return mapWriter(type.key, nullable(cellWriter(type.value, rules)));
    case 'struct':
      return structCellWriter(type.fields, rules);
    case 'void':
      return (writer) => writer.ascii('null');
    default:
      throw configError(
        'JSON_TYPE',
        `json cannot hold a column of type ${formatType(type)}. Cast it to a type that it can, such as string.`,
      );
  }
}

function nullable(write: WriteCell): WriteCell {
  return (writer, cell) => {
    if (cell === null) writer.ascii('null');
    else write(writer, cell);
  };
}

function writeNumber(writer: JsonWriter, value: number, text: (value: number) => string): void {
  if (Number.isFinite(value)) writer.ascii(text(value));
  else writer.ascii(`"${value}"`);
}

/** The shortest text that reads back as the same double; whole numbers keep `.0`, so that they stay doubles for others. */
function shortestDouble(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = `${value}`;
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The same among floats. */
function shortestFloat(value: number): string {
  if (value === 0) return shortestDouble(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return shortestDouble(short);
  }
  return shortestDouble(value);
}

function arrayWriter(write: WriteCell): WriteCell {
  return (writer, cell) => {
    writer.ascii('[');
    (cell as readonly Cell[]).forEach((element, i) => {
      if (i > 0) writer.byte(COMMA);
      write(writer, element);
    });
    writer.ascii(']');
  };
}

function mapWriter(key: DataType, write: WriteCell): WriteCell {
  if (key.kind !== 'string') {
    throw configError('JSON_TYPE', `json: the keys of a map are strings, not ${formatType(key)}. Cast them to string.`);
  }
  return (writer, cell) => {
    const { keys, values } = cell as MapCell;
    writer.byte(OPEN_OBJECT);
    keys.forEach((name, i) => {
      if (i > 0) writer.byte(COMMA);
      writer.string(name as string);
      writer.ascii(':');
      write(writer, values[i] as Cell);
    });
    writer.byte(CLOSE_OBJECT);
  };
}

function structCellWriter(fields: readonly Field[], rules: WriteRules): WriteCell {
  const names = fields.map(({ name }) => fieldStart(name));
  const writers = fields.map(({ type }) => nullable(cellWriter(type, rules)));
  return (writer, cell) => {
    writer.byte(OPEN_OBJECT);
    let first = true;
    (cell as readonly Cell[]).forEach((child, i) => {
      if (child === null && rules.ignoreNullFields) return;
      if (!first) writer.byte(COMMA);
      first = false;
      writer.raw(names[i] as Uint8Array);
      (writers[i] as WriteCell)(writer, child);
    });
    writer.byte(CLOSE_OBJECT);
  };
}
