/** The bytes at the end of what was read that no record was made of yet. */
export class PendingBytes {
  private own: Uint8Array = new Uint8Array(0);
  private length = 0;
  /** A record that did not end is tried again only when there is twice as much, so that trying stays linear. */
  private retryAt = 0;

  /** No record is longer than `maxRecordBytes`. */
  constructor(private readonly maxRecordBytes: number) {}

  /** Until the next call. */
  get bytes(): Uint8Array {
    return this.own.subarray(0, this.length);
  }

  /**
   * What is pending with the chunk behind it: where the chunk is, if nothing is pending or it goes into the `headroom` bytes in front of the
   * chunk, which may be written. null: it is not worth another try yet.
   */
  with(chunk: Uint8Array, headroom: number): Uint8Array | null {
    const { length } = this;
    if (length === 0) return chunk;
    if (length + chunk.length < this.retryAt || length > headroom) {
      this.append(chunk);
      return this.length < this.retryAt ? null : this.bytes;
    }
    const view = new Uint8Array(chunk.buffer, chunk.byteOffset - length, length + chunk.length);
    view.set(this.bytes);
    this.length = 0;
    return view;
  }

  /** `rest`: the end of what `with` or `bytes` gave last. */
  keep(rest: Uint8Array): void {
    if (rest.buffer === this.own.buffer) {
      this.own.copyWithin(0, this.length - rest.length, this.length);
      this.length = rest.length;
    } else {
      this.length = 0;
      this.append(rest);
    }
    // Two bytes more than the longest record are enough to know that one is too long.
    this.retryAt = Math.min(2 * rest.length, this.maxRecordBytes + 3);
  }

  /** However few bytes come next, it is worth a try. */
  tryAgain(): void {
    this.retryAt = 0;
  }

  clear(): void {
    this.length = 0;
  }

  private append(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.own.length) {
      const grown = new Uint8Array(Math.max(needed, this.own.length * 2));
      grown.set(this.bytes);
      this.own = grown;
    }
    this.own.set(chunk, this.length);
    this.length = needed;
  }
}
