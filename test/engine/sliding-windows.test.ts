import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cellAt, type Int64, vectorOf } from '../../src/batch.ts';
import { assignWindows } from '../../src/engine/operators/window.ts';
import { RowGrouper } from '../../src/engine/row-grouper.ts';
import { WINDOW_TYPE } from '../../src/plan/physical.ts';
import { TIMESTAMP } from '../../src/schema.ts';

/** The windows of every row, newest first, against counting back; and their numbers as groups against those of plain columns. */
const specs = fc
  .record({
    slideMicros: fc.integer({ min: 1, max: 20 }),
    times: fc.integer({ min: 1, max: 6 }),
    more: fc.nat(19),
    start: fc.nat(19),
  })
  .map(({ slideMicros, times, more, start }) => ({
    slideMicros,
    durationMicros: slideMicros * times + (more % slideMicros) * (start % 2),
    startMicros: start % slideMicros,
  }));
const time = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1e9, max: 1e9 + 50 }), fc.integer());
const cells = fc.oneof(fc.array(time, { maxLength: 20 }), fc.array(fc.option(time), { maxLength: 20 }));

test('sliding windows are those that count back finds, and are numbered like any struct', () => {
  fc.assert(
    fc.property(specs, fc.array(cells, { minLength: 1, maxLength: 3 }), (spec, batches) => {
      const [quick, plain] = [new RowGrouper([WINDOW_TYPE]), new RowGrouper([WINDOW_TYPE])];
      for (const times of batches) {
        const expected = times.flatMap((micros, row) => windowsOf(micros, spec).map((window) => ({ row, window })));
        const { rows, windows } = assignWindows(vectorOf(TIMESTAMP, times), spec);
        const found = Array.from({ length: windows.length }, (_, i) => ({
          row: rows === null ? i : (rows[i] as number),
          window: cellAt(windows, i),
        }));
        expect(found).toEqual(expected);
        const whole = vectorOf(
          WINDOW_TYPE,
          expected.map(({ window }) => window),
        );
        expect([...quick.assign([windows], windows.length)]).toEqual([...plain.assign([whole], whole.length)]);
      }
    }),
    { numRuns: 500 },
  );
});

interface Spec {
  readonly slideMicros: number;
  readonly durationMicros: number;
  readonly startMicros: number;
}

function windowsOf(micros: number | null, { slideMicros, durationMicros, startMicros }: Spec): Int64[][] {
  if (micros === null) return [];
  const windows: Int64[][] = [];
  const newest = Math.floor((micros - startMicros) / slideMicros) * slideMicros + startMicros;
  for (let start = newest; start > micros - durationMicros; start -= slideMicros) {
    windows.push([start, start + durationMicros]);
  }
  return windows;
}
