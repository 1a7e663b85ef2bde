import type { Vector } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import type { DecodedRun } from '../decoded-run.ts';
import { grown, roomFor } from '../grown.ts';
import { Nulls } from '../nulls.ts';
import type { VectorBuilder } from './vector-builder.ts';

/** Shorter texts are copied by hand, which beats the call of `set`. */
const SHORT = 32;

/** Strings, as bytes. */
export class TextBuilder implements VectorBuilder {
  private readonly nulls = new Nulls();
  private offsets = new Int32Array(1);
  private bytes = new Uint8Array(0);
  /** The last batch's bytes: the next probably needs about as many. */
  private expectedBytes = 0;

  constructor(private readonly type: DataType) {}

  /** The text `bytes[start .. end)`. */
  set(row: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.begin(row, end - start);
    if (end - start < SHORT) for (let from = start, to = at; from < end; ) this.bytes[to++] = bytes[from++] as number;
    else this.bytes.set(bytes.subarray(start, end), at);
    this.end(row, at + end - start);
  }

  /**
   * A text of at most `size` bytes, which `write` puts into the bytes that it is given, from `at` on; it gives where it ends, or a negative number
   * for no text, and then so does this, and nothing is set.
   */
  write(row: number, size: number, write: (into: Uint8Array, at: number) => number): number {
    const at = this.begin(row, size);
    const end = write(this.bytes, at);
    if (end >= 0) this.end(row, end);
    return end;
  }

  setNull(row: number): void {
    this.reserveRows(row + 1);
    this.offsets[row + 1] = this.offsets[row] as number;
    this.nulls.set(row, 0);
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.reserveRows(run.row + run.rows);
    const at = this.offsets[run.row] as number;
    const { bytes, ends } = run.kernel.texts(column, at);
    this.nulls.append(run, column);
    this.reserve(at, bytes.length);
    this.bytes.set(bytes, at);
    this.offsets.set(ends, run.row + 1);
  }

  finish(length: number, reuse: boolean): Vector {
    const used = this.offsets[length] as number;
    const vector: Vector = {
      kind: 'bytes',
      type: this.type,
      length,
      validity: this.nulls.finish(length),
      offsets: this.offsets.subarray(0, length + 1),
      bytes: this.bytes.subarray(0, used),
    };
    if (!reuse) {
      this.offsets = new Int32Array(1);
      this.bytes = new Uint8Array(0);
    }
    this.expectedBytes = used;
    return vector;
  }

  /** Makes room for a row's text; where it begins. */
  private begin(row: number, size: number): number {
    this.reserveRows(row + 1);
    const at = this.offsets[row] as number;
    this.reserve(at, size);
    return at;
  }

  private end(row: number, at: number): void {
    this.offsets[row + 1] = at;
    this.nulls.set(row, 1);
  }

  private reserve(used: number, size: number): void {
    if (used + size <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(used + size, this.bytes.length * 2, this.expectedBytes));
    bytes.set(this.bytes.subarray(0, used));
    this.bytes = bytes;
  }

  private reserveRows(rows: number): void {
    if (rows >= this.offsets.length) this.offsets = grown(this.offsets, roomFor(rows) + 1);
  }
}
