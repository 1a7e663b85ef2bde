import type { Session } from '../../src/index.ts';
import {
  approxCountDistinct,
  Column,
  callFunction,
  col,
  count,
  DataFrame,
  lit,
  sessionWindow,
  when,
  window,
} from '../../src/index.ts';
import type { Aggregate, Dedup, Join, Query, Stage, Watermark, Window } from './case.ts';
import { evaluate, named, toColumn } from './expressions.ts';
import { schemaOf, toEngine } from './rows.ts';

export interface QueryInputs {
  readonly session: Session;
  /** The stream of an input, opened anew. */
  readonly open: (input: string) => DataFrame;
  /** What `failOnce` has used up. */
  readonly failed: Set<string>;
}

/** A case's query as a table of the public API, steps in the order of FORMAT.md's table. */
export function buildQuery(query: Query, inputs: QueryInputs): DataFrame {
  let table = from(query, inputs);
  if (query.filter !== undefined) table = table.filter(toColumn(query.filter, table.schema));
  if (query.join !== undefined) table = join(table, query.join, inputs.session);
  for (const operation of query.unsupported ?? []) {
    table = new DataFrame(table.session, { op: 'unsupported', input: table.plan, operation });
  }
  if (query.dedup !== undefined) table = dedup(table, query.dedup);
  if (query.limit !== undefined) table = table.limit(query.limit);
  if (query.keys !== undefined || query.aggregates !== undefined) table = aggregate(table, query);
  for (const stage of query.then ?? []) {
    table = aggregate(stage.dedup === undefined ? table : dedup(table, stage.dedup), stage);
  }
  if (query.having !== undefined) table = table.filter(toColumn(query.having, table.schema));
  if (query.orderBy !== undefined) {
    const { schema } = table;
    const by = query.orderBy.map((key) => (key.desc ? named(key.col, schema).desc() : named(key.col, schema).asc()));
    table = table.orderBy(...by);
  }
  if (query.limitAfter !== undefined) table = table.limit(query.limitAfter);
  return output(table, query.output);
}

function from(query: Query, inputs: QueryInputs): DataFrame {
  const names = typeof query.from === 'string' ? [query.from] : query.from;
  // An input that is named twice is one stream, read twice.
  const opened = new Map(names.map((name) => [name, inputs.open(name)]));
  const tables = names.map((name) => {
    let table = failOnce(opened.get(name) as DataFrame, query, inputs.failed);
    if (query.preFilter !== undefined) table = table.filter(toColumn(query.preFilter, table.schema));
    for (const { column, delayMs } of watermarksOf(query, name)) table = table.withWatermark(column, ms(delayMs));
    return table;
  });
  const [first, ...rest] = tables;
  if (first === undefined) return inputs.session.read.schema('value LONG').rows([]);
  return rest.reduce((all, table) => all.union(table), first);
}

function watermarksOf(query: Query, input: string): readonly Watermark[] {
  const own = query.watermarks?.[input];
  if (own !== undefined) return [own];
  const all = query.watermark;
  return all === undefined ? [] : Array.isArray(all) ? all : [all as Watermark];
}

/** A user's function that fails once, on the first row that matches. */
function failOnce(table: DataFrame, query: Query, failed: Set<string>): DataFrame {
  const { failOnce: conditions } = query;
  if (conditions === undefined) return table;
  const check = (row: Record<string, unknown>) => {
    for (const condition of conditions) {
      const key = JSON.stringify(condition);
      if (failed.has(key) || evaluate(condition, row) !== true) continue;
      failed.add(key);
      throw new Error('this function fails once, as the case says');
    }
    return row;
  };
  return table.map(check, table.schema);
}

function join(stream: DataFrame, { type, streamSide, on, static: side }: Join, session: Session): DataFrame {
  const schema = schemaOf(side.schema);
  const table = session.read.schema(schema).rows(toEngine(side.rows, schema));
  const [left, right] = streamSide === 'left' ? [stream, table] : [table, stream];
  if (on.every(([a, b]) => a === b)) {
    return left.join(
      right,
      on.map(([name]) => name),
      type,
    );
  }
  const condition = on
    .map(([streamColumn, staticColumn]) => col(`stream.\`${streamColumn}\``).eq(col(`static.\`${staticColumn}\``)))
    .reduce((a, b) => a.and(b));
  const [leftName, rightName] = streamSide === 'left' ? ['stream', 'static'] : ['static', 'stream'];
  return left.alias(leftName as string).join(right.alias(rightName as string), condition, type);
}

function dedup(table: DataFrame, { kind, columns }: Dedup): DataFrame {
  return kind === 'global' ? table.dropDuplicates(columns) : table.dropDuplicatesWithinWatermark(columns);
}

function aggregate(table: DataFrame, { window: windows, keys = [], aggregates = [] }: Stage): DataFrame {
  const all = windows === undefined ? [] : Array.isArray(windows) ? windows : [windows as Window];
  const grouping = [...all.map(windowColumn), ...keys.map((key) => keyColumn(key, table))];
  if (aggregates.length === 0) {
    const exprs = grouping.map((column) => column.expr);
    return new DataFrame(table.session, { op: 'aggregate', input: table.plan, keys: exprs, results: exprs });
  }
  return table.groupBy(...grouping).agg(...aggregates.map((call) => aggregateColumn(call, table)));
}

function keyColumn(key: string, table: DataFrame): Column {
  return /^window_(start|end)$/.test(key) ? named(key, table.schema).as(key) : named(key, table.schema);
}

function windowColumn(spec: Window): Column {
  if (spec.kind === 'session') {
    const gap = spec.gapByKey === undefined ? ms(spec.gapMs as number) : gapColumn(spec.gapByKey);
    return sessionWindow(spec.column, gap).as('window');
  }
  const duration = ms(spec.durationMs as number);
  const slide = spec.slideMs === undefined ? undefined : ms(spec.slideMs);
  const start = spec.offsetMs === undefined ? undefined : ms(spec.offsetMs);
  return window(spec.column, duration, slide, start).as('window');
}

function gapColumn({ column, cases, default: otherwise }: NonNullable<Window['gapByKey']>): Column {
  const gap = (value: number | null) => (value === null ? lit(null) : lit(ms(value)));
  const [first, ...rest] = Object.entries(cases);
  if (first === undefined) return gap(otherwise);
  const start = when(col(column).cast('string').eq(first[0]), gap(first[1]));
  return rest
    .reduce((all, [key, value]) => all.when(col(column).cast('string').eq(key), gap(value)), start)
    .otherwise(gap(otherwise));
}

const SQL_NAMES: Readonly<Record<string, string>> = { stddevSamp: 'stddev_samp', varSamp: 'var_samp' };

function aggregateColumn({ fn, arg, as, distinct }: Aggregate, table: DataFrame): Column {
  const argument = arg === '*' ? col('*') : named(arg, table.schema);
  if (fn === 'countDistinctSet') return callFunction('size', callFunction('collect_set', argument)).as(as);
  if (fn === 'approxCountDistinct') return approxCountDistinct(argument).as(as);
  const call = fn === 'count' ? count(argument) : callFunction(SQL_NAMES[fn] ?? fn, argument);
  if (!distinct || call.expr.kind !== 'call') return call.as(as);
  return new Column({ ...call.expr, distinct: true }).as(as);
}

/** Windows come out as window_start and window_end; without a list, all columns do. */
function output(table: DataFrame, names: readonly string[] | undefined): DataFrame {
  const { schema } = table;
  const all = schema.fields.flatMap((f) => (f.name === 'window' ? ['window_start', 'window_end'] : [f.name]));
  if (names === undefined && !schema.fields.some((f) => f.name === 'window')) return table;
  return table.select(...(names ?? all).map((name) => named(name, schema).as(name)));
}

export function ms(value: number): string {
  return `${value} milliseconds`;
}
