import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { snappyUncompress } from 'hyparquet';
import { snappyCompress } from '../../../src/formats/parquet/snappy.ts';

function readBack(bytes: Uint8Array): Uint8Array {
  const output = new Uint8Array(bytes.length);
  snappyUncompress(snappyCompress(bytes), output);
  return output;
}

test('any bytes come back', () => {
  // Repeats of every distance and length: pieces, copied from what stands before.
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 90 }),
    fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 300 })).map(([byte, length]) => new Uint8Array(length).fill(byte)),
    fc.record({ back: fc.nat({ max: 5000 }), length: fc.nat({ max: 200 }) }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      let bytes: number[] = [];
      for (const given of pieces) {
        if (given instanceof Uint8Array) bytes = bytes.concat(...given);
        else {
          const from = Math.max(0, bytes.length - given.back);
          bytes = bytes.concat(bytes.slice(from, from + given.length));
        }
      }
      expect(readBack(Uint8Array.from(bytes))).toEqual(Uint8Array.from(bytes));
    }),
    { numRuns: 300 },
  );
});

test('more than a block, with and without matches', () => {
  let seed = 1;
  const noise = Uint8Array.from({ length: 200_001 }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 24;
  });
  const text = Uint8Array.from({ length: 300_000 }, (_, i) => (Math.floor(i / 7) * 7919 + (i % 7)) & 63);
  for (const bytes of [noise, text, new Uint8Array(500_000), noise.subarray(3, 65_539)]) {
    expect(Buffer.compare(readBack(bytes), bytes)).toBe(0);
  }
  expect(snappyCompress(noise).length).toBeLessThan(noise.length * 1.001 + 20);
  expect(snappyCompress(text).length).toBeLessThan(text.length / 5);
});
