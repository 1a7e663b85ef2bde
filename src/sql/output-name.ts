import { formatType } from '../schema.ts';
import type { Expr } from './ast.ts';
import { decimalText } from './values/decimal.ts';

const INFIX: ReadonlySet<string> = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  'div',
  '&',
  '|',
  '^',
  '=',
  '<=>',
  '<',
  '<=',
  '>',
  '>=',
  'and',
  'or',
]);

/** The name of an output column: the alias, the column's or field's own name, else Spark's text of the expression (`toPrettySQL`). */
export function outputName(expr: Expr): string {
  switch (expr.kind) {
    case 'alias':
      return expr.name;
    case 'name':
      return expr.parts.at(-1) as string;
    case 'field':
      return expr.name;
    default:
      return prettySql(expr);
  }
}

/** An expression as Spark shows it: infix operators in brackets, strings without quotes. */
export function prettySql(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return prettyLiteral(expr);
    case 'name':
      return expr.parts.join('.');
    case 'star':
      return expr.qualifier === undefined ? '*' : `${expr.qualifier}.*`;
    case 'field':
      return `${prettySql(expr.child)}.${expr.name}`;
    case 'cast':
      return `${expr.try ? 'TRY_CAST' : 'CAST'}(${prettySql(expr.child)} AS ${formatType(expr.type).toUpperCase()})`;
    case 'case': {
      const branches = expr.branches.map((branch) => `WHEN ${prettySql(branch.when)} THEN ${prettySql(branch.then)} `);
      const otherwise = expr.otherwise === undefined ? '' : `ELSE ${prettySql(expr.otherwise)} `;
      return `CASE ${branches.join('')}${otherwise}END`;
    }
    case 'alias':
      return `${prettySql(expr.child)} AS ${expr.name}`;
    case 'lambda':
      return `lambdafunction(${prettySql(expr.body)}, ${expr.params.join(', ')})`;
    case 'call':
      return prettyCall(expr);
  }
}

function prettyCall(expr: Extract<Expr, { kind: 'call' }>): string {
  const args = expr.args.map(prettySql);
  const [first = '', second = ''] = args;
  if (args.length === 2 && INFIX.has(expr.name)) return `(${first} ${expr.name.toUpperCase()} ${second})`;
  const filter = expr.filter === undefined ? '' : ` FILTER (WHERE ${prettySql(expr.filter)})`;
  switch (expr.name) {
    case 'not':
      return `(NOT ${first})`;
    case 'negative':
      return `(- ${first})`;
    case 'positive':
      return `(+ ${first})`;
    case '~':
      return `~${first}`;
    case '[]':
      return `${first}[${second}]`;
    case 'isnull':
      return `(${first} IS NULL)`;
    case 'isnotnull':
      return `(${first} IS NOT NULL)`;
    case 'in':
      return `(${first} IN (${args.slice(1).join(', ')}))`;
    case 'like':
    case 'ilike': {
      const escaping = args[2] === undefined ? '' : ` ESCAPE '${args[2]}'`;
      return expr.name === 'like' ? `${first} LIKE ${second}${escaping}` : `ilike(${args.join(', ')})`;
    }
    case 'rlike':
      return `RLIKE(${first}, ${second})`;
    case 'count':
      if (expr.args[0]?.kind === 'star') return `count(1)${filter}`;
  }
  return `${expr.name}(${expr.distinct ? 'DISTINCT ' : ''}${args.join(', ')})${filter}`;
}

function prettyLiteral(expr: Extract<Expr, { kind: 'literal' }>): string {
  const { value, type } = expr;
  if (value === null) return 'NULL';
  if (type.kind === 'decimal') return decimalText(value as bigint, type.scale);
  if (type.kind === 'date' || type.kind === 'timestamp') return `${type.kind.toUpperCase()} '${value}'`;
  if (type.kind === 'double' && Number.isInteger(value)) return (value as number).toFixed(1);
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex').toUpperCase()}'`;
  return String(value);
}
