import type { Cell, MapCell } from '../../batch.ts';
import { configError } from '../../errors.ts';
import { type DataType, type Field, formatType } from '../../schema.ts';
import { parseDateBytes, parseTimestampBytes } from '../timestamp-bytes.ts';
import { FieldNames, nameText } from './names.ts';
import { asciiText, parseDecimal, parseDouble, parseInteger } from './numbers.ts';
import type { ReadContext } from './read-context.ts';
import { compactJson, decodeEscapes, utf8Text } from './strings.ts';
import { ARRAY, ESCAPED, FALSE, INTEGER, NON_NUMERIC, NULL, NUMBER, OBJECT, STRING, TRUE } from './tokenizer.ts';

/**
 * Reads the value at a tape entry; undefined, after `context.fail`, when it does not fit the type. A JSON null is
 * null for every type.
 *
 * What fits follows Spark's `JacksonParser.makeConverter`. With `context.strict` it is narrower: strings take only
 * strings and numbers (as their text), a timestamp is no number, a number must be held exactly (decimal) or
 * finitely (double) by its type, a date is nothing but a date, and null must be allowed.
 */
export type CellReader = (entry: number) => Cell | undefined;

/**
 * The reader of a type. `path` names the field in messages, with `[]` for a place in an array or map.
 *
 * @throws JSON_TYPE for a type that JSON has no text for.
 */
export function cellReader(type: DataType, path: string, context: ReadContext): CellReader {
  switch (type.kind) {
    case 'boolean':
      return booleanReader(path, context);
    case 'byte':
      return integerReader(-0x80, 0x7f, type, path, context);
    case 'short':
      return integerReader(-0x8000, 0x7fff, type, path, context);
    case 'int':
      return integerReader(-0x80000000, 0x7fffffff, type, path, context);
    case 'long':
      return integerReader(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, type, path, context);
    case 'float':
    case 'double':
      return doubleReader(type.kind === 'float', path, context);
    case 'decimal':
      return decimalReader(type, path, context);
    case 'string':
      return stringReader(path, context);
    case 'binary':
      return binaryReader(path, context);
    case 'date':
      return dateReader(path, context);
    case 'timestamp':
      return timestampReader(path, context);
    case 'array':
      return arrayReader(type.element, path, context);
    case 'map':
      return mapReader(type, path, context);
    case 'struct':
      return structReader(type.fields, path, context);
    default:
      throw configError(
        'JSON_TYPE',
        `json cannot hold field "${path}" of type ${formatType(type)}. Read it as a string, and convert it by an expression.`,
      );
  }
}

function booleanReader(path: string, context: ReadContext): CellReader {
  const { tokens } = context;
  return (entry) => {
    const kind = tokens.tape[entry];
    if (kind === TRUE) return true;
    if (kind === FALSE) return false;
    return kind === NULL ? null : context.fail(path, 'true or false (boolean)', entry);
  };
}

function integerReader(min: number, max: number, type: DataType, path: string, context: ReadContext): CellReader {
  const { tokens } = context;
  const expected = `a whole number (${formatType(type)})`;
  return (entry) => {
    const { tape } = tokens;
    const kind = tape[entry];
    if (kind === INTEGER) {
      const value = parseInteger(tokens.bytes, tape[entry + 1] as number, tape[entry + 2] as number);
      if (value !== null && value >= min && value <= max) return value;
      return context.fail(path, expected, entry, ', which is out of range');
    }
    return kind === NULL ? null : context.fail(path, expected, entry);
  };
}

function doubleReader(single: boolean, path: string, context: ReadContext): CellReader {
  const { tokens, strict } = context;
  const expected = `a number (${single ? 'float' : 'double'})`;
  return (entry) => {
    const { tape, bytes } = tokens;
    const kind = tape[entry];
    const start = tape[entry + 1] as number;
    const end = tape[entry + 2] as number;
    if (kind === INTEGER || kind === NUMBER) {
      const value = single ? Math.fround(parseDouble(bytes, start, end)) : parseDouble(bytes, start, end);
      if (!strict || Number.isFinite(value)) return value;
      return context.fail(path, expected, entry, ', which is out of range');
    }
    if (kind === NULL) return null;
    if (!strict && (kind === NON_NUMERIC || kind === STRING)) {
      const value = NON_NUMERIC_WORDS.get(end - start <= 9 ? utf8Text(bytes, start, end) : '');
      if (value !== undefined) return value;
    }
    return context.fail(path, expected, entry);
  };
}

const NON_NUMERIC_WORDS = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['+Infinity', Number.POSITIVE_INFINITY],
  ['+INF', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-INF', Number.NEGATIVE_INFINITY],
]);

function decimalReader(type: Extract<DataType, { kind: 'decimal' }>, path: string, context: ReadContext): CellReader {
  const { tokens, strict } = context;
  const expected = `a number that fits ${formatType(type)}`;
  return (entry) => {
    const { tape, bytes } = tokens;
    const kind = tape[entry];
    if (kind === NULL) return null;
    if (kind === INTEGER || kind === NUMBER || kind === STRING || kind === ESCAPED) {
      const text =
        kind === ESCAPED
          ? nameText(tokens, entry)
          : asciiText(bytes, tape[entry + 1] as number, tape[entry + 2] as number);
      const value = parseDecimal(text, type.precision, type.scale, strict);
      if (value !== null) return value;
    }
    return context.fail(path, expected, entry);
  };
}

function stringReader(path: string, context: ReadContext): CellReader {
  const { tokens, strict } = context;
  return (entry) => {
    const { tape, bytes } = tokens;
    const start = tape[entry + 1] as number;
    const end = tape[entry + 2] as number;
    switch (tape[entry]) {
      case NULL:
        return null;
      case STRING:
      case INTEGER:
      case NUMBER:
        return utf8Text(bytes, start, end);
      case ESCAPED: {
        const plain = new Uint8Array(end - start);
        const size = decodeEscapes(bytes, start, end, plain, 0, strict);
        if (size >= 0) return utf8Text(plain, 0, size);
        return context.fail(path, WHOLE_TEXT, entry);
      }
    }
    if (strict) return context.fail(path, 'a string', entry);
    const text = compactJson(bytes, start, end);
    return utf8Text(text, 0, text.length);
  };
}

/** Half a surrogate pair is legal in JSON and cannot be written as UTF-8. */
export const WHOLE_TEXT = 'a string without half surrogate pairs';

function binaryReader(path: string, context: ReadContext): CellReader {
  const { tokens } = context;
  return (entry) => {
    const kind = tokens.tape[entry];
    if (kind === NULL) return null;
    if (kind === STRING || kind === ESCAPED) {
      const text = nameText(tokens, entry);
      // An empty text is no value of a type that is not string (SPARK-25040).
      if (text !== '' && BASE64.test(text)) return Uint8Array.from(Buffer.from(text, 'base64'));
      if (text === '' && context.strict) return new Uint8Array(0);
    }
    return context.fail(path, 'a string in base64 (binary)', entry);
  };
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function dateReader(path: string, context: ReadContext): CellReader {
  const { tokens, strict } = context;
  return (entry) => {
    if (tokens.tape[entry] === NULL) return null;
    if (context.openText(entry)) {
      const { textBytes, textStart, textEnd } = context;
      const days =
        strict && hasTime(textBytes, textStart, textEnd) ? null : parseDateBytes(textBytes, textStart, textEnd);
      if (days !== null) return days;
    }
    return context.fail(path, 'a date such as 2024-01-31', entry);
  };
}

function hasTime(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 84 || bytes[at] === 32) return true;
  return false;
}

const MICROS_PER_SECOND = 1_000_000;

function timestampReader(path: string, context: ReadContext): CellReader {
  const { tokens, strict, zone } = context;
  return (entry) => {
    const { tape, bytes } = tokens;
    const kind = tape[entry];
    if (kind === NULL) return null;
    if (context.openText(entry)) {
      const micros = parseTimestampBytes(context.textBytes, context.textStart, context.textEnd, zone);
      if (micros !== null) return micros;
    } else if (kind === INTEGER && !strict) {
      const seconds = parseInteger(bytes, tape[entry + 1] as number, tape[entry + 2] as number);
      const micros = seconds === null ? null : microsOfSeconds(seconds);
      if (micros !== null) return micros;
    }
    return context.fail(path, 'a timestamp such as 2024-01-31T12:00:00Z', entry);
  };
}

function microsOfSeconds(seconds: number | bigint): number | bigint | null {
  const micros = Number(seconds) * MICROS_PER_SECOND;
  if (Number.isSafeInteger(micros)) return micros;
  const exact = BigInt(seconds) * BigInt(MICROS_PER_SECOND);
  return exact === BigInt.asIntN(64, exact) ? exact : null;
}

function arrayReader(element: DataType, path: string, context: ReadContext): CellReader {
  const { tokens, positions } = context;
  const read = cellReader(element, `${path}[]`, context);
  return (entry) => {
    const { tape } = tokens;
    if (tape[entry] === NULL) return null;
    if (tape[entry] !== ARRAY) return context.fail(path, 'an array', entry);
    const last = tape[entry + 3] as number;
    const cells: Cell[] = [];
    let whole = true;
    positions.push(0);
    for (let item = entry + 4; whole && item < last; item = tape[item + 3] as number) {
      positions[positions.length - 1] = cells.length;
      const cell = read(item);
      if (cell === undefined) whole = false;
      else cells.push(cell);
    }
    positions.pop();
    return whole ? cells : undefined;
  };
}

function mapReader(type: Extract<DataType, { kind: 'map' }>, path: string, context: ReadContext): CellReader {
  if (type.key.kind !== 'string') {
    throw configError('JSON_TYPE', `json: the keys of map "${path}" are strings, not ${formatType(type.key)}.`);
  }
  const { tokens } = context;
  const read = cellReader(type.value, `${path}[]`, context);
  return (entry) => {
    const { tape } = tokens;
    if (tape[entry] === NULL) return null;
    if (tape[entry] !== OBJECT) return context.fail(path, 'an object (map)', entry);
    const last = tape[entry + 3] as number;
    const entries = new Map<string, Cell>();
    let whole = true;
    context.positions.push(0);
    for (let name = entry + 4; whole && name < last; name = tape[name + 7] as number) {
      context.positions[context.positions.length - 1] = ~name;
      const cell = read(name + 4);
      if (cell === undefined) whole = false;
      else {
        const { size } = entries;
        const key = nameText(tokens, name);
        entries.set(key, cell);
        if (entries.size === size) context.noteRepeated(`${path}[${JSON.stringify(key)}]`);
      }
    }
    context.positions.pop();
    if (!whole) return undefined;
    const map: MapCell = { keys: [...entries.keys()], values: [...entries.values()] };
    return map;
  };
}

function structReader(fields: readonly Field[], path: string, context: ReadContext): CellReader {
  const { tokens, strict } = context;
  const names = new FieldNames(fields);
  const slots = new Int32Array(fields.length);
  const paths = fields.map((field) => childPath(path, field));
  const readers = fields.map((field, i) => cellReader(field.type, paths[i] as string, context));
  return (entry) => {
    if (tokens.tape[entry] === NULL) return null;
    if (tokens.tape[entry] !== OBJECT) return context.fail(path, 'an object', entry);
    const repeated = names.find(tokens, entry, slots);
    if (repeated !== -1) context.noteRepeated(paths[repeated] as string);
    const cells: Cell[] = [];
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const absent = slot === -1 || tokens.tape[slot] === NULL;
      if (absent && strict && !(fields[i] as Field).nullable) return context.failMissing(paths[i] as string, slot);
      const cell = absent ? null : (readers[i] as CellReader)(slot);
      if (cell === undefined && strict) return undefined;
      cells.push(cell ?? null);
    }
    return cells;
  };
}

/** How messages name a field of the struct at `path`. */
export function childPath(path: string, field: Field): string {
  return path === '' ? field.name : `${path}.${field.name}`;
}
