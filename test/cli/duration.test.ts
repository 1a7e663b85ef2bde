import { describe, expect, test } from '@jest/globals';
import { durationMicros, durationMs } from '../../src/cli/duration.ts';

describe('durationMicros', () => {
  test.each([
    ['2s', 2_000_000],
    ['500ms', 500_000],
    ['10 seconds', 10_000_000],
    ['1 second', 1_000_000],
    ['1h30m', 5_400_000_000],
    ['1 minute 30 seconds', 90_000_000],
    ['1.5 seconds', 1_500_000],
    ['2 Hours', 7_200_000_000],
    ['1d', 86_400_000_000],
    ['7us', 7],
    ['0', 0],
    ['0s', 0],
  ])('%p', (text, micros) => expect(durationMicros('interval', text)).toBe(micros));

  test.each(['', '5', 's', '-1s', '-1 second', '1 parsec', '1e3s', '1 month', '1.5m', '999999999999d'])(
    'refuses %p and says what to write',
    (text) => {
      expect(() => durationMicros('interval', text)).toThrow(/--interval: ".*" is not a duration; write for example/);
    },
  );

  test('milliseconds keep their fraction', () => expect(durationMs('step', '1us')).toBe(0.001));
});
