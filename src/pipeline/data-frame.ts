import type { Batch } from '../batch.ts';
import { runBatchQuery } from '../engine/batch-query.ts';
import { configError } from '../errors.ts';
import { analyze } from '../plan/analyze.ts';
import { explainPlan } from '../plan/explain.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { isStreaming } from '../plan/logical.ts';
import { schemaOf } from '../plan/physical.ts';
import type { Schema } from '../schema.ts';
import type { Expr, JoinType } from '../sql/ast.ts';
import { rowObjects } from '../sql/values/plain.ts';
import type { Column, ColumnLike, SortColumn } from './column.ts';
import { checkColumn, col, expr, selectItem, toColumn } from './column.ts';
import type { Session } from './session.ts';
import { DataStreamWriter } from './stream-writer.ts';
import { DataFrameWriter } from './table-writer.ts';

/**
 * A table, streaming or static, described by the steps that make it; nothing runs until it is written or collected
 * (Spark: DataFrame). Immutable: every method gives a new one.
 */
export class DataFrame {
  constructor(
    readonly session: Session,
    readonly plan: LogicalPlan,
  ) {}

  private derive(plan: LogicalPlan): DataFrame {
    return new DataFrame(this.session, plan);
  }

  /** Columns by name or expression. `select('a', col('b').plus(1).as('c'), explode('tags'))` */
  select(...columns: ColumnLike[]): DataFrame {
    return this.derive({ op: 'select', input: this.plan, items: columns.map((column) => toColumn(column).expr) });
  }

  /** Columns as SQL texts. `selectExpr('a', 'CAST(b AS double) AS b')` */
  selectExpr(...items: string[]): DataFrame {
    return this.derive({ op: 'select', input: this.plan, items: items.map((item) => selectItem(item).expr) });
  }

  /** Keeps the rows for which the condition, a column or SQL text, is true. */
  filter(condition: Column | string): DataFrame {
    const { expr: written } = typeof condition === 'string' ? expr(condition) : condition;
    return this.derive({ op: 'filter', input: this.plan, condition: written });
  }

  where(condition: Column | string): DataFrame {
    return this.filter(condition);
  }

  /** Adds a column, or replaces the one of that name. */
  withColumn(name: string, value: Column | string): DataFrame {
    const { expr: written } = typeof value === 'string' ? expr(value) : value;
    return this.derive({ op: 'withColumn', input: this.plan, name, value: written });
  }

  withColumnRenamed(from: string, to: string): DataFrame {
    return this.derive({ op: 'withColumnRenamed', input: this.plan, from, to });
  }

  drop(...columns: string[]): DataFrame {
    return this.derive({ op: 'drop', input: this.plan, columns });
  }

  /** Names the table, so that its columns can be told apart after a join: `a.id`. */
  alias(name: string): DataFrame {
    return this.derive({ op: 'alias', input: this.plan, name });
  }

  /** Says which column is the event time, and how long late rows are waited for. */
  withWatermark(eventTime: string, delay: string): DataFrame {
    return this.derive({ op: 'withWatermark', input: this.plan, column: eventTime, delay });
  }

  groupBy(...keys: ColumnLike[]): GroupedData {
    return new GroupedData(
      this,
      keys.map((key) => toColumn(key).expr),
    );
  }

  /** Aggregates over all rows. */
  agg(...aggregates: Column[]): DataFrame {
    return this.groupBy().agg(...aggregates);
  }

  /** Keeps the first row of each key, for ever, or until the watermark passes it when the event time is among the columns. */
  dropDuplicates(columns: readonly string[] | null = null): DataFrame {
    return this.derive({ op: 'deduplicate', input: this.plan, columns, withinWatermark: false });
  }

  /** Keeps the first row of each key within the watermark's delay. */
  dropDuplicatesWithinWatermark(columns: readonly string[] | null = null): DataFrame {
    return this.derive({ op: 'deduplicate', input: this.plan, columns, withinWatermark: true });
  }

  distinct(): DataFrame {
    return this.derive({ op: 'distinct', input: this.plan });
  }

  limit(count: number): DataFrame {
    return this.derive({ op: 'limit', input: this.plan, count });
  }

  /** Joins on columns of the same name (each shown once), or on a condition over both tables. */
  join(right: DataFrame, on: Column | string | readonly string[], type: JoinType = 'inner'): DataFrame {
    const both = { op: 'join', left: this.plan, right: right.plan, type } as const;
    if (typeof on === 'string') return this.derive({ ...both, using: [on] });
    return this.derive(Array.isArray(on) ? { ...both, using: on } : { ...both, on: checkColumn(on as Column).expr });
  }

  crossJoin(right: DataFrame): DataFrame {
    return this.derive({ op: 'join', left: this.plan, right: right.plan, type: 'cross' });
  }

  /** The rows of both tables, columns matched by their place. */
  union(other: DataFrame): DataFrame {
    return this.derive({ op: 'union', inputs: [this.plan, other.plan] });
  }

  orderBy(...columns: (ColumnLike | SortColumn)[]): DataFrame {
    const by = columns.map((column) =>
      typeof column === 'string' ? col(column).asc() : 'ascending' in column ? column : column.asc(),
    );
    return this.derive({ op: 'sort', input: this.plan, by });
  }

  sort(...columns: (ColumnLike | SortColumn)[]): DataFrame {
    return this.orderBy(...columns);
  }

  /** A user's function over rows as objects; `schema` (Spark DDL or a schema) is what it gives. Runs on the main thread. */
  map(rows: (row: Record<string, unknown>) => Record<string, unknown>, schema: string | Schema): DataFrame {
    return this.flatMap((row) => [rows(row)], schema);
  }

  flatMap(
    rows: (row: Record<string, unknown>) => Iterable<Record<string, unknown>>,
    schema: string | Schema,
  ): DataFrame {
    return this.derive({ op: 'flatMap', input: this.plan, rows, schema: this.session.schemaFrom(schema) });
  }

  /** The number of files that each batch's output is written to. */
  repartition(files: number): DataFrame {
    if (!Number.isSafeInteger(files) || files < 1) {
      throw configError('OPTION_INVALID', `repartition: expected a whole number from 1 on, found ${files}.`);
    }
    return this.derive({ op: 'repartition', input: this.plan, files });
  }

  coalesce(files: number): DataFrame {
    return this.repartition(files);
  }

  /** Makes the table known to `sql` under a name. */
  createOrReplaceTempView(name: string): void {
    this.session.registerView(name, this.plan);
  }

  get isStreaming(): boolean {
    return isStreaming(this.plan);
  }

  get schema(): Schema {
    return schemaOf(analyze(this.plan, this.session.analysisOptions).physical.output);
  }

  /** Logical and physical plan, as text. */
  explain(): string {
    return explainPlan(analyze(this.plan, this.session.analysisOptions));
  }

  get writeStream(): DataStreamWriter {
    return new DataStreamWriter(this, {});
  }

  get write(): DataFrameWriter {
    return new DataFrameWriter(this, {});
  }

  /** The rows of a static table, as columns. */
  batches(): AsyncIterable<Batch> {
    return runBatchQuery(analyze(this.plan, this.session.analysisOptions), this.session.clock);
  }

  /** All rows of a static table as objects. */
  async collect(): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for await (const batch of this.batches()) rows.push(...rowObjects(batch));
    return rows;
  }
}

/** Rows in groups, to be aggregated (Spark: RelationalGroupedDataset). */
export class GroupedData {
  constructor(
    private readonly table: DataFrame,
    private readonly keys: readonly Expr[],
  ) {}

  /** The keys, then the aggregates. `agg(sum('clicks').as('clicks'), count().as('events'))` */
  agg(...aggregates: Column[]): DataFrame {
    if (aggregates.length === 0)
      throw configError('NO_AGGREGATE', 'agg: name at least one aggregate, such as count().');
    const results = [...this.keys, ...aggregates.map((aggregate) => checkColumn(aggregate).expr)];
    return new DataFrame(this.table.session, { op: 'aggregate', input: this.table.plan, keys: this.keys, results });
  }

  count(): DataFrame {
    return this.agg(selectItem('count(*) AS count'));
  }

  sum(...columns: string[]): DataFrame {
    return this.each('sum', columns);
  }

  avg(...columns: string[]): DataFrame {
    return this.each('avg', columns);
  }

  min(...columns: string[]): DataFrame {
    return this.each('min', columns);
  }

  max(...columns: string[]): DataFrame {
    return this.each('max', columns);
  }

  private each(name: string, columns: readonly string[]): DataFrame {
    return this.agg(...columns.map((column) => expr(`${name}(\`${column.replaceAll('`', '``')}\`)`)));
  }
}
