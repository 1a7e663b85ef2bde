let size: usize = 0;

export function setEncoded(bytes: usize): void {
  size = bytes;
}

/** Bytes that the last run of an encoder wrote. */
export function encodedBytes(): usize {
  return size;
}
