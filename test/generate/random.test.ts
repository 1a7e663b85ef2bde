import { describe, expect, test } from '@jest/globals';
import { createRandom } from '../../src/generate/random.ts';

describe('createRandom', () => {
  test('a seed gives the same numbers for ever', () => {
    const random = createRandom(42);
    // Pinned: files made with a seed must not change between versions.
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([660444221, 3652823732, 77672526]);
  });

  test('neighbouring seeds, and seeds that differ above 32 bits, give different numbers', () => {
    const firsts = [0, 1, 2, 2 ** 32, 2 ** 40, 2 ** 53 - 1].map((seed) => createRandom(seed).uint32());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test('integers reach both ends, stay inside, and come about equally often', () => {
    const random = createRandom(7);
    const counts = new Map<number, number>();
    for (let i = 0; i < 11_000; i++) {
      const value = random.integer(10, 20);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
