/**
 * Puts the texts of `rows` starts and lengths at `spans` one behind another to `to`; their ends, counted from `base`, go to
 * `ends`. Gives the number of bytes. Up to 16 bytes more may be written.
 */
export function gather(spans: usize, rows: u32, to: usize, ends: usize, base: u32): u32 {
  let at = to;
  for (let row: u32 = 0; row < rows; row++) {
    const from = <usize>load<u32>(spans + (<usize>row << 3));
    const size = <usize>load<u32>(spans + (<usize>row << 3), 4);
    for (let i: usize = 0; i < size; i += 16) v128.store(at + i, v128.load(from + i));
    at += size;
    store<u32>(ends + (<usize>row << 2), base + <u32>(at - to));
  }
  return <u32>(at - to);
}

/** Number of LF bytes from `start` to `end`. */
export function lineFeeds(start: usize, end: usize): u32 {
  let p = start;
  let count: u32 = 0;
  const lf = i8x16.splat(10);
  for (; p + 16 <= end; p += 16) count += popcnt(v128.bitmask<i8>(v128.eq<i8>(v128.load(p), lf)));
  for (; p < end; p++) count += u32(load<u8>(p) == 10);
  return count;
}
