/** `values[indices[i]]`, for every i. */
export function takeInt32(values: Int32Array, indices: Int32Array): Int32Array<ArrayBuffer> {
  const taken = new Int32Array(indices.length);
  for (let i = 0; i < taken.length; i++) taken[i] = values[indices[i] as number] as number;
  return taken;
}

/** 0, 1, 2 ... below `count`. */
export function firstNumbers(count: number): Int32Array<ArrayBuffer> {
  const numbers = new Int32Array(count);
  for (let n = 0; n < count; n++) numbers[n] = n;
  return numbers;
}
