import type { Expr } from '../sql/ast.ts';
import type { ColumnLike, LiteralLike } from './column.ts';
import { Column, lit, toColumn } from './column.ts';

/** Functions with Spark's names, for what queries use most; every other SQL function is there by `callFunction` and `expr`. */

function call(name: string, ...args: Expr[]): Column {
  return new Column({ kind: 'call', name, args });
}

/** Any SQL function by its name: `callFunction('regexp_extract', col('a'), lit('(\\d+)'), lit(1))`. */
export function callFunction(name: string, ...args: Column[]): Column {
  return call(name, ...args.map((arg) => arg.expr));
}

/**
 * The window of event time that a row falls into; several when the slide is shorter than the duration. Group by it.
 * Durations as `10 seconds`, `1 hour 30 minutes`, `10s`.
 */
export function window(time: ColumnLike, duration: string, slide?: string, start?: string): Column {
  const settings =
    start !== undefined ? [duration, slide ?? duration, start] : slide !== undefined ? [duration, slide] : [duration];
  return call('window', toColumn(time).expr, ...settings.map((text) => lit(text).expr));
}

/** Rows of a key that follow each other within `gap`, a duration or an expression that gives one per row. */
export function sessionWindow(time: ColumnLike, gap: string | Column): Column {
  return call('session_window', toColumn(time).expr, (typeof gap === 'string' ? lit(gap) : gap).expr);
}

/** The event time of a window, its last microsecond. */
export function windowTime(windowColumn: ColumnLike): Column {
  return call('window_time', toColumn(windowColumn).expr);
}

/** The number of rows, or of rows where the column is not null. */
export function count(column: ColumnLike = '*'): Column {
  return call('count', toColumn(column).expr);
}

const aggregate =
  (name: string) =>
  (column: ColumnLike): Column =>
    call(name, toColumn(column).expr);

export const sum = aggregate('sum');
export const avg = aggregate('avg');
export const mean = aggregate('avg');
export const min = aggregate('min');
export const max = aggregate('max');
export const stddev = aggregate('stddev');
export const stddevPop = aggregate('stddev_pop');
export const variance = aggregate('variance');
export const varPop = aggregate('var_pop');
export const median = aggregate('median');
export const collectList = aggregate('collect_list');
export const collectSet = aggregate('collect_set');

/** The first value in input order; with `ignoreNulls`, the first that is not null. */
export function first(column: ColumnLike, ignoreNulls = false): Column {
  return call('first', toColumn(column).expr, lit(ignoreNulls).expr);
}

export function last(column: ColumnLike, ignoreNulls = false): Column {
  return call('last', toColumn(column).expr, lit(ignoreNulls).expr);
}

/** The number of distinct values, within a relative standard deviation (0.05 unless given). */
export function approxCountDistinct(column: ColumnLike, relativeSd?: number): Column {
  return call(
    'approx_count_distinct',
    toColumn(column).expr,
    ...(relativeSd === undefined ? [] : [lit(relativeSd).expr]),
  );
}

export const explode = aggregate('explode');
export const posexplode = aggregate('posexplode');
export const explodeOuter = aggregate('explode_outer');

export const upper = aggregate('upper');
export const lower = aggregate('lower');
export const trim = aggregate('trim');
export const length = aggregate('length');
export const abs = aggregate('abs');
export const toJson = aggregate('to_json');
export const toTimestamp = aggregate('to_timestamp');
export const toDate = aggregate('to_date');

export function round(column: ColumnLike, scale = 0): Column {
  return call('round', toColumn(column).expr, lit(scale).expr);
}

/** The batch's time; the same for every row of a batch, also when it is run again. */
export function currentTimestamp(): Column {
  return call('current_timestamp');
}

export function struct(...columns: ColumnLike[]): Column {
  return call('struct', ...columns.map((column) => toColumn(column).expr));
}

export function array(...columns: ColumnLike[]): Column {
  return call('array', ...columns.map((column) => toColumn(column).expr));
}

export function split(column: ColumnLike, pattern: string): Column {
  return call('split', toColumn(column).expr, lit(pattern).expr);
}

export function concat(...columns: ColumnLike[]): Column {
  return call('concat', ...columns.map((column) => toColumn(column).expr));
}

export function coalesce(...columns: ColumnLike[]): Column {
  return call('coalesce', ...columns.map((column) => toColumn(column).expr));
}

/** `when(condition, value).otherwise(value)`; without otherwise, null. */
export function when(condition: Column, value: Column | LiteralLike): CaseColumn {
  return new CaseColumn([{ when: condition.expr, then: valueExpr(value) }]);
}

/** A CASE that may be widened by `when` and closed by `otherwise`. */
export class CaseColumn extends Column {
  constructor(private readonly branches: readonly { readonly when: Expr; readonly then: Expr }[]) {
    super({ kind: 'case', branches });
  }

  when(condition: Column, value: Column | LiteralLike): CaseColumn {
    return new CaseColumn([...this.branches, { when: condition.expr, then: valueExpr(value) }]);
  }

  otherwise(value: Column | LiteralLike): Column {
    return new Column({ kind: 'case', branches: this.branches, otherwise: valueExpr(value) });
  }
}

function valueExpr(value: Column | LiteralLike): Expr {
  return value instanceof Column ? value.expr : lit(value).expr;
}
