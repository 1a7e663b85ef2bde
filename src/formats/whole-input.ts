import { ByteWindow } from './byte-window.ts';

const MARK_BYTES = 3;

/** The whole stream as one piece, up to a limit; used as `Lines` is. */
export class WholeInput {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  tooLong = false;
  readonly number = 1;
  private readonly window = new ByteWindow();
  private taken = false;

  constructor(private readonly maxBytes: number) {}

  push(chunk: Uint8Array): void {
    const { window } = this;
    // A byte order mark does not count.
    const room = this.maxBytes + 1 + MARK_BYTES - window.end;
    window.append(chunk.subarray(0, Math.max(0, room)));
  }

  /** It has copied the chunk. */
  release(): void {}

  finish(): void {
    this.window.ended = true;
  }

  /** True once, when the stream is over. */
  next(): boolean {
    const { window } = this;
    if (this.taken || !window.ended) return false;
    this.taken = true;
    window.skipByteOrderMark();
    this.bytes = window.bytes;
    this.start = window.start;
    this.end = Math.min(window.end, this.start + this.maxBytes + 1);
    this.tooLong = this.end - this.start > this.maxBytes;
    return true;
  }
}
