import { expect, test } from '@jest/globals';
import { compareRandomCases } from './compare.ts';

const CASES = 1000;
const SEED = 1;

test(`the engine and a naive model agree on ${CASES} random cases`, async () => {
  expect(await compareRandomCases(CASES, SEED)).toEqual([]);
}, 120_000);
