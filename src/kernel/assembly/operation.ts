// The parts of an operation; see ../ops.ts.

// @ts-ignore: decorator
@inline
export function kindOf(op: usize): u32 {
  return load<u32>(op);
}

// @ts-ignore: decorator
@inline
export function flagsOf(op: usize): u32 {
  return load<u32>(op, 4);
}

/** Where the column's values are. */
// @ts-ignore: decorator
@inline
export function valuesOf(op: usize): usize {
  return <usize>load<u32>(op, 8);
}

// @ts-ignore: decorator
@inline
export function validityOf(op: usize): usize {
  return <usize>load<u32>(op, 12);
}

// @ts-ignore: decorator
@inline
export function a(op: usize): i64 {
  return load<i64>(op, 16);
}

// @ts-ignore: decorator
@inline
export function b(op: usize): i64 {
  return load<i64>(op, 24);
}

// @ts-ignore: decorator
@inline
export function literalSize(op: usize): u32 {
  return load<u32>(op, 64);
}

/** What keeps the bytes at `p` from being the operation's literal; 0: they are. LONG_LITERAL: `hasMiddle` has to say. */
// @ts-ignore: decorator
@inline
export function difference(op: usize, p: usize): u32 {
  const first = v128.eq<i8>(v128.load(p), v128.load(op, 32));
  const last = v128.eq<i8>(v128.load(p + <usize>load<u32>(op, 68)), v128.load(op, 48));
  return ~(<u32>v128.bitmask<i8>(v128.and(first, last))) & load<u32>(op, 72);
}

/** Whether what stands between the first and the last 16 bytes of a long literal is at `p` too. */
export function hasMiddle(op: usize, p: usize): bool {
  const text = <usize>load<u32>(op, 76);
  const last = <usize>load<u32>(op, 68);
  for (let at: usize = 16; at < last; at += 16) {
    if (<u32>v128.bitmask<i8>(v128.eq<i8>(v128.load(p + at), v128.load(text + at))) != 0xffff) return false;
  }
  return true;
}

// @ts-ignore: decorator
@inline
export function columnOf(op: usize): u32 {
  return load<u32>(op, 80);
}

/** The record's mark that is the literal's first; -1: the one before the record. */
// @ts-ignore: decorator
@inline
export function markOf(op: usize): i32 {
  return load<i32>(op, 84);
}

/** How far that mark is behind the literal's start. */
// @ts-ignore: decorator
@inline
export function markOffsetOf(op: usize): i32 {
  return load<i32>(op, 88);
}
