import type { Random } from '../../src/generate/random.ts';

/** Makes choices from a seeded source. */
export class Dice {
  constructor(private readonly random: Random) {}

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return this.random.integer(low, high);
  }

  chance(probability: number): boolean {
    return this.random.fraction() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** The same choices in another order. */
  shuffle<T>(choices: readonly T[]): T[] {
    const shuffled = [...choices];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.between(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }
}
