import type { Cell } from '../../batch.ts';
import { type DataType, formatType } from '../../schema.ts';
import { castCell } from '../values/cast.ts';
import { decimalOfText } from '../values/decimal.ts';
import { MAX_INT64, MIN_INT64 } from '../values/int64.ts';
import { doubleText } from '../values/number-text.ts';
import { fitInt } from './arithmetic-cells.ts';
import { type JsonNode, quoteJson } from './json-text.ts';
import type { TextTimes } from './text-times.ts';

/** A value that does not fit its type (Spark's `JacksonParser` converters). */
export class JsonMismatch extends Error {}

/** Reads values of one type; a struct's field that does not fit is null and is told to `onMismatch`. */
export type NodeReader = (node: JsonNode) => Cell;

export function nodeReader(type: DataType, times: TextTimes, timeZone: string, onMismatch: () => void): NodeReader {
  const read = valueReader(type, times, timeZone, onMismatch);
  return (node) => (node.kind === 'null' ? null : read(node));
}

function valueReader(type: DataType, times: TextTimes, timeZone: string, onMismatch: () => void): NodeReader {
  const misfit = (): never => {
    throw new JsonMismatch(`a value does not fit ${formatType(type)}`);
  };
  const ofText =
    (parse: (text: string) => Cell): NodeReader =>
    (node) =>
      node.kind === 'string' && node.value !== '' ? (parse(node.value) ?? misfit()) : misfit();
  switch (type.kind) {
    case 'boolean':
      return (node) => (node.kind === 'boolean' ? node.value : misfit());
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return (node) => {
        if (node.kind !== 'number' || !/^-?\d+$/.test(node.text)) return misfit();
        return fitInt(BigInt(node.text), type) ?? misfit();
      };
    case 'float':
    case 'double':
      return (node) => readDouble(node, type.kind === 'float') ?? misfit();
    case 'decimal':
      return (node) => {
        if (node.kind === 'number') return decimalOfText(node.text, type.precision, type.scale);
        return node.kind === 'string' && node.value !== ''
          ? decimalOfText(node.value, type.precision, type.scale)
          : misfit();
      };
    case 'string':
      return (node) => (node.kind === 'string' ? node.value : nodeText(node));
    case 'binary':
      return ofText((text) => new Uint8Array(Buffer.from(text, 'base64')));
    case 'timestamp':
      return (node) => readTimestamp(node, times) ?? misfit();
    case 'date':
      return ofText(times.parseDate);
    case 'dayTimeInterval':
    case 'yearMonthInterval':
    case 'calendarInterval':
      return ofText((text) => castCell({ kind: 'string' }, type, timeZone)?.(text) ?? null);
    case 'struct':
      return structReader(type, times, timeZone, onMismatch);
    case 'array': {
      const element = nodeReader(type.element, times, timeZone, onMismatch);
      return (node) => (node.kind === 'array' ? node.items.map(element) : misfit());
    }
    case 'map': {
      const value = nodeReader(type.value, times, timeZone, onMismatch);
      return (node) => {
        if (node.kind !== 'object') return misfit();
        return { keys: node.entries.map(([key]) => key), values: node.entries.map(([, one]) => value(one)) };
      };
    }
    default:
      return misfit;
  }
}

function structReader(
  type: Extract<DataType, { kind: 'struct' }>,
  times: TextTimes,
  timeZone: string,
  onMismatch: () => void,
): NodeReader {
  const readers = type.fields.map((field) => nodeReader(field.type, times, timeZone, onMismatch));
  const ordinals = new Map(type.fields.map((field, i) => [field.name, i]));
  return (node) => {
    if (node.kind !== 'object') throw new JsonMismatch('no object');
    const cells: Cell[] = type.fields.map(() => null);
    for (const [key, value] of node.entries) {
      const ordinal = ordinals.get(key);
      if (ordinal === undefined) continue;
      try {
        cells[ordinal] = (readers[ordinal] as NodeReader)(value);
      } catch (error) {
        if (!(error instanceof JsonMismatch)) throw error;
        onMismatch();
      }
    }
    return cells;
  };
}

const NON_NUMBERS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    NaN: Number.NaN,
    '+INF': Number.POSITIVE_INFINITY,
    INF: Number.POSITIVE_INFINITY,
    '+Infinity': Number.POSITIVE_INFINITY,
    Infinity: Number.POSITIVE_INFINITY,
    '-INF': Number.NEGATIVE_INFINITY,
    '-Infinity': Number.NEGATIVE_INFINITY,
  }),
);

function readDouble(node: JsonNode, single: boolean): number | null {
  const text = node.kind === 'number' ? node.text : node.kind === 'string' ? node.value : null;
  if (text === null) return null;
  const special = NON_NUMBERS.get(text);
  if (special !== undefined) return special;
  if (node.kind !== 'number') return null;
  return single ? Math.fround(Number(text)) : Number(text);
}

/** A whole number is seconds since 1970. */
function readTimestamp(node: JsonNode, times: TextTimes): Cell {
  if (node.kind === 'string' && node.value !== '') return times.parseTimestamp(node.value);
  if (node.kind !== 'number' || !/^-?\d+$/.test(node.text)) return null;
  const micros = BigInt(node.text) * 1_000_000n;
  return micros >= MIN_INT64 && micros <= MAX_INT64 ? fitInt(micros, { kind: 'long' }) : null;
}

/** A value as JSON without blanks. Numbers with a point or exponent are doubles and written as such. */
export function nodeText(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    case 'number':
      return /^-?\d+$/.test(node.text) ? node.text : doubleText(NON_NUMBERS.get(node.text) ?? Number(node.text));
    case 'string':
      return quoteJson(node.value);
    case 'array':
      return `[${node.items.map(nodeText).join(',')}]`;
    case 'object':
      return `{${node.entries.map(([key, value]) => `${quoteJson(key)}:${nodeText(value)}`).join(',')}}`;
  }
}
