// All functions that read a value take the address of its first byte and give the address behind it, or NO where the
// bytes are no such value, or one that the kernel leaves to others.
export const NO: usize = 0;

/** How far a scan got that gave NO: it may have been cut off by the end of the input. */
export let furthest: usize = 0;

export function stopAt(p: usize): usize {
  furthest = p;
  return NO;
}

export function clearFurthest(): void {
  furthest = 0;
}

/** The value of a digit; more than 9 for any other byte. */
// @ts-ignore: decorator
@inline
export function digit(p: usize): u32 {
  return <u32>load<u8>(p) - 48;
}
