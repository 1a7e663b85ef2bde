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
      const headroom = random.pick([0, 0, 50, 3000, 200_000]);
      const buffer = new Uint8Array(headroom + to - from);
      const chunk = buffer.subarray(headroom);
      chunk.set(whole.subarray(from, to));
      window.push(chunk, headroom);
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
      buffer.fill(0);
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

test('what is pending is put in front of the chunk where there is headroom', () => {
  const window = new ByteWindow();
  window.push(stream(100));
  window.start = 90;
  window.release();
  const buffer = new Uint8Array(1010);
  const chunk = buffer.subarray(10);
  chunk.set(stream(1000));
  window.push(chunk, 10);
  expect(window.bytes.buffer).toBe(buffer.buffer);
  expect(window.bytes).toEqual(Uint8Array.of(...stream(100).subarray(90), ...stream(1000)));
  expect([window.start, window.end, window.more()]).toEqual([0, 1010, false]);
});
