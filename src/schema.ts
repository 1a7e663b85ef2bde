/**
 * Types and schemas: plain data that every layer shares. The names are Spark SQL's
 * (org.apache.spark.sql.types), so a schema written for Spark reads the same here.
 */

export type DataType =
  | AtomicType
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: DataType }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: DataType }
  | StructType;

export interface AtomicType {
  readonly kind:
    | 'void'
    | 'boolean'
    | 'byte'
    | 'short'
    | 'int'
    | 'long'
    | 'float'
    | 'double'
    | 'string'
    | 'binary'
    | 'date'
    | 'timestamp'
    | 'dayTimeInterval'
    | 'yearMonthInterval'
    | 'calendarInterval';
}

export interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** The shape of a row: an ordered list of fields. Names may repeat (as in Spark); using a repeated name is an error. */
export type Schema = StructType;

export const VOID: AtomicType = { kind: 'void' };
export const BOOLEAN: AtomicType = { kind: 'boolean' };
export const BYTE: AtomicType = { kind: 'byte' };
export const SHORT: AtomicType = { kind: 'short' };
export const INT: AtomicType = { kind: 'int' };
export const LONG: AtomicType = { kind: 'long' };
export const FLOAT: AtomicType = { kind: 'float' };
export const DOUBLE: AtomicType = { kind: 'double' };
export const STRING: AtomicType = { kind: 'string' };
export const BINARY: AtomicType = { kind: 'binary' };
export const DATE: AtomicType = { kind: 'date' };
export const TIMESTAMP: AtomicType = { kind: 'timestamp' };
export const DAY_TIME_INTERVAL: AtomicType = { kind: 'dayTimeInterval' };
export const YEAR_MONTH_INTERVAL: AtomicType = { kind: 'yearMonthInterval' };
export const CALENDAR_INTERVAL: AtomicType = { kind: 'calendarInterval' };

export function decimal(precision: number, scale: number): DataType {
  return { kind: 'decimal', precision, scale };
}

export function array(element: DataType): DataType {
  return { kind: 'array', element };
}

export function map(key: DataType, value: DataType): DataType {
  return { kind: 'map', key, value };
}

export function struct(fields: readonly Field[]): StructType {
  return { kind: 'struct', fields };
}

export function field(name: string, type: DataType, nullable = true): Field {
  return { name, type, nullable };
}

/** Whether two types are the same; field names count, nullability does not. */
export function sameType(a: DataType, b: DataType): boolean {
  return formatType(a) === formatType(b);
}

/**
 * A name that a struct in the type has more than once, as a path (`a.b`); null: there is none. Names are compared without regard to
 * case, as in Spark (`SchemaUtils.checkColumnNameDuplication`).
 */
export function repeatedField(type: DataType): string | null {
  switch (type.kind) {
    case 'array':
      return repeatedField(type.element);
    case 'map':
      return repeatedField(type.key) ?? repeatedField(type.value);
    case 'struct': {
      const seen = new Set<string>();
      for (const { name, type: inner } of type.fields) {
        const lower = name.toLowerCase();
        if (seen.has(lower)) return name;
        seen.add(lower);
        const below = repeatedField(inner);
        if (below !== null) return `${name}.${below}`;
      }
      return null;
    }
    default:
      return null;
  }
}

/** Spark's short text of a type (`DataType.simpleString`): `bigint`, `array<string>`, `struct<a:int>`. */
export function formatType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'array':
      return `array<${formatType(type.element)}>`;
    case 'map':
      return `map<${formatType(type.key)},${formatType(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((f) => `${f.name}:${formatType(f.type)}`).join(',')}>`;
    default:
      return SIMPLE_NAMES[type.kind];
  }
}

const SIMPLE_NAMES: Record<AtomicType['kind'], string> = {
  void: 'void',
  boolean: 'boolean',
  byte: 'tinyint',
  short: 'smallint',
  int: 'int',
  long: 'bigint',
  float: 'float',
  double: 'double',
  string: 'string',
  binary: 'binary',
  date: 'date',
  timestamp: 'timestamp',
  dayTimeInterval: 'interval day to second',
  yearMonthInterval: 'interval year to month',
  calendarInterval: 'interval',
};
