import type { Cell, Int64, MapCell } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { cellText } from '../values/text.ts';
import { quoteJson } from './json-text.ts';
import type { TextTimes } from './text-times.ts';

export interface JsonWriteOptions {
  readonly times: TextTimes;
  /** Fields of structs that are null are left out. */
  readonly ignoreNullFields: boolean;
  readonly pretty: boolean;
  readonly timeZone: string;
}

type Writer = (cell: Cell, indent: string) => string;

/** Values of a type as JSON text, as Spark's `JacksonGenerator` writes them. */
export function jsonWriter(type: DataType, options: JsonWriteOptions): (cell: Cell) => string {
  const write = writerOf(type, options);
  return (cell) => write(cell, '');
}

function writerOf(type: DataType, options: JsonWriteOptions): Writer {
  const text = (): ((cell: Cell) => string) => cellText(type, options.timeZone);
  switch (type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return (cell) => String(cell);
    case 'decimal':
      return text();
    case 'float':
    case 'double': {
      const format = text();
      return (cell) => (Number.isFinite(cell) ? format(cell) : `"${format(cell)}"`);
    }
    case 'string':
      return (cell) => quoteJson(cell as string);
    case 'binary':
      return (cell) => quoteJson(Buffer.from(cell as Uint8Array).toString('base64'));
    case 'timestamp':
      return (cell) => quoteJson(options.times.formatTimestamp(cell as Int64));
    case 'date':
      return (cell) => quoteJson(options.times.formatDate(cell as number));
    case 'array': {
      const element = orNull(writerOf(type.element, options));
      return (cell, indent) =>
        wrap(
          '[',
          (cell as readonly Cell[]).map((one) => (inner) => element(one, inner)),
          ']',
          indent,
          options.pretty,
          true,
        );
    }
    case 'struct':
      return structWriter(type, options);
    case 'map': {
      const key = keyText(type.key, options);
      const value = orNull(writerOf(type.value, options));
      return (cell, indent) => {
        const { keys, values } = cell as MapCell;
        const members = keys.map(
          (one, i) => (inner: string) => member(key(one), value(values[i] as Cell, inner), options.pretty),
        );
        return wrap('{', members, '}', indent, options.pretty, false);
      };
    }
    default: {
      const format = text();
      return (cell) => quoteJson(format(cell));
    }
  }
}

function structWriter(type: Extract<DataType, { kind: 'struct' }>, options: JsonWriteOptions): Writer {
  const writers = type.fields.map((field) => orNull(writerOf(field.type, options)));
  return (cell, indent) => {
    const cells = cell as readonly Cell[];
    const members = type.fields.flatMap((field, i) => {
      const value = cells[i] as Cell;
      if (value === null && options.ignoreNullFields) return [];
      return [(inner: string) => member(field.name, (writers[i] as Writer)(value, inner), options.pretty)];
    });
    return wrap('{', members, '}', indent, options.pretty, false);
  };
}

function orNull(writer: Writer): Writer {
  return (cell, indent) => (cell === null ? 'null' : writer(cell, indent));
}

function member(name: string, value: string, pretty: boolean): string {
  return `${quoteJson(name)}${pretty ? ' : ' : ':'}${value}`;
}

/** Jackson's default pretty printer breaks lines in objects and writes arrays on one line. */
function wrap(
  open: string,
  members: readonly ((indent: string) => string)[],
  close: string,
  indent: string,
  pretty: boolean,
  isArray: boolean,
): string {
  if (!pretty) return open + members.map((write) => write(indent)).join(',') + close;
  if (members.length === 0) return `${open} ${close}`;
  if (isArray) return `${open} ${members.map((write) => write(indent)).join(', ')} ${close}`;
  const inner = `${indent}  `;
  return `${open}\n${members.map((write) => inner + write(inner)).join(',\n')}\n${indent}${close}`;
}

/** A key is the text of Spark's inner form: days of a date, microseconds of a timestamp, `[a,b]` of a struct. */
function keyText(type: DataType, options: JsonWriteOptions): (cell: Cell) => string {
  switch (type.kind) {
    case 'date':
    case 'timestamp':
    case 'dayTimeInterval':
    case 'yearMonthInterval':
      return (cell) => String(cell);
    case 'struct': {
      const fields = type.fields.map((field) => keyText(field.type, options));
      return (cell) =>
        `[${(cell as readonly Cell[]).map((one, i) => (one === null ? 'null' : fields[i]?.(one))).join(',')}]`;
    }
    default:
      return cellText(type, options.timeZone);
  }
}
