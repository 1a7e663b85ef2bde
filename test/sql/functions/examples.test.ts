import { describe, expect, test } from '@jest/globals';
import { FUNCTIONS } from '../../../src/sql/functions/table.ts';
import { textOf } from './evaluate.ts';

describe.each(FUNCTIONS.map((spec) => [spec.name, spec] as const))('%s', (_name, spec) => {
  test('its example gives the result that stands beside it', () => {
    const [sql, result] = spec.example;
    expect(textOf(sql)).toBe(result);
  });
});

test('no name stands twice in the table', () => {
  const names = FUNCTIONS.flatMap((spec) => [spec.name, ...(spec.aliases ?? [])]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
