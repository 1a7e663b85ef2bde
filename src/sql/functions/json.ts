import type { Cell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, type DataType, formatType, INT, STRING, type StructType, struct } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { BindContext, FunctionSpec } from '../function-spec.ts';
import { parseSchema, parseType } from '../parser.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount, constantOf, implicitArgs, literal, refuseType } from './bind.ts';
import { csvFunctions } from './csv.ts';
import { scalar } from './define.ts';
import { bindOptions, isOn, NO_OPTIONS, readOptions, type TextOptions } from './json-options.ts';
import { type JsonPath, parseJsonPath, textAtPath } from './json-path.ts';
import { JsonMismatch, nodeReader } from './json-read.ts';
import { ddlOf, inferJsonType } from './json-schema.ts';
import { FROM_JSON, type JsonLeniency, type JsonNode, parseJson, SQL_JSON } from './json-text.ts';
import { jsonWriter } from './json-write.ts';
import { textTimes } from './text-times.ts';

const READ_OPTIONS = [
  'mode',
  'columnNameOfCorruptRecord',
  'timestampFormat',
  'dateFormat',
  'timeZone',
  'locale',
  'allowSingleQuotes',
  'allowUnquotedFieldNames',
  'allowComments',
  'allowNumericLeadingZeros',
  'allowNonNumericNumbers',
  'allowBackslashEscapingAnyCharacter',
  'allowUnquotedControlChars',
  'primitivesAsString',
  'prefersDecimal',
];
const WRITE_OPTIONS = ['timestampFormat', 'dateFormat', 'timeZone', 'locale', 'ignoreNullFields', 'pretty'];

export const jsonFunctions: readonly FunctionSpec[] = [
  {
    name: 'from_json',
    group: 'json',
    usage: 'A JSON text as a value of a schema (`a INT, b STRING` or a type); what does not fit is null.',
    example: ['from_json(\'{"a":1, "b":0.8}\', \'a INT, b DOUBLE\')', '{"a":1,"b":0.8}'],
    bind: bindFromJson,
    implement(_types, type, { timeZone, constants }) {
      const options = readOptions('from_json', constants[2], READ_OPTIONS);
      return { kind: 'call', fn: fromJson(type, options, timeZone), nulls: 'propagate', mayBeNull: true };
    },
  },
  {
    name: 'to_json',
    group: 'json',
    usage: 'A struct, map or array as JSON text; fields of structs that are null are left out.',
    example: ["to_json(named_struct('a', 1, 'b', 2))", '{"a":1,"b":2}'],
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const [value, options = NO_OPTIONS] = args as readonly [TypedExpr, TypedExpr?];
      if (!['struct', 'map', 'array'].includes(value.type.kind))
        refuseType(context, 0, 'a struct, map or array', value.type);
      return boundTo([value, bindOptions(context, options)], STRING);
    },
    implement([type], _result, { timeZone, constants }) {
      const options = readOptions('to_json', constants[1], WRITE_OPTIONS);
      const write = jsonWriter(type as DataType, {
        times: textTimes(options, timeZone),
        ignoreNullFields: isOn(options, 'ignoreNullFields', true),
        pretty: isOn(options, 'pretty'),
        timeZone,
      });
      return { kind: 'call', fn: write, nulls: 'propagate' };
    },
  },
  {
    name: 'get_json_object',
    group: 'json',
    usage: 'What a path such as `$.a[0].b` finds in a JSON text; null when it finds nothing.',
    example: ['get_json_object(\'{"a":"b"}\', \'$.a\')', 'b'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return boundTo(implicitArgs(context, args, ['string', 'string']), STRING, true);
    },
    implement: (_types, _type, { constants }) => ({
      kind: 'call',
      fn: getJsonObject(constants[1]),
      nulls: 'propagate',
      mayBeNull: true,
    }),
  },
  scalar('json', {
    name: 'json_array_length',
    usage: 'The number of elements of the outermost JSON array; null of a text that is none.',
    example: ["json_array_length('[1,2,3,4]')", '4'],
    takes: ['string'],
    exact: true,
    returns: INT,
    mayBeNull: true,
    run: (text: string) => {
      const node = parseJson(text, SQL_JSON);
      return node?.kind === 'array' ? node.items.length : null;
    },
  }),
  scalar('json', {
    name: 'json_object_keys',
    usage: 'The keys of the outermost JSON object; null of a text that is none.',
    example: ['json_object_keys(\'{"key": "value"}\')', '["key"]'],
    takes: ['string'],
    exact: true,
    returns: array(STRING),
    mayBeNull: true,
    run: (text: string) => {
      const node = parseJson(text, SQL_JSON);
      return node?.kind === 'object' ? node.entries.map(([key]) => key) : null;
    },
  }),
  {
    name: 'schema_of_json',
    group: 'json',
    usage: 'The schema of a constant JSON text.',
    example: ['schema_of_json(\'[{"col":0}]\')', 'ARRAY<STRUCT<col: BIGINT>>'],
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const [text, options = NO_OPTIONS] = args as readonly [TypedExpr, TypedExpr?];
      if (typeof constantOf(text) !== 'string') refuseType(context, 0, 'a constant string', text.type);
      return boundTo([text, bindOptions(context, options)], STRING);
    },
    implement(_types, _type, { constants }) {
      const options = readOptions('schema_of_json', constants[1], READ_OPTIONS);
      return { kind: 'call', fn: (text: string) => schemaOfJson(text, options), nulls: 'propagate' };
    },
  },
  ...csvFunctions,
];

function bindFromJson(args: readonly TypedExpr[], context: BindContext) {
  checkCount(context, args, 2, 3);
  const [text, schema, options = NO_OPTIONS] = args as readonly [TypedExpr, TypedExpr, TypedExpr?];
  const [bound] = implicitArgs(context, [text], ['string']) as readonly [TypedExpr];
  const type = schemaArg(context, schema);
  if (!['struct', 'array', 'map'].includes(type.kind)) {
    throw analysisError(
      'DATATYPE_MISMATCH',
      `${context.name}: the schema must be a struct, array or map, but it is ${formatType(type)}.`,
    );
  }
  if (type.kind === 'map' && type.key.kind !== 'string') {
    throw analysisError(
      'DATATYPE_MISMATCH',
      `${context.name}: keys in JSON are strings, but the schema says ${formatType(type.key)}.`,
    );
  }
  const settings = bindOptions(context, options);
  const mode = readOptions(context.name, constantOf(settings), READ_OPTIONS).get('mode')?.toUpperCase();
  if (mode === 'DROPMALFORMED') {
    throw analysisError(
      'PARSE_MODE_UNSUPPORTED',
      `${context.name}: the mode must be PERMISSIVE or FAILFAST, but it is ${mode}.`,
    );
  }
  return boundTo([bound, literal(formatType(type), STRING), settings], type, true);
}

/** A schema as a constant string (a type, or a list of fields), or as schema_of_json of a constant. */
function schemaArg(context: BindContext, arg: TypedExpr): DataType {
  if (arg.kind === 'call' && arg.name === 'schema_of_json') {
    return allNullable(parseType(schemaOfJson(constantOf(arg.args[0] as TypedExpr) as string, new Map())));
  }
  const ddl = constantOf(arg);
  if (typeof ddl !== 'string') {
    throw analysisError(
      'INVALID_SCHEMA',
      `${context.name}: the schema must be a constant string, but it is of type ${formatType(arg.type)}.`,
    );
  }
  return allNullable(parseDdl(ddl));
}

export function parseDdl(ddl: string): DataType {
  try {
    return parseType(ddl);
  } catch {
    return parseSchema(ddl);
  }
}

/** Spark trusts no text to fill every field. */
export function allNullable(type: DataType): DataType {
  switch (type.kind) {
    case 'array':
      return { ...type, element: allNullable(type.element) };
    case 'map':
      return { ...type, value: allNullable(type.value) };
    case 'struct':
      return struct(type.fields.map((field) => ({ ...field, type: allNullable(field.type), nullable: true })));
    default:
      return type;
  }
}

function leniencyOf(options: TextOptions): JsonLeniency {
  return {
    singleQuotes: isOn(options, 'allowSingleQuotes', FROM_JSON.singleQuotes),
    nonNumbers: isOn(options, 'allowNonNumericNumbers', FROM_JSON.nonNumbers),
    unquotedNames: isOn(options, 'allowUnquotedFieldNames'),
    comments: isOn(options, 'allowComments'),
    leadingZeros: isOn(options, 'allowNumericLeadingZeros'),
    anyEscape: isOn(options, 'allowBackslashEscapingAnyCharacter'),
    controlChars: isOn(options, 'allowUnquotedControlChars'),
  };
}

function fromJson(type: DataType, options: TextOptions, timeZone: string): (text: string) => Cell {
  const leniency = leniencyOf(options);
  const failFast = options.get('mode')?.toUpperCase() === 'FAILFAST';
  const corruptAt = corruptColumn(type, options);
  let misfits = false;
  const read = nodeReader(withoutField(type, corruptAt), textTimes(options, timeZone), timeZone, () => {
    misfits = true;
  });
  return (text) => {
    if (text.trim() === '') return null;
    misfits = false;
    const node = parseJson(text, leniency);
    const result = node === null ? undefined : readRoot(node, type, read);
    if (result !== undefined && !misfits) return result;
    if (failFast) {
      throw dataError(
        'MALFORMED_RECORD_IN_PARSING',
        `from_json: "${text}" does not fit ${formatType(type)}, and the mode is FAILFAST.`,
      );
    }
    if (type.kind !== 'struct') return result ?? null;
    const cells = [...((result ?? type.fields.map(() => null)) as readonly Cell[])];
    if (corruptAt >= 0) cells[corruptAt] = text;
    return cells;
  };
}

/** The root may be an array around the struct, or the struct in place of an array of one. Undefined: it does not fit. */
function readRoot(node: JsonNode, type: DataType, read: (node: JsonNode) => Cell): Cell | undefined {
  try {
    if (type.kind === 'struct' && node.kind === 'array')
      return node.items[0] === undefined ? null : read(node.items[0]);
    if (type.kind === 'array' && type.element.kind === 'struct' && node.kind === 'object') {
      return read({ kind: 'array', items: [node] });
    }
    return read(node);
  } catch (error) {
    if (error instanceof JsonMismatch) return undefined;
    throw error;
  }
}

function corruptColumn(type: DataType, options: TextOptions): number {
  const name = options.get('columnNameOfCorruptRecord') ?? '_corrupt_record';
  return type.kind === 'struct'
    ? type.fields.findIndex((field) => field.name === name && field.type.kind === 'string')
    : -1;
}

/** The type with a field that no key of JSON meets, so that the column stays for the corrupt text. */
function withoutField(type: DataType, ordinal: number): DataType {
  if (ordinal < 0) return type;
  const { fields } = type as StructType;
  return struct(fields.map((field, i) => (i === ordinal ? { ...field, type: { kind: 'void' } } : field)));
}

function getJsonObject(constantPath: Cell | undefined): (text: string, path: string) => Cell {
  let lastText = typeof constantPath === 'string' ? constantPath : '$';
  let lastPath: JsonPath | null = parseJsonPath(lastText);
  return (text, path) => {
    if (path !== lastText) {
      lastText = path;
      lastPath = parseJsonPath(path);
    }
    if (lastPath === null) return null;
    const node = parseJson(text, SQL_JSON);
    return node === null ? null : textAtPath(node, lastPath);
  };
}

function schemaOfJson(text: string, options: TextOptions): string {
  const node = parseJson(text, leniencyOf(options));
  if (node === null) {
    throw dataError('MALFORMED_RECORD_IN_PARSING', `schema_of_json: "${text}" is no JSON text.`);
  }
  return ddlOf(inferJsonType(node, options));
}
