/** Whole numbers as decimal digits. */
const DIGITS = memory.data<u8>([
  48, 48, 48, 49, 48, 50, 48, 51, 48, 52, 48, 53, 48, 54, 48, 55, 48, 56, 48, 57, 49, 48, 49, 49, 49, 50, 49, 51, 49, 52,
  49, 53, 49, 54, 49, 55, 49, 56, 49, 57, 50, 48, 50, 49, 50, 50, 50, 51, 50, 52, 50, 53, 50, 54, 50, 55, 50, 56, 50, 57,
  51, 48, 51, 49, 51, 50, 51, 51, 51, 52, 51, 53, 51, 54, 51, 55, 51, 56, 51, 57, 52, 48, 52, 49, 52, 50, 52, 51, 52, 52,
  52, 53, 52, 54, 52, 55, 52, 56, 52, 57, 53, 48, 53, 49, 53, 50, 53, 51, 53, 52, 53, 53, 53, 54, 53, 55, 53, 56, 53, 57,
  54, 48, 54, 49, 54, 50, 54, 51, 54, 52, 54, 53, 54, 54, 54, 55, 54, 56, 54, 57, 55, 48, 55, 49, 55, 50, 55, 51, 55, 52,
  55, 53, 55, 54, 55, 55, 55, 56, 55, 57, 56, 48, 56, 49, 56, 50, 56, 51, 56, 52, 56, 53, 56, 54, 56, 55, 56, 56, 56, 57,
  57, 48, 57, 49, 57, 50, 57, 51, 57, 52, 57, 53, 57, 54, 57, 55, 57, 56, 57, 57,
]);

/** Two digits. */
@inline
export function two(o: usize, value: u32): void {
  store<u16>(o, load<u16>(DIGITS + (<usize>value << 1)));
}

@inline
export function integer(o: usize, value: i64): usize {
  if (value < 0) {
    store<u8>(o++, 45);
    value = -value;
  }
  return digits(o, <u64>value, decimalSize(<u64>value));
}

@inline
export function decimalSize(value: u64): u32 {
  let size: u32 = 1;
  for (let power: u64 = 10; power <= value && size < 19; power *= 10) size++;
  return size;
}

/** `size` digits, with zeros in front. */
@inline
export function digits(o: usize, value: u64, size: u32): usize {
  let at = o + size;
  while (at >= o + 2) {
    const rest = value / 100;
    at -= 2;
    two(at, <u32>(value - rest * 100));
    value = rest;
  }
  if (at > o) store<u8>(o, <u8>(48 + (value % 10)));
  return o + size;
}
