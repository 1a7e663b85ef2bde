import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCase } from './run-case.ts';
import { casesIn } from './run-folder.ts';

describe('Spark’s own cases', () => {
  test.each(casesIn(join(import.meta.dirname, 'cases')).map((one) => [one.id, one] as const))(
    '%s',
    async (_id, one) => {
      expect(await runCase(one)).toBeNull();
    },
  );
});
