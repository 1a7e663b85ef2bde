import {
  ABSENT,
  COLUMN_BYTES,
  COLUMNS_BASE,
  END,
  LONG_LITERAL,
  MAX_SHAPES,
  OP_BYTES,
  PRESENT,
  PROGRAM_BASE,
  PROGRAM_BYTES,
  SHAPE_BYTES,
  SKIP_FIELD,
  SKIP_VALUE,
  TEXT,
  VALIDITY_OFFSET,
  VARYING_LINES,
} from './ops.ts';
import { NO_BYTE } from './record-rules.ts';

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
/** Bytes that the kernel compares at a time. */
const BLOCK = 16;
const LF = 10;
const BACKSLASH = 92;
const NOTHING = new Uint8Array(0);

/**
 * The shapes that the records of a stream may have, as the kernel reads them. All shapes fill the same columns, numbered from 0.
 *
 * The bytes are an image of the kernel's program memory, so that a program is loaded by one copy.
 */
export class ShapeProgram {
  /** How many bytes of `image` are in use. */
  size = OPS_START;
  /** As they were added. */
  readonly shapes: (readonly ShapeOp[])[] = [];
  /** Changes whenever the program does. */
  version = 0;
  image = new Uint8Array(FIRST_BYTES);
  private view = new DataView(this.image.buffer);

  constructor(
    /** Number of columns. */
    readonly columns: number,
    private readonly marks: Marks = JSON_MARKS,
  ) {}

  /** Adds a shape; false when there is no room for it. */
  add(ops: readonly ShapeOp[]): boolean {
    const steps = stepsOf(ops);
    const literals = steps.reduce((bytes, { literal }) => bytes + literal.length, BLOCK);
    const needed = this.size + steps.length * OP_BYTES + literals;
    if (this.shapeCount === MAX_SHAPES || needed > PROGRAM_BYTES) return false;
    this.reserve(needed);
    const first = this.size;
    this.size += steps.length * OP_BYTES;
    const quote = steps.some(({ op }) => ANYTHING.includes(op.kind)) ? this.marks.quote : 0;
    const places = placesOf(steps, this.marks, quote);
    steps.forEach((step, i) => {
      const at = first + i * OP_BYTES;
      this.write(step, at);
      this.view.setInt32(at + 84, places?.marks[i] ?? 0, true);
      this.view.setInt32(at + 88, places?.offsets[i] ?? 0, true);
    });
    this.size = (this.size + 15) & ~15;
    const entry = this.shapeCount * SHAPE_BYTES;
    this.view.setUint32(entry, PROGRAM_BASE + first, true);
    this.view.setUint32(entry + 4, lineFeedsOf(steps), true);
    this.view.setUint32(entry + 8, places?.count ?? 0, true);
    this.view.setUint32(entry + 12, quote, true);
    this.shapes.push(ops);
    this.version++;
    return true;
  }

  get shapeCount(): number {
    return this.shapes.length;
  }

  /** Forgets all shapes. */
  clear(): void {
    this.size = OPS_START;
    this.shapes.length = 0;
    this.version++;
  }

  private reserve(size: number): void {
    if (size <= this.image.length) return;
    const image = new Uint8Array(Math.min(PROGRAM_BYTES, Math.max(size, this.image.length * 2)));
    image.set(this.image.subarray(0, this.size));
    this.image = image;
    this.view = new DataView(image.buffer);
  }

  private write({ literal, op }: Step, at: number): void {
    const { view } = this;
    const column = op.column ?? 0;
    const values = COLUMNS_BASE + column * COLUMN_BYTES;
    view.setUint32(at, op.kind, true);
    view.setUint32(at + 4, op.flags ?? 0, true);
    view.setUint32(at + 8, values, true);
    view.setUint32(at + 12, values + VALIDITY_OFFSET, true);
    view.setBigInt64(at + 16, op.a ?? 0n, true);
    view.setBigInt64(at + 24, op.b ?? 0n, true);
    const { length } = literal;
    const last = Math.max(0, length - BLOCK);
    this.image.set(literal.subarray(0, BLOCK), at + 32);
    this.image.set(literal.subarray(last), at + 48);
    view.setUint32(at + 64, length, true);
    view.setUint32(at + 68, last, true);
    const isLong = length > 2 * BLOCK;
    view.setUint32(at + 72, (2 ** Math.min(length, BLOCK) - 1) | (isLong ? LONG_LITERAL : 0), true);
    view.setUint32(at + 76, PROGRAM_BASE + this.size, true);
    view.setUint32(at + 80, column, true);
    if (!isLong) return;
    this.image.set(literal, this.size);
    this.size += length;
  }
}

/** Bytes that end values, or stand in the literals behind them: the kernel finds those of many records at once (assembly/marks.ts). */
interface Marks {
  readonly bytes: readonly [number, number];
  /** Around texts, in which they are no marks; 0 for none. */
  readonly quote: number;
  /** From a record's last mark to where the next record begins. */
  readonly toNext: number;
  /** The last one is the line end behind the record. */
  readonly isLineEnd: boolean;
}

/** Commas and closing braces; the next object is on the next line. */
const JSON_MARKS: Marks = { bytes: [44, 125], quote: 34, toNext: 2, isLineEnd: false };

/** Of rows of separated fields. */
export function rowMarks(separator: number, quote: number): Marks {
  return { bytes: [separator, LF], quote: quote === NO_BYTE ? 0 : quote, toNext: 1, isLineEnd: true };
}

/** Kinds of values that may have the bytes of marks in them. */
const ANYTHING = [TEXT, SKIP_VALUE, SKIP_FIELD];

/** An operation of the kernel: a literal, and what stands behind it. */
interface Step {
  readonly literal: Uint8Array;
  readonly op: ValueOp;
}

type ValueOp = Exclude<ShapeOp, { literal: Uint8Array }>;
const OVER: ValueOp = { kind: END };

function stepsOf(ops: readonly ShapeOp[]): Step[] {
  const steps: Step[] = [];
  let literal: Uint8Array = NOTHING;
  for (const op of [...ops, OVER]) {
    if ('literal' in op) literal = literal.length === 0 ? op.literal : Uint8Array.from([...literal, ...op.literal]);
    else if (op.kind !== ABSENT && op.kind !== PRESENT) {
      steps.push({ literal, op });
      literal = NOTHING;
    }
  }
  const without = (kind: number) => ops.filter((op): op is ValueOp => 'kind' in op && op.kind === kind);
  const behind = [...without(ABSENT), ...without(PRESENT), OVER];
  return [...steps, ...behind.map((op) => ({ literal: NOTHING, op }))];
}

/**
 * Of each step's literal, which of the record's marks is its first, and where in it; null when a value ends at none, so that the marks do
 * not tell where the next one begins. There are no marks in quotes; what is escaped in a name is not told apart.
 */
function placesOf(steps: readonly Step[], { bytes, toNext, isLineEnd }: Marks, quote: number) {
  const marks: number[] = [];
  const offsets: number[] = [];
  const end = steps.findIndex(({ op }) => op.kind === END);
  let count = 0;
  let rest = 0;
  for (const [i, { literal }] of steps.slice(0, end + 1).entries()) {
    if (quote !== 0 && literal.includes(BACKSLASH)) return null;
    const found = marksIn(literal, bytes, quote);
    const isBehind = isLineEnd && i === end;
    if (i > 0 && found.length === 0 && !isBehind) return null;
    marks.push(i === 0 ? -1 : count);
    offsets.push(i === 0 ? -toNext : (found[0] ?? 0));
    count += found.length + (isBehind ? 1 : 0);
    rest = literal.length - 1 - (found.at(-1) ?? 0);
  }
  // A record's last byte is its last mark, or its line end is.
  return isLineEnd || (end > 0 && rest === 0) ? { marks, offsets, count } : null;
}

function marksIn(literal: Uint8Array, bytes: readonly number[], quote: number): number[] {
  const found: number[] = [];
  let isInside = false;
  literal.forEach((byte, at) => {
    if (byte === quote) isInside = !isInside;
    else if (!isInside && bytes.includes(byte)) found.push(at);
  });
  return found;
}

/** LF bytes in any record of the shape. */
function lineFeedsOf(steps: readonly Step[]): number {
  if (steps.some(({ op }) => op.kind === SKIP_VALUE)) return VARYING_LINES;
  return steps.reduce((count, { literal }) => count + literal.filter((byte) => byte === LF).length, 0);
}
