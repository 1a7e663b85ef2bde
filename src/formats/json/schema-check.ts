import { createRequire } from 'node:module';
import type { ErrorObject, Options, ValidateFunction } from 'ajv';
import { configError } from '../../errors.ts';
import { parseDateBytes, parseTimestampBytes } from '../timestamp-bytes.ts';

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const textEncoder = new TextEncoder();

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A check of whole records against a JSON Schema (draft 7, 2019-09 or 2020-12, by its `$schema`; draft 7 without): the reason why the
 * record does not fulfil it, or null. Names are aligned first, so that a property that
 * only differs in case counts as the schema's. `date-time` and `date` mean what this product reads as such.
 *
 * @throws JSON_SCHEMA when the schema is none.
 */
export function schemaCheck(schema: JsonSchema): (record: Uint8Array) => string | null {
  const validate = compile(schema);
  return (record) => {
    const value: unknown = JSON.parse(textDecoder.decode(record));
    alignNames(value, schema);
    return validate(value) ? null : reason(validate.errors?.[0]);
  };
}

function compile(schema: JsonSchema): ValidateFunction {
  const options: Options = {
    strict: false,
    logger: false,
    formats: { 'date-time': isTimestamp, date: isDate },
  };
  try {
    return new (validatorClass(schema))(options).compile(schema);
  } catch (cause) {
    throw configError('JSON_SCHEMA', `json: jsonSchema is no valid JSON Schema: ${(cause as Error).message}.`, cause);
  }
}

interface Validator {
  compile(schema: JsonSchema): ValidateFunction;
}

/** Loaded only when a schema is given: it costs more to load than all of this format. */
function validatorClass(schema: JsonSchema): new (options: Options) => Validator {
  const draft = /20(?:19|20)-\d\d/.exec(String(schema.$schema ?? ''))?.[0].slice(0, 4);
  const name = draft === undefined ? 'ajv' : `ajv/dist/${draft}.js`;
  const loaded = createRequire(import.meta.url)(name) as { default: new (options: Options) => Validator };
  return loaded.default;
}

function isTimestamp(text: string): boolean {
  const bytes = textEncoder.encode(text);
  return parseTimestampBytes(bytes, 0, bytes.length, null) !== null;
}

function isDate(text: string): boolean {
  const bytes = textEncoder.encode(text);
  return !/[T ]/.test(text) && parseDateBytes(bytes, 0, bytes.length) !== null;
}

/** `field Analytics.Clicks: must be >= 0` */
function reason(error: ErrorObject | undefined): string {
  const path = (error?.instancePath ?? '')
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
  const where = path === '' ? 'the record' : `field ${path}`;
  return `${where}: ${error?.message ?? 'does not fulfil the JSON Schema'} (${error?.keyword ?? 'schema'})`;
}

/** Gives properties that equal one of the schema's without regard to case the schema's name, deeply. */
function alignNames(value: unknown, schema: unknown): void {
  if (typeof value !== 'object' || value === null || typeof schema !== 'object' || schema === null) return;
  const { properties, items } = schema as { properties?: unknown; items?: unknown };
  if (Array.isArray(value)) {
    for (const item of value) alignNames(item, items);
  } else if (typeof properties === 'object' && properties !== null) {
    const record = value as Record<string, unknown>;
    for (const [name, property] of Object.entries(properties)) {
      if (!Object.hasOwn(record, name)) rename(record, name, properties);
      if (Object.hasOwn(record, name)) alignNames(record[name], property);
    }
  }
}

function rename(record: Record<string, unknown>, name: string, properties: object): void {
  const lower = name.toLowerCase();
  const other = Object.keys(record).findLast((key) => key.toLowerCase() === lower && !Object.hasOwn(properties, key));
  if (other === undefined) return;
  const value = record[other];
  delete record[other];
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}
