import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createIsoWriter, createSqlTimeWriter } from '../../src/generate/time-text.ts';

const millisOfYears1900To2200 = fc.integer({ min: -2_208_988_800_000, max: 7_258_118_399_999 });

describe('createIsoWriter', () => {
  test('agrees with Date to the millisecond and adds the microseconds', () => {
    const write = createIsoWriter();
    fc.assert(
      fc.property(millisOfYears1900To2200, fc.integer({ min: 0, max: 999 }), (millis, micros) => {
        const expected = new Date(millis).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
        expect(write(millis * 1000 + micros)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('goes back over midnight when an event is late', () => {
    const write = createIsoWriter();
    expect(write(1_767_225_600_000_000)).toBe('2026-01-01T00:00:00.000000Z');
    expect(write(1_767_225_599_999_999)).toBe('2025-12-31T23:59:59.999999Z');
    expect(write(1_767_225_600_000_001)).toBe('2026-01-01T00:00:00.000001Z');
  });
});

describe('createSqlTimeWriter', () => {
  test('writes as java.sql.Timestamp does: no trailing zeros, but one digit of fraction', () => {
    const write = createSqlTimeWriter();
    expect(write(1_534_848_938_300)).toBe('2018-08-21 10:55:38.3');
    expect(write(1_534_848_938_000)).toBe('2018-08-21 10:55:38.0');
    expect(write(1_534_848_938_030)).toBe('2018-08-21 10:55:38.03');
    expect(write(1_534_848_938_305)).toBe('2018-08-21 10:55:38.305');
  });
});
