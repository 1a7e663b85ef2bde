import { describe, expect, test } from '@jest/globals';
import { formatCount, formatDuration, formatTable, plural } from '../../src/cli/table.ts';

describe('formatTable', () => {
  test('aligns names left and numbers right', () => {
    const columns = [
      { title: 'operator', align: 'left' },
      { title: 'in', align: 'right' },
    ] as const;
    expect(
      formatTable(columns, [
        ['read', '1,000'],
        ['aggregate', '7'],
      ]),
    ).toEqual(['operator      in', '---------  -----', 'read       1,000', 'aggregate      7']);
  });
});

describe('numbers for people', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567.25, '1,234,567.25'],
  ])('formatCount(%p)', (count, text) => expect(formatCount(count)).toBe(text));

  test.each([
    [12.4, '12 ms'],
    [2100, '2.1 s'],
    [200_000, '3 min 20 s'],
  ])('formatDuration(%p)', (ms, text) => expect(formatDuration(ms)).toBe(text));

  test('plural', () => {
    expect([plural(1, 'file'), plural(2000, 'file'), plural(0, 'batch', 'batches')]).toEqual([
      '1 file',
      '2,000 files',
      '0 batches',
    ]);
  });
});
