import {
  array,
  BOOLEAN,
  type DataType,
  DOUBLE,
  decimal,
  type Field,
  formatType,
  LONG,
  STRING,
  struct,
  VOID,
} from '../../schema.ts';
import { isOn, type TextOptions } from './json-options.ts';
import type { JsonNode } from './json-text.ts';
import { compareStrings } from './ordering.ts';

/** The type of a JSON value as Spark's `JsonInferSchema` sees it: fields in alphabetical order, null becomes a string. */
export function inferJsonType(node: JsonNode, options: TextOptions): DataType {
  return withoutVoid(infer(node, options));
}

function infer(node: JsonNode, options: TextOptions): DataType {
  switch (node.kind) {
    case 'null':
      return VOID;
    case 'string':
      return node.value === '' ? VOID : STRING;
    case 'boolean':
      return isOn(options, 'primitivesAsString') ? STRING : BOOLEAN;
    case 'number':
      return isOn(options, 'primitivesAsString') ? STRING : numberType(node.text, isOn(options, 'prefersDecimal'));
    case 'array':
      return array(node.items.map((item) => infer(item, options)).reduce(compatible, VOID));
    case 'object': {
      const fields = node.entries.map(
        ([name, value]): Field => ({ name, type: infer(value, options), nullable: true }),
      );
      return struct(fields.sort((a, b) => compareStrings(a.name, b.name)));
    }
  }
}

function numberType(text: string, prefersDecimal: boolean): DataType {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return LONG;
    const digits = text.replace('-', '').length;
    return digits <= 38 ? decimal(digits, 0) : DOUBLE;
  }
  const match = /^-?(\d+)\.(\d+)$/.exec(text);
  if (!prefersDecimal || match === null) return DOUBLE;
  const whole = (match[1] as string).replace(/^0+/, '');
  const scale = (match[2] as string).length;
  const precision = Math.max(whole.length + scale, scale);
  return precision <= 38 ? decimal(precision, scale) : DOUBLE;
}

/** The type that holds both; a string when nothing else does. */
function compatible(a: DataType, b: DataType): DataType {
  if (a.kind === 'void') return b;
  if (b.kind === 'void' || formatType(a) === formatType(b)) return a;
  if (a.kind === 'array' && b.kind === 'array') return array(compatible(a.element, b.element));
  if (a.kind === 'struct' && b.kind === 'struct') return mergeFields(a.fields, b.fields);
  const kinds = [a.kind, b.kind];
  if (kinds.every((kind) => ['long', 'double', 'decimal'].includes(kind))) {
    if (kinds.includes('double')) return DOUBLE;
    const [p, q] = [a, b].map((type) => (type.kind === 'decimal' ? type : { precision: 20, scale: 0 })) as [
      { precision: number; scale: number },
      { precision: number; scale: number },
    ];
    const scale = Math.max(p.scale, q.scale);
    const precision = Math.max(p.precision - p.scale, q.precision - q.scale) + scale;
    return precision <= 38 ? decimal(precision, scale) : DOUBLE;
  }
  return STRING;
}

function mergeFields(a: readonly Field[], b: readonly Field[]): DataType {
  const merged = new Map(a.map((field) => [field.name, field.type]));
  for (const field of b) {
    const known = merged.get(field.name);
    merged.set(field.name, known === undefined ? field.type : compatible(known, field.type));
  }
  const names = [...merged.keys()].sort(compareStrings);
  return struct(names.map((name) => ({ name, type: merged.get(name) as DataType, nullable: true })));
}

function withoutVoid(type: DataType): DataType {
  switch (type.kind) {
    case 'void':
      return STRING;
    case 'array':
      return array(withoutVoid(type.element));
    case 'struct':
      return struct(type.fields.map((field) => ({ ...field, type: withoutVoid(field.type) })));
    default:
      return type;
  }
}

/** A type as Spark's `DataType.sql`: `STRUCT<a: BIGINT>`. */
export function ddlOf(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return `ARRAY<${ddlOf(type.element)}>`;
    case 'map':
      return `MAP<${ddlOf(type.key)}, ${ddlOf(type.value)}>`;
    case 'struct':
      return `STRUCT<${type.fields.map((field) => `${quoteName(field.name)}: ${ddlOf(field.type)}`).join(', ')}>`;
    default:
      return formatType(type).toUpperCase();
  }
}

function quoteName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}
