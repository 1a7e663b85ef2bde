import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Batch, takeBatch } from '../../src/batch.ts';
import { checkAccounts } from '../../src/engine/accounts.ts';
import type { Operator } from '../../src/engine/operator.ts';
import { RowFlow } from '../../src/engine/row-flow.ts';
import type { DataFrame, MemoryStream, OutputMode } from '../../src/index.ts';
import { createWorkspace, filesBelow, type Workspace } from '../support/workspace.ts';

/** The operator that loses a row in secret; its own account says that all is well. */
let broken: string | null = null;

/** Gives what `operator` gives, but for the last row of its first batch when it is the broken one. */
function losing(name: string, operator: Operator): Operator {
  return {
    async *rows(run) {
      let lost = false;
      for await (const batch of operator.rows(run)) {
        const loses: boolean = broken === name && !lost && batch.length > 0;
        lost ||= loses;
        yield loses ? withoutLast(batch) : batch;
      }
    },
  };
}

function withoutLast(batch: Batch): Batch {
  return takeBatch(
    batch,
    Int32Array.from({ length: batch.length - 1 }, (_, row) => row),
  );
}

type Factories = Record<string, (...args: never[]) => Operator>;
type Classes = Record<string, new (...args: never[]) => Operator>;

/** A module of operators whose factories make operators that can be broken. */
async function breakFactories(path: string): Promise<void> {
  const actual = (await import(path)) as Factories;
  const made = Object.entries(actual)
    .filter(([name]) => name.endsWith('Operator'))
    .map(([name, make]) => [name, (...args: never[]) => losing(name.replace('Operator', ''), make(...args))]);
  jest.unstable_mockModule(path, () => ({ ...actual, ...Object.fromEntries(made) }));
}

/** The same for a class: one that gives rows on loses them from what it gives, one that gathers them from what it is given. */
async function breakClass(path: string, name: string, loses: 'output' | 'input'): Promise<void> {
  const actual = (await import(path)) as Classes;
  const Whole = actual[`${name}Operator`] as new (...args: unknown[]) => Operator;
  class Broken extends Whole {
    constructor(node: unknown, input: Operator, ...rest: unknown[]) {
      super(node, loses === 'input' ? losing(name, input) : input, ...rest);
    }
    override rows(run: Parameters<Operator['rows']>[0]) {
      return loses === 'input' ? super.rows(run) : losing(name, { rows: (of) => super.rows(of) }).rows(run);
    }
  }
  jest.unstable_mockModule(path, () => ({ ...actual, [`${name}Operator`]: Broken }));
}

const OPERATORS = '../../src/engine/operators';
await breakFactories(`${OPERATORS}/stateless.ts`);
await breakFactories(`${OPERATORS}/window.ts`);
await breakFactories(`${OPERATORS}/join.ts`);
await breakClass(`${OPERATORS}/deduplicate.ts`, 'Deduplicate', 'output');
await breakClass(`${OPERATORS}/limit.ts`, 'Limit', 'output');
await breakClass(`${OPERATORS}/aggregate.ts`, 'Aggregate', 'input');
await breakClass(`${OPERATORS}/session.ts`, 'Session', 'input');
const { col, count, createSession, explode, memoryStream, parseSchema, sessionWindow, window } = await import(
  '../../src/index.ts'
);

let work: Workspace;
let events: MemoryStream;

beforeEach(() => {
  work = createWorkspace('accounts');
  events = memoryStream(parseSchema('id LONG, time TIMESTAMP, tags ARRAY<STRING>'));
});
afterEach(() => {
  broken = null;
  work.remove();
});

const session = createSession();
const names = () =>
  session.read.schema(parseSchema('id LONG, name STRING')).rows([1, 2, 3].map((id) => ({ id, name: `n${id}` })));
const timed = (table: DataFrame) => table.withWatermark('time', '10 seconds');
const perMinute = (table: DataFrame) => timed(table).groupBy(window('time', '1 minute'), 'id').agg(count().as('n'));

interface Case {
  readonly operator: string;
  readonly query: (table: DataFrame) => DataFrame;
  /** Its name in the error. */
  readonly named: string;
  readonly mode?: OutputMode;
}

const CASES: readonly Case[] = [
  { operator: 'project', query: (table) => table.select(col('id').plus(1).as('next')), named: 'project' },
  { operator: 'filter', query: (table) => table.filter('id > 0'), named: 'filter' },
  { operator: 'generate', query: (table) => table.select('id', explode('tags').as('tag')), named: 'explode' },
  {
    operator: 'flatMap',
    query: (table) => table.flatMap((row) => [row], table.schema),
    named: 'flatMap',
  },
  { operator: 'union', query: (table) => table.union(table.select('*')), named: 'union' },
  { operator: 'watermark', query: timed, named: 'watermark' },
  { operator: 'window', query: perMinute, named: 'window' },
  {
    operator: 'window',
    query: (table) => table.select('id', window('time', '1 minute', '20 seconds').as('w')),
    named: 'window',
  },
  { operator: 'Aggregate', query: perMinute, named: 'aggregate' },
  { operator: 'Aggregate', query: (table) => timed(table).groupBy('time').count(), named: 'aggregate' },
  { operator: 'Aggregate', query: (table) => table.groupBy('id').count(), named: 'aggregate', mode: 'complete' },
  {
    operator: 'session',
    query: (table) => timed(table).groupBy(sessionWindow('time', '1 minute'), 'id').count(),
    named: 'session_window',
  },
  {
    operator: 'Session',
    query: (table) => timed(table).groupBy(sessionWindow('time', '1 minute'), 'id').count(),
    named: 'session',
  },
  { operator: 'Deduplicate', query: (table) => table.dropDuplicates(['id']), named: 'dropDuplicates' },
  { operator: 'Limit', query: (table) => table.limit(2), named: 'limit' },
  { operator: 'join', query: (table) => table.join(names(), 'id'), named: 'join' },
  { operator: 'join', query: (table) => table.join(names(), 'id', 'leftOuter'), named: 'join' },
  { operator: 'join', query: (table) => table.join(names(), 'id', 'leftSemi'), named: 'join' },
  {
    operator: 'sort',
    query: (table) => table.groupBy('id').count().orderBy('id'),
    named: 'sort',
    mode: 'complete',
  },
];

async function run({ query, mode = 'append' }: Case): Promise<void> {
  const table = query(session.readStream.memory(events));
  const writer = table.writeStream.foreachBatch(async (batch) => void (await batch.toArray()));
  const started = await writer
    .outputMode(mode)
    .option('checkpointLocation', work.path('checkpoint'))
    .trigger({ availableNow: true })
    .start();
  await started.awaitTermination();
}

describe.each(CASES.map((given) => [given.operator, given.named, given] as const))(
  '%s in a query (%s)',
  (...[, , given]) => {
    beforeEach(() => {
      const row = (id: number) => ({ id, time: `2026-01-01T00:00:0${id}Z`, tags: [`t${id}`] });
      events.addData([1, 2, 3].map(row));
    });

    test('accounts for all its rows', async () => {
      await run(given);
      expect(filesBelow(work.path('checkpoint', 'commits'))).toContain('0');
    });

    test('stops it, before anything is committed, when it loses one', async () => {
      broken = given.operator;
      await expect(run(given)).rejects.toMatchObject({
        code: 'ROW_ACCOUNT_BROKEN',
        category: 'bug',
        message: expect.stringContaining(`batch 0, operator ${given.named}: `),
      });
      expect(filesBelow(work.path('checkpoint', 'commits'))).toEqual([]);
    });
  },
);

test('a query over static tables is held to the same', async () => {
  const table = names().filter('id > 1');
  expect(await table.collect()).toHaveLength(2);
  broken = 'filter';
  await expect(table.collect()).rejects.toMatchObject({ code: 'ROW_ACCOUNT_BROKEN' });
});

describe('an account that is not balanced', () => {
  const account = { in: 5, passed: 2, filtered: 0, late: 1, latePairs: 9, duplicate: 0, rejected: 1 };
  const run = (given: object) => ({
    batchId: 7,
    flow: new RowFlow(),
    accounts: new Map([['source', { ...account, ...given }]]),
  });

  test('is an error with all that was counted', () => {
    expect(() => checkAccounts([], run({}))).toThrow(
      'batch 7, operator source: 5 rows came in, but 4 are accounted for ({"in":5,"passed":2,',
    );
    expect(() => checkAccounts([], run({ duplicate: 1 }))).not.toThrow();
  });
});

test('what another thread counted is added', () => {
  const [flow, other] = [new RowFlow(), new RowFlow()];
  flow.give(0, 1);
  other.give(0, 2);
  other.give(2, 3);
  other.group(1, 4);
  flow.add(structuredClone({ out: other.out, grouped: other.grouped }));
  expect(flow.out).toEqual([3, undefined, 3]);
  expect(flow.grouped).toEqual([undefined, 4]);
});
