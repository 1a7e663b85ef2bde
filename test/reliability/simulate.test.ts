import { expect, test } from '@jest/globals';
import { simulate } from '../simulate/simulate.ts';

const SEEDS = 200;

/** A sample; `npm run test:simulate -- --seeds N --seed S` runs others, and one of them alone. */
test(`${SEEDS} simulated lives of queries end as they would have in peace`, async () => {
  const problems: string[] = [];
  const counts = { powerLosses: 0, kills: 0, errors: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await simulate(seed);
    problems.push(...result.problems.map((problem) => `seed ${seed} (${result.title}): ${problem}`));
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += result[name];
  }
  expect(problems).toEqual([]);
  expect(Math.min(counts.powerLosses, counts.kills, counts.errors)).toBeGreaterThan(SEEDS / 4);
}, 180_000);
