import type { Kernel } from '../kernel/kernel.ts';
import { CUT, INPUT_BYTES, MISS } from '../kernel/ops.ts';
import type { ShapeProgram } from '../kernel/program.ts';
import type { Projection } from '../kernel/projection.ts';
import type { RecordRules } from '../kernel/record-rules.ts';
import type { BatchRoom } from './batch-size.ts';

/** What a miss costs, in rows: each stops the kernel, and copies what it has. */
const MISS_COST = 8;
/** A stream in debt by so many rows is left to the plain decoder for a while. */
const DEBT = 256;
const MOST_CREDIT = 4096;
const FIRST_PAUSE = 512;
const LONGEST_PAUSE = 65_536;

/**
 * One stream's way through the kernel: brings its bytes in piece by piece, and knows when it is not worth the while.
 * Positions are offsets in the stream, so they hold wherever the caller keeps its bytes.
 */
export class KernelStage {
  private from = 0;
  private to = 0;
  /** A record that is known to fit no shape begins here, as of this version of the program and as far as bytes were known. */
  private missAt = -1;
  private missKnownTo = 0;
  private missVersion = -1;
  private credit = 0;
  private pause = 0;
  private nextPause = FIRST_PAUSE;

  constructor(
    readonly kernel: Kernel,
    readonly program: ShapeProgram,
  ) {}

  /** Whether the record at `offset` was found to fit no shape. */
  isMiss(offset: number): boolean {
    return this.missAt === offset;
  }

  /**
   * Decodes records from `bytes[at .. end)`, which is `offset` in the stream, and gives the number of bytes that they take: 0 for
   * none. The rows are in `kernel` then.
   */
  decode(bytes: Uint8Array, at: number, end: number, offset: number, rules: RecordRules, room: BatchRoom): number {
    const { program } = this;
    if (program.shapeCount === 0 || this.pauses()) return 0;
    if (this.missAt === offset && this.missVersion === program.version && offset + end - at <= this.missKnownTo)
      return 0;
    this.run(bytes, at, end, offset, (start, to) => {
      this.kernel.decode(program, rules, start, to, room.rows, room.bytes);
    });
    this.account(offset + end - at);
    return this.taken(offset);
  }

  /** Projects records likewise; their text is in `kernel` then. Where it stops for a text, decoding may still go on. */
  project(
    bytes: Uint8Array,
    at: number,
    end: number,
    offset: number,
    rules: RecordRules,
    projection: Projection,
  ): number {
    const { program } = this;
    if (program.shapeCount === 0 || this.pause > 0) return 0;
    this.run(bytes, at, end, offset, (start, to) => {
      this.kernel.project(program, projection, rules, start, to);
    });
    return this.taken(offset);
  }

  private taken(offset: number): number {
    const { kernel } = this;
    return kernel.rows === 0 ? 0 : this.from + kernel.behind - offset;
  }

  /** Stream offset of a position in the kernel's input. */
  offsetOf(position: number): number {
    return this.from + position;
  }

  private stage(bytes: Uint8Array, at: number, end: number, offset: number): void {
    const last = Math.min(end, at + INPUT_BYTES);
    this.kernel.stage(this, bytes, at, last);
    this.from = offset;
    this.to = offset + last - at;
  }

  /** Lets the kernel work on the piece that holds `offset`, and on a fresh one where that ends in the first record. */
  private run(
    bytes: Uint8Array,
    at: number,
    end: number,
    offset: number,
    work: (start: number, end: number) => void,
  ): void {
    const { kernel } = this;
    const isThere = kernel.isStaged(this) && offset >= this.from && offset < this.to;
    if (!isThere) this.stage(bytes, at, end, offset);
    const knownTo = offset + end - at;
    work(offset - this.from, Math.min(this.to, knownTo) - this.from);
    if (kernel.rows > 0 || kernel.stop !== CUT || this.to >= knownTo || this.from === offset) return;
    this.stage(bytes, at, end, offset);
    work(0, this.to - this.from);
  }

  /** Remembers where the kernel could not go on, unless the rest of the record is still to come. */
  private account(knownTo: number): void {
    const { rows, stop, next } = this.kernel;
    this.credit = Math.min(MOST_CREDIT, this.credit + rows);
    if (stop !== MISS && !(stop === CUT && this.to >= knownTo)) return;
    this.missAt = this.from + next;
    this.missVersion = this.program.version;
    // More bytes may complete a record, but not mend one.
    this.missKnownTo = stop === MISS ? Number.POSITIVE_INFINITY : knownTo;
    if (stop === MISS) this.credit -= MISS_COST;
    if (this.credit > -DEBT) return;
    this.credit = 0;
    this.pause = this.nextPause;
    this.nextPause = Math.min(LONGEST_PAUSE, this.nextPause * 2);
  }

  private pauses(): boolean {
    if (this.pause === 0) return false;
    this.pause--;
    return true;
  }
}
