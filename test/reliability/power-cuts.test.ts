import { describe, expect, test } from '@jest/globals';
import { createRandom } from '../../src/generate/random.ts';
import { MODEL_TASKS } from '../tools/model-tasks.ts';
import { cutPower } from '../tools/power-cuts.ts';

/** A sample; `npm run test:powerloss` tries all. */
describe('power loss at any operation', () => {
  test.each(MODEL_TASKS)(
    '%s: on every disk that it may leave, a restart gives the same output',
    async (task) => {
      const result = await cutPower(task, { random: createRandom(7), subsets: 3, kills: 2, sample: 40 });
      expect(result.violations).toEqual([]);
      expect(result.states).toBeGreaterThan(150);
    },
    120_000,
  );
});
