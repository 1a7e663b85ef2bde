import { type Column, col, expr, lit } from '../../src/index.ts';
import type { Schema } from '../../src/schema.ts';
import type { Expression, Row } from './case.ts';

type Operator = (operands: readonly Column[]) => Column;

const binary = (method: 'eq' | 'lt' | 'leq' | 'gt' | 'geq' | 'plus' | 'minus' | 'multiply' | 'mod' | 'and' | 'or') => {
  const operator: Operator = ([first, ...rest]) =>
    rest.reduce((left, right) => left[method](right), first as Column) as Column;
  return operator;
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': binary('eq'),
  '!=': ([a, b]) => (a as Column).notEqual(b as Column),
  '<': binary('lt'),
  '<=': binary('leq'),
  '>': binary('gt'),
  '>=': binary('geq'),
  '+': binary('plus'),
  '-': binary('minus'),
  '*': binary('multiply'),
  '%': binary('mod'),
  and: binary('and'),
  or: binary('or'),
  not: ([a]) => (a as Column).not(),
  contains: ([a, b]) => (a as Column).contains(b as Column),
  isNull: ([a]) => (a as Column).isNull(),
  isNotNull: ([a]) => (a as Column).isNotNull(),
};

/** A case's expression over a table of `schema`. Timestamps count as milliseconds; `window_start` is a window's start. */
export function toColumn(expression: Expression, schema: Schema): Column {
  if (Array.isArray(expression)) {
    const [op, ...operands] = expression as [string, ...Expression[]];
    const operator = OPERATORS[op];
    if (operator === undefined) throw new Error(`this runner does not know the operator ${op}`);
    return operator(operands.map((operand) => toColumn(operand, schema)));
  }
  if (typeof expression !== 'object' || expression === null) return lit(expression as string | number | boolean | null);
  if ('batchTimestampMs' in expression) return expr('unix_millis(current_timestamp())');
  const name = (expression as { col: string }).col;
  const type = columnType(name, schema);
  return type === 'timestamp' ? expr(`unix_millis(${columnSql(name, schema)})`) : named(name, schema);
}

/** A column by the name that cases use. */
export function named(name: string, schema: Schema): Column {
  const side = windowSide(name, schema);
  return side === null ? col(quoted(name)) : col(`window.${side}`);
}

function columnSql(name: string, schema: Schema): string {
  const side = windowSide(name, schema);
  return side === null ? quoted(name) : `window.${side}`;
}

function quoted(name: string): string {
  return `\`${name}\``;
}

function windowSide(name: string, schema: Schema): 'start' | 'end' | null {
  const has = (wanted: string) => schema.fields.some((f) => f.name === wanted);
  if (has(name) || !has('window')) return null;
  return name === 'window_start' ? 'start' : name === 'window_end' ? 'end' : null;
}

function columnType(name: string, schema: Schema): string | undefined {
  if (windowSide(name, schema) !== null) return 'timestamp';
  return schema.fields.find((f) => f.name.toLowerCase() === name.toLowerCase())?.type.kind;
}

/** A case's expression over one row, in plain JavaScript: for functions that fail on purpose. */
export function evaluate(expression: Expression, row: Row): unknown {
  if (!Array.isArray(expression)) {
    if (typeof expression !== 'object' || expression === null) return expression;
    return row[(expression as { col: string }).col] ?? null;
  }
  const [op, ...operands] = expression as [string, ...Expression[]];
  const values = operands.map((operand) => evaluate(operand, row));
  if (op === 'isNull') return values[0] === null;
  if (op === 'isNotNull') return values[0] !== null;
  if (op === 'and') return values.includes(false) ? false : values.includes(null) ? null : true;
  if (op === 'or') return values.includes(true) ? true : values.includes(null) ? null : false;
  if (values.includes(null)) return null;
  if (op === 'not') return !values[0];
  if (op === 'contains') return String(values[0]).includes(String(values[1]));
  return COMPUTE[op]?.(values[0] as number, values[1] as number);
}

const COMPUTE: Readonly<Record<string, (a: number, b: number) => unknown>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '%': (a, b) => a % b,
};
