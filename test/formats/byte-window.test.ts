import { expect, test } from '@jest/globals';
import { ByteWindow } from '../../src/formats/byte-window.ts';
import { Random } from '../fuzz/random.ts';

/** Bytes of a stream, some of them line ends. */
function stream(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i % 37 === 0 ? 10 : 32 + ((i * 7) % 90)));
}

test('a window shows the stream, its offsets and its lines, however much of each chunk is used', () => {
  const random = new Random(7);
  const whole = stream(200_000);
  for (let round = 0; round < 60; round++) {
    const window = new ByteWindow(1000, 5);
    let line = 5;
    let used = 0;
    for (let from = 0; from < whole.length; ) {
      const to = Math.min(whole.length, from + random.pick([1, 100, 5000, 30_000]) + random.below(5000));
      const chunk = whole.slice(from, to);
      window.push(chunk);
      do {
        const { bytes, start, end } = window;
        expect(window.offsetOf(start)).toBe(1000 + used);
        expect(Buffer.compare(bytes.subarray(start, end), whole.subarray(used, used + end - start))).toBe(0);
        const step = random.chance(0.3) ? 0 : random.below(end - start + 1);
        for (let i = used; i < used + step; i++) if (whole[i] === 10) line++;
        used += step;
        window.start += step;
        if (random.chance(0.5)) expect(window.lineOf(window.start)).toBe(line);
      } while (window.more());
      expect(window.offsetOf(window.end)).toBe(1000 + to);
      window.release();
      chunk.fill(0);
      from = to;
    }
    expect(window.lineOf(window.start)).toBe(line);
  }
});

test('a chunk behind a record that is cut off is looked at where it is, once the record is over', () => {
  const window = new ByteWindow();
  window.push(stream(100));
  window.start = 90;
  window.release();
  const chunk = stream(50_000);
  window.push(chunk);
  expect(window.bytes).not.toBe(chunk);
  expect(window.end - window.start).toBeLessThan(10_000);
  window.start += 20;
  expect(window.more()).toBe(true);
  expect(window.bytes).toBe(chunk);
  expect(window.start).toBe(10);
  expect(window.more()).toBe(false);
});
