import type { Spec } from './spec.ts';

const COLUMN_LIST = 'Names of columns';

const JOIN: Spec = {
  type: 'object',
  noun: 'a join',
  doc: 'Joins with a source or table of this file, on columns of the same name (`using`) or on a condition (`on`). Columns of both may be written with their name before them: `events.id`.',
  example: '{ table: products, using: product_id, type: leftOuter }',
  oneOf: ['using', 'on'],
  fields: {
    table: { type: 'text', required: true, doc: 'The name of a table or source.', example: 'products' },
    using: { type: 'texts', doc: 'Columns that both have; each is kept once.', example: '[product_id]' },
    on: {
      type: 'text',
      doc: 'A condition in SQL over the columns of both.',
      example: 'events.product_id = products.id',
    },
    type: {
      type: 'text',
      choices: ['inner', 'leftOuter', 'rightOuter', 'fullOuter', 'leftSemi', 'leftAnti'],
      doc: 'Which rows without a partner are kept.',
      example: 'leftOuter',
      default: 'inner',
    },
  },
};

const SELECT: Spec = {
  type: 'texts',
  doc: 'The columns that go on, as SQL with or without `AS name`. Structs are opened by dots; `explode(tags) AS tag` makes a row of each element.',
  example: '[user, "Analytics.Clicks AS clicks", "price * quantity AS total"]',
};

const FILTER: Spec = {
  type: 'text',
  doc: 'Keeps the rows for which the SQL condition is true.',
  example: "price > 0 AND side IN ('BUY', 'SELL')",
};

const DUPLICATES: Spec = { type: 'texts', doc: '', example: '[user, id]' };

/** The steps of a pipeline: the methods of a table, one key each. */
export const STEP_FIELDS: Readonly<Record<string, Spec>> = {
  select: SELECT,
  selectExpr: { ...SELECT, doc: 'The same as `select`.' },
  filter: FILTER,
  where: { ...FILTER, doc: 'The same as `filter`.' },
  withColumn: {
    type: 'map',
    of: { type: 'scalar', doc: 'SQL.', example: 'price * quantity' },
    doc: 'Adds columns, or replaces those of the same name, one after the other.',
    example: '{ total: price * quantity, day: to_date(ts) }',
  },
  withColumnRenamed: {
    type: 'map',
    of: { type: 'text', doc: 'The new name.', example: 'price' },
    doc: 'Renames columns, old name first.',
    example: '{ Total_Price: total_price }',
  },
  drop: { type: 'texts', doc: `${COLUMN_LIST} to leave out.`, example: '[millis, raw]' },
  withWatermark: {
    type: 'object',
    noun: 'a watermark',
    doc: 'Says which column is the event time and how long late rows are waited for.',
    example: '{ column: ts, delay: 30 seconds }',
    fields: {
      column: { type: 'text', required: true, doc: 'A timestamp column.', example: 'ts' },
      delay: { type: 'text', required: true, doc: 'A duration.', example: '30 seconds' },
    },
  },
  groupBy: {
    type: 'texts',
    doc: "The keys of an aggregation as SQL, with `agg` in the same step: columns, `window(ts, '10 seconds')`, `session_window(ts, '5 minutes')`.",
    example: '["window(ts, \'10 seconds\')", user]',
  },
  agg: {
    type: 'texts',
    doc: 'The aggregates, as SQL. Without `groupBy` they are over all rows.',
    example: '[count(*) AS events, sum(clicks) AS clicks]',
  },
  dropDuplicates: {
    ...DUPLICATES,
    doc: 'Keeps the first row of each key; `"*"` stands for all columns. With the event time among them, keys are forgotten behind the watermark; else never.',
  },
  dropDuplicatesWithinWatermark: {
    ...DUPLICATES,
    doc: 'Keeps the first row of each key within the watermark\'s delay; `"*"` stands for all columns.',
  },
  distinct: { type: 'boolean', doc: 'Drops rows that are the same in all columns.', example: 'true' },
  join: JOIN,
  union: {
    type: 'texts',
    doc: 'Adds the rows of other sources of this file, columns matched by their place.',
    example: '[archive]',
  },
  limit: { type: 'integer', least: 0, doc: 'The first rows of the whole query, not of each batch.', example: '100' },
  orderBy: {
    type: 'texts',
    doc: 'Sorts an aggregated table in complete mode: SQL with ASC or DESC.',
    example: '[clicks DESC, user]',
  },
  repartition: {
    type: 'integer',
    least: 1,
    doc: "The number of files that each batch's output is written to.",
    example: '1',
  },
};

export const STEP: Spec = {
  type: 'object',
  noun: 'a step',
  doc: 'One step: the name of a method and what it is given.',
  example: '{ filter: price > 0 }',
  fields: STEP_FIELDS,
  oneOf: Object.keys(STEP_FIELDS).filter((name) => name !== 'groupBy'),
  needs: { groupBy: ['agg'] },
};
