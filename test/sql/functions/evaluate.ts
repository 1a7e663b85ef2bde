import type { Cell } from '../../../src/batch.ts';
import type { DataType } from '../../../src/schema.ts';
import { lookupFunction } from '../../../src/sql/functions/table.ts';
import { parseSelectItem } from '../../../src/sql/parser.ts';
import { resolveExpression } from '../../../src/sql/resolve.ts';
import type { TypedExpr } from '../../../src/sql/typed.ts';
import { castCell } from '../../../src/sql/values/cast.ts';
import { hiveText } from '../../../src/sql/values/text.ts';

/**
 * A plain interpreter of constant expressions: it runs every function through its own `bind` and `implement`, so that a
 * test of the table needs nothing of the code generator.
 */
const ZONE = 'America/Los_Angeles';

export function typedOf(sql: string): TypedExpr {
  return resolveExpression(parseSelectItem(sql), { columns: [], timeZone: ZONE });
}

/** The value's text as Spark prints it, `NULL` for null. */
export function textOf(sql: string): string {
  const typed = typedOf(sql);
  const cell = cellOf(typed);
  return cell === null ? 'NULL' : hiveText(typed.type, ZONE)(cell);
}

export function cellOfSql(sql: string): Cell {
  return cellOf(typedOf(sql));
}

type Params = ReadonlyMap<number, Cell>;

export function cellOf(expr: TypedExpr, params: Params = new Map()): Cell {
  switch (expr.kind) {
    case 'literal':
      return expr.value;
    case 'param':
      return params.get(expr.id) as Cell;
    case 'cast': {
      const cell = cellOf(expr.child, params);
      return cell === null ? null : (castCell(expr.child.type, expr.type, ZONE) as (cell: Cell) => Cell)(cell);
    }
    case 'field': {
      const struct = cellOf(expr.child, params) as readonly Cell[] | null;
      return struct === null ? null : (struct[expr.ordinal] as Cell);
    }
    case 'case': {
      const branch = expr.branches.find(({ when }) => cellOf(when, params) === true);
      const chosen = branch === undefined ? expr.otherwise : branch.then;
      return chosen === null ? null : cellOf(chosen, params);
    }
    case 'call':
      return callOf(expr, params);
    default:
      throw new Error(`cannot interpret ${expr.kind}`);
  }
}

function argument(expr: TypedExpr, params: Params): unknown {
  if (expr.kind !== 'lambda') return cellOf(expr, params);
  return (...cells: Cell[]) =>
    cellOf(expr.body, new Map([...params, ...expr.params.map(({ id }, i): [number, Cell] => [id, cells[i] as Cell])]));
}

function callOf(expr: Extract<TypedExpr, { kind: 'call' }>, params: Params): Cell {
  const spec = lookupFunction(expr.name);
  if (spec === undefined) throw new Error(`no function ${expr.name}`);
  const types: readonly DataType[] = expr.args.map((arg) => arg.type);
  const constants = expr.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  const made = spec.implement(types, expr.type, { timeZone: ZONE, constants });
  const values = expr.args.map((arg) => argument(arg, params));
  const missing = values.some((value) => value === null);
  if (made.kind === 'call') {
    if (made.nulls === 'propagate' && missing) return null;
    return (made.fn as (...args: unknown[]) => Cell)(...(made.usesBatchTime ? [0] : []), ...values);
  }
  if (missing) return null;
  const names = values.map((_, i) => `a${i}`);
  const helpers = Object.entries(made.helpers ?? {});
  const run = new Function(...helpers.map(([name]) => name), ...names, `return ${made.code(names)};`);
  return run(...helpers.map(([, helper]) => helper), ...values) as Cell;
}
