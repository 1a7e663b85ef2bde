/** `values[indices[i]]`, for every i. */
export function takeInt32(values: Int32Array, indices: Int32Array): Int32Array<ArrayBuffer> {
  const taken = new Int32Array(indices.length);
  for (let i = 0; i < taken.length; i++) taken[i] = values[indices[i] as number] as number;
  return taken;
}
