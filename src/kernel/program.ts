import {
  COLUMN_BYTES,
  COLUMNS_BASE,
  LITERAL,
  MAX_SHAPES,
  OP_BYTES,
  PROGRAM_BASE,
  PROGRAM_BYTES,
  SHAPE_BYTES,
  SHORT_LITERAL,
  VALIDITY_OFFSET,
} from './ops.ts';

/** One step of a shape: exact bytes, or a value. See `ops.ts` for the kinds and what `a` and `b` mean. */
export type ShapeOp =
  | { readonly literal: Uint8Array }
  | {
      readonly kind: number;
      readonly flags?: number;
      /** Index of the column, for kinds that have one. */
      readonly column?: number;
      readonly a?: bigint;
      readonly b?: bigint;
    };

const OPS_START = MAX_SHAPES * SHAPE_BYTES;
const FIRST_BYTES = 4096;

/** More columns would take more memory than they save time. */
export const MAX_COLUMNS = 1000;

/**
 * The shapes that the records of a stream may have, as the kernel reads them. All shapes fill the same columns, numbered from 0.
 *
 * The bytes are an image of the kernel's program memory, so that a program is loaded by one copy.
 */
export class ShapeProgram {
  /** How many bytes of `image` are in use. */
  size = OPS_START;
  shapeCount = 0;
  /** Changes whenever the program does. */
  version = 0;
  image = new Uint8Array(FIRST_BYTES);
  private view = new DataView(this.image.buffer);

  constructor(
    /** Number of columns. */
    readonly columns: number,
  ) {}

  /** Adds a shape; false when there is no room for it. */
  add(ops: readonly ShapeOp[]): boolean {
    const literals = ops.reduce((bytes, op) => bytes + ('literal' in op ? op.literal.length + 16 : 0), 0);
    if (this.shapeCount === MAX_SHAPES || this.size + ops.length * OP_BYTES + literals > PROGRAM_BYTES) return false;
    this.reserve(this.size + ops.length * OP_BYTES + literals);
    const first = this.size;
    const last = first + ops.length * OP_BYTES;
    this.size = last;
    ops.forEach((op, i) => {
      this.write(op, first + i * OP_BYTES);
    });
    this.size = (this.size + 15) & ~15;
    const entry = this.shapeCount * SHAPE_BYTES;
    this.view.setUint32(entry, PROGRAM_BASE + first, true);
    this.view.setUint32(entry + 4, PROGRAM_BASE + last, true);
    this.shapeCount++;
    this.version++;
    return true;
  }

  /** Forgets all shapes. */
  clear(): void {
    this.size = OPS_START;
    this.shapeCount = 0;
    this.version++;
  }

  private reserve(size: number): void {
    if (size <= this.image.length) return;
    const image = new Uint8Array(Math.min(PROGRAM_BYTES, Math.max(size, this.image.length * 2)));
    image.set(this.image.subarray(0, this.size));
    this.image = image;
    this.view = new DataView(image.buffer);
  }

  private write(op: ShapeOp, at: number): void {
    const { view } = this;
    if ('literal' in op) {
      this.writeLiteral(op.literal, at);
      return;
    }
    const column = COLUMNS_BASE + (op.column ?? 0) * COLUMN_BYTES;
    view.setUint32(at, op.kind, true);
    view.setUint32(at + 4, op.flags ?? 0, true);
    view.setUint32(at + 8, column, true);
    view.setUint32(at + 12, column + VALIDITY_OFFSET, true);
    view.setBigInt64(at + 16, op.a ?? 0n, true);
    view.setBigInt64(at + 24, op.b ?? 0n, true);
  }

  private writeLiteral(bytes: Uint8Array, at: number): void {
    const { view } = this;
    const short = bytes.length <= 8;
    view.setUint32(at, short ? SHORT_LITERAL : LITERAL, true);
    view.setUint32(at + 4, 0, true);
    view.setUint32(at + 12, bytes.length, true);
    if (short) {
      for (let i = 0; i < 8; i++) {
        this.image[at + 16 + i] = bytes[i] ?? 0;
        this.image[at + 24 + i] = i < bytes.length ? 0xff : 0;
      }
    } else {
      view.setUint32(at + 8, PROGRAM_BASE + this.size, true);
      view.setBigInt64(at + 16, (1n << BigInt(bytes.length & 15)) - 1n, true);
      this.image.set(bytes, this.size);
      this.size += bytes.length;
    }
  }
}
