import { beforeAll, describe, expect, test } from '@jest/globals';
import { col, createSession, type DataFrame, type Session } from '../../src/index.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { codeOf } from '../support/windows-on-model.ts';

/** A query in its parts, each of which a person may change between two runs. */
interface Parts {
  readonly path?: string;
  readonly second?: string;
  readonly filter?: string;
  readonly delay?: string;
  readonly window?: string;
  readonly slide?: string;
  readonly keys?: readonly string[];
  readonly aggregates?: string;
  readonly dedup?: boolean;
  readonly format?: string;
  readonly out?: string;
  readonly sink?: 'files' | 'foreachBatch';
  readonly maxFilesPerTrigger?: number;
  readonly policy?: 'min' | 'max';
}

const IN = '/model/in';
const SCHEMA = 'ts TIMESTAMP, user STRING, item STRING, clicks LONG, price DOUBLE';

let before: ModelDisk;

beforeAll(async () => {
  before = new ModelDisk();
  for (const n of [0, 1, 2]) deliver(before, n);
  await run(before, {});
});

function deliver(disk: ModelDisk, n: number): void {
  const row = { ts: `2026-01-01T00:00:${n}0Z`, user: 'anna', item: 'hat', clicks: n, price: 1.5 };
  disk.writeFile(`${IN}/${n}.json`, `${JSON.stringify(row)}\n`);
}

async function run(disk: ModelDisk, parts: Parts): Promise<void> {
  const clock = { nowMs: () => 1_767_225_600_000, monotonicMs: () => 0, sleep: async () => {} };
  const session = createSession({ disk, clock });
  const source = (path: string) => sourceOf(session, path, parts);
  let table = source(parts.path ?? IN);
  if (parts.second !== undefined) table = table.union(source(parts.second));
  table = table.where(parts.filter ?? 'clicks >= 0').withWatermark('ts', parts.delay ?? '5 seconds');
  if (parts.dedup) table = table.dropDuplicates(['ts', 'user']);
  const { window = '10 seconds', slide = window } = parts;
  const keys = (parts.keys ?? ['user']).join(', ');
  session.registerView('events', table.plan);
  const text = `SELECT window.start AS start, ${keys}, n FROM (
    SELECT window(ts, '${window}', '${slide}') AS window, ${keys}, ${parts.aggregates ?? 'sum(clicks)'} AS n FROM events GROUP BY 1, ${keys})`;
  const out = parts.out ?? '/model/out';
  const result = parts.dedup ? table.select(col('user'), col('clicks')) : session.sql(text);
  const options = { checkpointLocation: '/model/checkpoint' };
  const writer =
    parts.sink === 'foreachBatch'
      ? result.writeStream.foreachBatch(() => {}).options(options)
      : result.writeStream.format(parts.format ?? 'csv').options({ ...options, path: out });
  const query = await writer
    .conf({ watermarkPolicy: parts.policy ?? 'min' })
    .trigger({ availableNow: true })
    .start();
  await query.awaitTermination();
}

function sourceOf(session: Session, path: string, { maxFilesPerTrigger = 1 }: Parts): DataFrame {
  return session.readStream.format('json').schema(SCHEMA).options({ settle: 0, maxFilesPerTrigger }).load(path);
}

describe('with the checkpoint of a query that was changed in one thing', () => {
  test.each<[string, Parts]>([
    ['nothing', {}],
    ['the filter', { filter: 'clicks > 1' }],
    ['the delay of the watermark', { delay: '1 minute' }],
    ['the read limit', { maxFilesPerTrigger: 10 }],
    ['the format of the output', { format: 'json' }],
    ['the kind of sink', { sink: 'foreachBatch' }],
    ['the watermark policy, which the checkpoint keeps', { policy: 'max' }],
  ])('%s: it goes on', async (_, parts) => {
    const disk = before.settled();
    deliver(disk, 4);
    expect(await codeOf(run(disk, parts))).toBe('no error');
  });

  test.each<[string, Parts, string, string]>([
    [
      'the input folder',
      { path: '/model/elsewhere' },
      'CHECKPOINT_INCOMPATIBLE',
      'is FileStreamSource[/model/elsewhere]',
    ],
    ['another source', { second: '/model/elsewhere' }, 'CHECKPOINT_INCOMPATIBLE', 'source 1: was not there'],
    [
      'the output folder',
      { out: '/model/new' },
      'CHECKPOINT_INCOMPATIBLE',
      'output folder: was /model/out, is /model/new',
    ],
    ['another stateful operator', { dedup: true }, 'STATEFUL_OPERATOR_MISMATCH', 'was aggregate, is deduplicate'],
    ['the number of keys', { keys: ['user', 'item'] }, 'STATE_SCHEMA_INCOMPATIBLE', 'key'],
    ['the type of a key', { keys: ['clicks'] }, 'STATE_SCHEMA_INCOMPATIBLE', 'key column'],
    [
      'the number of aggregates',
      { aggregates: 'sum(clicks) AS m, max(clicks)' },
      'STATE_SCHEMA_INCOMPATIBLE',
      'aggregate 0',
    ],
    [
      'the type of an aggregate',
      { aggregates: 'sum(price)' },
      'STATE_SCHEMA_INCOMPATIBLE',
      'was sum(bigint), is sum(double)',
    ],
    [
      'its function, with the same type',
      { aggregates: 'max(clicks)' },
      'STATE_SCHEMA_INCOMPATIBLE',
      'was sum(bigint), is max(bigint)',
    ],
    [
      'the length of the windows',
      { window: '20 seconds' },
      'STATE_SCHEMA_INCOMPATIBLE',
      'window 0: was 10 s every 10 s from 0 s, is 20 s',
    ],
    ['their slide', { slide: '5 seconds' }, 'STATE_SCHEMA_INCOMPATIBLE', 'is 10 s every 5 s from 0 s'],
  ])('%s: it is refused, with what was and what is, and nothing is changed', async (_, parts, code, words) => {
    const disk = before.settled();
    deliver(disk, 4);
    const files = disk.files();
    const refused = run(disk, parts);
    expect(await codeOf(refused)).toBe(code);
    await expect(refused).rejects.toThrow(words);
    expect(disk.files()).toEqual(files);
    expect(await codeOf(run(disk, {}))).toBe('no error');
  });
});
