const LEAST_BYTES = 64 * 1024;

/**
 * The bytes of one chunk's output, one behind another in one buffer. Buffers go round between chunks, and threads: to make megabytes anew for each
 * chunk, and have them collected, would take longer than filling them.
 */
export class OutputBytes {
  private bytes: Uint8Array<ArrayBuffer>;
  private length = 0;

  /** `spare`: a buffer that nobody uses; `inputBytes`: what the output is made of. */
  constructor(spare: ArrayBuffer | null, inputBytes: number) {
    this.bytes = new Uint8Array(spare ?? new ArrayBuffer(Math.max(LEAST_BYTES, Math.ceil(inputBytes / 2))));
  }

  append(bytes: Uint8Array): void {
    const end = this.length + bytes.length;
    if (end > this.bytes.length) {
      const longer = new Uint8Array(Math.max(end, this.bytes.length * 2));
      longer.set(this.bytes.subarray(0, this.length));
      this.bytes = longer;
    }
    this.bytes.set(bytes, this.length);
    this.length = end;
  }

  /** All of it, and its buffer with it. */
  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}
