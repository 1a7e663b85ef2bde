import type { FixedValues } from '../batch.ts';

/** Whole numbers as their distances from the least of them, in as few bytes as hold the greatest. */
export interface PackedNumbers {
  readonly least: number;
  readonly distances: Distances;
}

type Distances = Uint8Array | Uint16Array | Uint32Array;

/** Null where the values are not numbers of that kind, or lie too far apart. A -0 is none, as its sign would be lost. */
export function packNumbers(values: FixedValues): PackedNumbers | null {
  if (!(values instanceof Float64Array) || values.length === 0) return null;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
    if (Math.floor(value) !== value || (value === 0 && 1 / value < 0)) return null;
  }
  if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most) || most - least >= 2 ** 32) return null;
  const distances = allocate(bytesFor(most - least), values.length);
  for (let i = 0; i < values.length; i++) distances[i] = (values[i] as number) - least;
  return { least, distances };
}

function bytesFor(most: number): number {
  if (most < 2 ** 8) return 1;
  return most < 2 ** 16 ? 2 : 4;
}

/** Distances of `bytes` each; throws RangeError for another size. */
export function allocate(bytes: number, length: number): Distances {
  if (bytes === 1) return new Uint8Array(length);
  if (bytes === 2) return new Uint16Array(length);
  if (bytes === 4) return new Uint32Array(length);
  throw new RangeError(`no number is kept in ${bytes} bytes`);
}

export function unpackNumbers({ least, distances }: PackedNumbers, into: FixedValues): void {
  if (!(into instanceof Float64Array)) throw new RangeError('only columns of doubles are packed');
  for (let i = 0; i < distances.length; i++) into[i] = least + (distances[i] as number);
}
