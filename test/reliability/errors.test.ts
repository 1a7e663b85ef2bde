import { describe, expect, test } from '@jest/globals';
import { createRandom } from '../../src/generate/random.ts';
import { ERROR_TASKS, errorCases, pickCases, runWithError } from '../tools/error-injection.ts';

const CASES = 40;

/** A sample; `npm run test:errors` tries all. */
describe('an error of the disk at any operation', () => {
  test.each(ERROR_TASKS)(
    '%s goes on, or says what happened; when the error is over, its output is that of an undisturbed run',
    async (task) => {
      const cases = pickCases(await errorCases(task), CASES, createRandom(3));
      const problems: string[] = [];
      for (const one of cases) {
        const { at, op, code, reach, problems: found } = await runWithError(task, one);
        problems.push(...found.map((problem) => `${code} at operation ${at} (${op}), ${reach}: ${problem}`));
      }
      expect(problems).toEqual([]);
      expect(cases).toHaveLength(CASES);
    },
    120_000,
  );
});
