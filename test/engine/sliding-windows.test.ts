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

/** Batches of windows, each of its own kind, are numbered like structs. */
function checkNumbers(batches: readonly (readonly [times: readonly number[], spec: Spec])[]): void {
  const [quick, plain] = [new RowGrouper([WINDOW_TYPE]), new RowGrouper([WINDOW_TYPE])];
  for (const [times, spec] of batches) {
    const { windows } = assignWindows(vectorOf(TIMESTAMP, times), spec);
    const whole = vectorOf(
      WINDOW_TYPE,
      times.flatMap((micros) => windowsOf(micros, spec)),
    );
    expect([...quick.assign([windows], windows.length)]).toEqual([...plain.assign([whole], whole.length)]);
  }
}

const BY_MILLISECOND = { slideMicros: 1000, durationMicros: 1000, startMicros: 0 };

test('windows whose numbers are a whole turn of 32 bits apart are not taken for each other', () => {
  const turn = 2 ** 32 * 1000;
  checkNumbers([
    [[0, turn, 2 * turn], BY_MILLISECOND],
    [[turn, -turn, 0, turn + 1000], BY_MILLISECOND],
  ]);
});

test('a row may have windows on both sides of the end of the table', () => {
  const spec = { ...BY_MILLISECOND, durationMicros: 3000 };
  // The second one makes the table as large as it may be: no room is left before its first window, the 512th before the first one here.
  const [first, last] = [2000, (2 ** 19 - 512) * 1000];
  for (let window = -515; window < -505; window++) {
    checkNumbers([
      [[first], spec],
      [[last], spec],
      [[window * 1000], spec],
      [[window * 1000, window * 1000 + 1000], spec],
    ]);
  }
});

test('windows of another kind have numbers of their own', () => {
  const times = [0, 1000, 2000, 3000];
  const kinds = [
    BY_MILLISECOND,
    { ...BY_MILLISECOND, startMicros: 500 },
    { ...BY_MILLISECOND, durationMicros: 2000 },
    { ...BY_MILLISECOND, slideMicros: 500 },
  ];
  for (const one of kinds) {
    for (const other of kinds) {
      checkNumbers([
        [times, one],
        [times, other],
        [times, one],
      ]);
    }
  }
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
