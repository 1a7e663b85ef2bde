import { configError } from '../errors.ts';
import {
  array,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  field,
  LONG,
  type Schema,
  STRING,
  struct,
  TIMESTAMP,
} from '../schema.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Keywords that choose between schemas or refer to others: no column type follows from them. */
const UNMAPPED = ['$ref', '$dynamicRef', 'oneOf', 'anyOf', 'allOf', 'not', 'if', 'patternProperties', 'prefixItems'];

/**
 * The column types that a JSON Schema of objects describes: integer is long, number double, string string (with `format`
 * date-time a timestamp, date a date), boolean, object a struct, array an array; the order of `properties` is
 * kept. A property that is `required` and does not allow null is not nullable. `type` may list null besides one other type.
 *
 * @throws JSON_SCHEMA for a schema that has no such types, naming the place.
 */
export function schemaFromJsonSchema(schema: JsonSchema): Schema {
  const type = typeOf(schema, '');
  if (type.kind !== 'struct') throw refused('', 'describes no object, and a row is one: its type is to be "object"');
  return type;
}

function typeOf(schema: unknown, path: string): DataType {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw refused(path, `is ${JSON.stringify(schema)}, not a schema object`);
  }
  const { type, format, properties, items } = schema as Record<string, unknown>;
  const unmapped = UNMAPPED.find((keyword) => Object.hasOwn(schema, keyword));
  if (unmapped !== undefined)
    throw refused(path, `uses ${unmapped}, from which no column type follows; write the type out`);
  const names = typeNames(type).filter((name) => name !== 'null');
  switch (names.length === 1 ? names[0] : undefined) {
    case 'boolean':
      return BOOLEAN;
    case 'integer':
      return LONG;
    case 'number':
      return DOUBLE;
    case 'string':
      return format === 'date-time' ? TIMESTAMP : format === 'date' ? DATE : STRING;
    case 'array':
      return array(typeOf(items, `${path}/items`));
    case 'object':
      return structOf(schema as JsonSchema, properties, path);
  }
  const found = type === undefined ? 'has no type' : `has type ${JSON.stringify(type)}`;
  throw refused(
    path,
    `${found}; one of boolean, integer, number, string, array, object is needed, at most with "null"`,
  );
}

function structOf(schema: JsonSchema, properties: unknown, path: string): Schema {
  if (typeof properties !== 'object' || properties === null) {
    throw refused(path, 'is an object without properties, so it has no columns');
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  return struct(
    Object.entries(properties).map(([name, property]) => {
      const type = typeOf(property, `${path}/properties/${name}`);
      const mayBeNull = typeNames((property as JsonSchema).type).includes('null');
      return field(name, type, mayBeNull || !required.includes(name));
    }),
  );
}

function typeNames(type: unknown): unknown[] {
  return Array.isArray(type) ? type : [type];
}

function refused(path: string, problem: string) {
  return configError('JSON_SCHEMA', `JSON Schema: ${path === '' ? 'the root' : path} ${problem}.`);
}
