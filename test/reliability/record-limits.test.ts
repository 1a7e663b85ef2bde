import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSession } from '../../src/index.ts';
import { createWorkspace, rejects, type Workspace } from '../support/workspace.ts';

let work: Workspace;
beforeEach(() => {
  work = createWorkspace('limits');
});
afterEach(() => work.remove());

const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join(',')}}`;
const MILLION = 1_000_000;

/** A record made to hurt, between two good ones. Each must cost itself alone. */
test.each<[title: string, format: string, options: object, good: (n: number) => string, bad: string, reason: RegExp]>([
  ['brackets, a million deep', 'json', {}, json, `{"n":${'['.repeat(MILLION)}${']'.repeat(MILLION)}}`, /maxDepth/],
  ['objects, a million deep', 'json', {}, json, `${'{"a":'.repeat(MILLION)}1${'}'.repeat(MILLION)}`, /maxDepth/],
  ['brackets that never close', 'json', {}, json, '['.repeat(MILLION), /./],
  ['a million names', 'json', {}, json, keys(MILLION), /more than 100000 field names \(maxKeys\)/],
  ['names beyond an own limit', 'json', { maxKeys: 50 }, json, keys(51), /more than 50 field names/],
  ['levels beyond an own limit', 'json', { maxDepth: 3 }, json, '{"x":[[[1]]]}', /nested deeper than 3 levels/],
  [
    'a long record',
    'json',
    { maxRecordBytes: 1000 },
    json,
    `{"n":1,"x":"${'x'.repeat(5000)}"}`,
    /1000.*maxRecordBytes/,
  ],
  ['a text that never ends', 'json', { maxRecordBytes: 1000 }, json, `{"n":1,"x":"${'x'.repeat(5000)}`, /./],
  ['a long line', 'csv', { maxRecordBytes: 1000 }, String, 'x'.repeat(5000), /maxRecordBytes/],
  [
    'a quote that never closes',
    'csv',
    { maxRecordBytes: 1000 },
    String,
    `"${'x\n'.repeat(5)}x`,
    /quote opened in line 2/,
  ],
  ['a million fields', 'csv', {}, String, ','.repeat(MILLION), /expected 1 fields, found 1000001/],
  ['a long text', 'text', { maxRecordBytes: 1000 }, String, 'x'.repeat(5000), /maxRecordBytes/],
])('%s (%s, %j)', async (_title, format, options, good, bad, reason) => {
  const extension = format === 'text' ? 'txt' : format;
  work.deliver(`in/a.${extension}`, `${good(1)}\n${bad}\n${good(2)}\n`);
  const seen: unknown[] = [];
  const query = await createSession()
    .readStream.format(format)
    .schema(format === 'text' ? 'value STRING' : 'n INT')
    .options({ ...options, settle: 0 })
    .load(work.path('in'))
    .selectExpr(format === 'text' ? 'value AS n' : 'n')
    .writeStream.foreachBatch(async (batch) => void seen.push(...(await batch.toArray()).map(({ n }) => Number(n))))
    .options({ checkpointLocation: work.path('checkpoint'), rejectsPath: work.path('out') })
    .trigger({ availableNow: true })
    .start();
  await query.awaitTermination();
  expect(seen).toEqual([1, 2]);
  const aside = rejects(work.path('out'), 'rejected');
  expect(aside[0]).toMatchObject({ source: work.path('in', `a.${extension}`), reason: expect.stringMatching(reason) });
});

function json(n: number): string {
  return `{"n":${n}}`;
}
