import { describe, expect, test } from '@jest/globals';
import { countOption, microsOption, shareOption } from '../../src/cli/option-values.ts';

describe('microsOption', () => {
  test.each([
    ['2026-01-01', 1_767_225_600_000_000],
    ['2026-01-01T00:00', 1_767_225_600_000_000],
    ['2026-01-01T00:00:00Z', 1_767_225_600_000_000],
    ['2026-01-01 00:00:00.000001', 1_767_225_600_000_001],
    ['2026-01-01T01:00:00.5+0100', 1_767_225_600_500_000],
  ])('%p', (text, micros) => expect(microsOption('start', text)).toBe(micros));

  test.each(['yesterday', '2026-13-01', '2026-01-01T25:00:00Z', '01/02/2026', ''])('refuses %p', (text) => {
    expect(() => microsOption('start', text)).toThrow(/is not a time/);
  });
});

test('counts and shares say what was found', () => {
  expect(countOption('files', 3, 0)).toBe(3);
  expect(() => countOption('files', 2.5, 0)).toThrow('--files must be a whole number from 0 on, found 2.5.');
  expect(() => countOption('events', 0, 1)).toThrow('found 0');
  expect(shareOption('late', 1)).toBe(1);
  expect(() => shareOption('late', 1.1)).toThrow('between 0 and 1, found 1.1');
});
