import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gatherBytes } from '../../src/batch.ts';

test('bytes are gathered from wherever they stand, whatever their lengths, and nothing beside them', () => {
  const piece = fc.tuple(fc.nat(300), fc.oneof(fc.nat(9), fc.nat(200)));
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(7), fc.array(piece), (all, front, pieces) => {
    // A view that does not begin with its buffer.
    const source = Uint8Array.from([...new Array(front).fill(255), ...all]).subarray(front);
    const wanted = pieces.map(([start, length]) => source.subarray(start, start + length));
    const starts = Int32Array.from(pieces, ([start]) => start);
    const offsets = new Int32Array(pieces.length + 1);
    wanted.forEach(({ length }, i) => {
      offsets[i + 1] = (offsets[i] as number) + length;
    });
    expect([...gatherBytes(source, starts, offsets)]).toEqual(wanted.flatMap((bytes) => [...bytes]));
  });
  fc.assert(property, { numRuns: 500 });
});
