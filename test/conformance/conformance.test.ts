import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCase } from './run-case.ts';
import { casesIn } from './run-folder.ts';

describe.each([
  ['Spark’s own cases', 'cases'],
  ['cases for what those leave open', 'own-cases'],
])('%s', (_title, folder) => {
  test.each(casesIn(join(import.meta.dirname, folder)).map((one) => [one.id, one] as const))('%s', async (_id, one) => {
    expect(await runCase(one)).toBeNull();
  });
});
