import { describe, expect, test } from '@jest/globals';
import { FUNCTIONS } from '../../../src/sql/functions/table.ts';
import { textOf } from './evaluate.ts';

/** Groups whose examples need the batch's time or are checked elsewhere. */
describe.each(FUNCTIONS.map((spec) => [spec.name, spec] as const))('%s', (_name, spec) => {
  test('its example gives the result that stands beside it', () => {
    const [sql, result] = spec.example;
    expect(textOf(sql)).toBe(result);
  });
});
