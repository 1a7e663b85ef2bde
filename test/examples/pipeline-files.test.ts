import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { lintFiles } from '../../src/pipeline/file/lint.ts';
import { runTests } from '../../src/pipeline/testing/run-tests.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');
const files = readdirSync(examples).filter((name) => name.endsWith('.yaml'));
const paths = files.map((name) => join(examples, name));

test('the pipeline files have no mistakes', async () => {
  const linted = await lintFiles(paths, { environment: {}, target: null });
  expect(linted.flatMap(({ problems }) => problems)).toEqual([]);
});

test.each(paths.filter((path) => path.endsWith('.test.yaml')))('%s', async (path) => {
  for await (const { name, failures } of runTests(path, {}, systemClock))
    expect({ name, failures }).toEqual({ name, failures: [] });
});

test('each pipeline file has tests', () => {
  const pipelines = files.filter((name) => name.endsWith('.pipeline.yaml'));
  expect(pipelines.length).toBeGreaterThan(0);
  expect(files).toEqual(expect.arrayContaining(pipelines.map((name) => name.replace('.yaml', '.test.yaml'))));
});
