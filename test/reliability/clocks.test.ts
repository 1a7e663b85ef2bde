import { expect, test } from '@jest/globals';
import { compareClocks } from '../simulate/clocks.ts';

const SEEDS = 25;

test('no name, order or decision comes from the wall clock: set back, set ahead or standing still, it changes nothing', async () => {
  const differences: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) differences.push(...(await compareClocks(seed)));
  expect(differences).toEqual([]);
}, 120_000);
