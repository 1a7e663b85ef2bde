import { expect, test } from '@jest/globals';
import { sharedKernel } from '../../src/kernel/kernel.ts';
import { difference } from './compare.ts';
import { csvCase } from './csv-cases.ts';
import type { DecodingCase } from './decoding-case.ts';
import { jsonCase } from './json-cases.ts';
import { type ProjectionCase, projectionCase, projectionDifference } from './projection.ts';
import { Random } from './random.ts';

/** `npm run fuzz:fast -- --cases N --seed S` sets these; without, a short run of the same. */
const cases = Number(process.env.FUZZ_CASES ?? 400);
const firstSeed = Number(process.env.FUZZ_SEED ?? 1);

test('the kernel was built', () => expect(sharedKernel()).not.toBeNull());

test.each([
  ['json', jsonCase],
  ['csv', csvCase],
] as const)(
  'fast path and plain decoder read the same: %s',
  (_name, make) => {
    for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
      const made = make(new Random(seed));
      // An option that changes nothing gives each case shapes of its own, so that a case fails alone as in a row.
      const given = { ...made, options: { ...made.options, ...ownShapes(made, seed) } };
      if (difference(given) !== null) report(smaller(given, difference), seed, difference);
    }
  },
  3_600_000,
);

test('a projection writes what decoder and encoder write', () => {
  for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
    const made = projectionCase(new Random(seed));
    const given: ProjectionCase = { ...made, options: { ...made.options, ...ownShapes(made, seed) } };
    if (projectionDifference(given) !== null) {
      report(smaller(given, projectionDifference), seed, projectionDifference);
    }
  }
}, 3_600_000);

type Compare<T> = (given: T) => { readonly plain: string; readonly fast: string } | null;

function ownShapes({ format, options }: DecodingCase, seed: number): Record<string, unknown> {
  if (format === 'csv') return {};
  return options.mode === 'reject'
    ? { columnNameOfCorruptRecord: `case ${seed}` }
    : { maxDepth: options.maxDepth ?? 100 + (seed % 9000) };
}

/** Takes away parts of the input as long as the two still differ. */
function smaller<T extends DecodingCase>(given: T, compare: Compare<T>): T {
  let best = given;
  const still = (bytes: Uint8Array, cuts: readonly number[]) => {
    const candidate = { ...best, bytes, cuts: cuts.filter((cut) => cut <= bytes.length) };
    if (compare(candidate) === null) return false;
    best = candidate;
    return true;
  };
  still(best.bytes, []);
  for (let size = best.bytes.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= best.bytes.length; ) {
      const without = Uint8Array.from([...best.bytes.subarray(0, at), ...best.bytes.subarray(at + size)]);
      if (!still(without, best.cuts)) at += size;
    }
  }
  return best;
}

function report<T extends DecodingCase>(given: T, seed: number, compare: Compare<T>): never {
  const found = compare(given);
  const { bytes, ...rest } = given;
  const text = Buffer.from(bytes).toString('latin1');
  throw new Error(
    `seed ${seed}: ${JSON.stringify(rest)}\n${JSON.stringify(text)}\nplain:\n${found?.plain}\nfast:\n${found?.fast}`,
  );
}
