import { ABSENT, DECIMAL, MAX_COLUMNS, NARROW, NUMBER_TEXT, PRESENT, SKIP_VALUE, TEXT } from '../../kernel/ops.ts';
import { type ShapeOp, ShapeProgram } from '../../kernel/program.ts';
import type { Field, Schema, StructType } from '../../schema.ts';
import { valueOp } from '../decoded-run.ts';
import { FieldNames } from './names.ts';
import type { JsonOptions } from './options.ts';
import { ESCAPED, FALSE, INTEGER, NULL, NUMBER, OBJECT, STRING, type Tokenizer, TRUE } from './tokenizer.ts';

type ValueOp = Extract<ShapeOp, { kind: number }>;

/** What the kernel does for a field of the schema. */
type Plan = LeafPlan | StructPlan;

interface LeafPlan {
  readonly op: ValueOp;
  /** The column is not filled from the record, whatever the record has under its name. */
  readonly ours: boolean;
}

interface StructPlan {
  /** The column that says whether the struct is null; -1 for the record itself. */
  readonly column: number;
  readonly names: FieldNames;
  readonly slots: Int32Array;
  readonly children: readonly Plan[];
}

/** After so many lessons that taught nothing new, only every so-many-th miss is looked at. */
const LESSONS = 64;
/** A full table of shapes is emptied when a new one is seen after so many lessons. */
const FULL_LESSONS = 256;
/** Unknown values may hold this many levels. */
const SKIPPED_DEPTH = 32;

/**
 * The shapes of a stream's records, learnt from records that the plain decoder took: the bytes between the values, exactly, and for
 * each value the type of its column, or that it is to be skipped. Streams of the same schema share them.
 */
export class RecordShapes {
  readonly program: ShapeProgram;
  private readonly root: StructPlan;
  private readonly known = new Set<string>();
  private fruitless = 0;

  private constructor(
    schema: Schema,
    private readonly options: JsonOptions,
    utcDefault: boolean,
  ) {
    const builder = new PlanBuilder(options, utcDefault);
    this.root = builder.struct(schema, -1);
    this.program = new ShapeProgram(builder.columns);
  }

  /** null when the kernel cannot decode all columns of the schema. */
  static of(schema: Schema, options: JsonOptions, utcDefault: boolean): RecordShapes | null {
    if (!isDecodable(schema)) return null;
    const shapes = new RecordShapes(schema, options, utcDefault);
    return shapes.program.columns > MAX_COLUMNS ? null : shapes;
  }

  /** The column of the program for the field at `path`, ordinals from the record down; null for a struct or no field. */
  columnAt(path: readonly number[]): number | null {
    let plan: Plan | undefined = this.root;
    for (const ordinal of path) plan = plan !== undefined && 'children' in plan ? plan.children[ordinal] : undefined;
    return plan === undefined || 'children' in plan ? null : (plan.op.column as number);
  }

  /** Learns from a record that no shape fitted. Its tokens are in `tokens`, from `entry` on. */
  learn(tokens: Tokenizer, entry: number): void {
    const lesson = this.fruitless++;
    if (lesson > LESSONS && lesson % LESSONS !== 0) return;
    const shape = new ShapeWriter(tokens, this.options).write(this.root, entry);
    if (shape === null) return;
    const key = keyOf(shape);
    if (this.known.has(key)) return;
    if (!this.program.add(shape)) {
      if (lesson < FULL_LESSONS) return;
      this.program.clear();
      this.known.clear();
      if (!this.program.add(shape)) return;
    }
    this.known.add(key);
    this.fruitless = 0;
  }
}

function isDecodable({ fields }: StructType): boolean {
  return fields.every(({ type }) => (type.kind === 'struct' ? isDecodable(type) : valueOp(type, 0, NO_RULES) !== null));
}

const NO_RULES = { nullable: true, utcDefault: true, field: false };

class PlanBuilder {
  columns = 0;

  constructor(
    private readonly options: JsonOptions,
    private readonly utcDefault: boolean,
  ) {}

  struct(type: StructType, column: number): StructPlan {
    const { fields } = type;
    const { mode, columnNameOfCorruptRecord } = this.options;
    const corrupt =
      column < 0 && mode !== 'reject' ? fields.findIndex(({ name }) => name === columnNameOfCorruptRecord) : -1;
    const children = fields.map((field, i) => this.plan(field, i === corrupt));
    return { column, names: new FieldNames(fields), slots: new Int32Array(fields.length), children };
  }

  private plan(field: Field, ours: boolean): Plan {
    const column = this.columns++;
    const { type } = field;
    if (type.kind === 'struct') return this.struct(type, column);
    const nullable = field.nullable || this.options.mode !== 'reject';
    return { op: valueOp(type, column, { nullable, utcDefault: this.utcDefault, field: false }) as ValueOp, ours };
  }
}

function isOurs(plan: Plan): boolean {
  return 'ours' in plan && plan.ours;
}

function keyOf(shape: readonly ShapeOp[]): string {
  return shape
    .map((op) =>
      'literal' in op ? Buffer.from(op.literal).toString('latin1') : `\n${op.kind} ${op.column} ${op.a} ${op.b}\n`,
    )
    .join('');
}

/** Kinds of tokens that a value of a column may have for the kernel to read it, besides null. */
function fits(op: ValueOp, kind: number, quote: number): boolean {
  switch (op.kind) {
    case TEXT:
      return kind === STRING || kind === ESCAPED ? quote === 34 : kind === INTEGER || kind === NUMBER;
    case DECIMAL:
      return kind === INTEGER || kind === NUMBER;
    default:
      return kind === STRING || kind === ESCAPED
        ? quote === 34
        : kind === INTEGER || kind === NUMBER || kind === TRUE || kind === FALSE;
  }
}

/** Writes the shape of one record. */
class ShapeWriter {
  private readonly ops: ShapeOp[] = [];
  /** Bytes before it are in the shape. */
  private at = 0;
  private depth = 0;
  private names = 0;
  private skips = 0;

  constructor(
    private readonly tokens: Tokenizer,
    private readonly options: JsonOptions,
  ) {}

  /** null when the kernel cannot read such records. */
  write(root: StructPlan, entry: number): readonly ShapeOp[] | null {
    const { tape } = this.tokens;
    if (tape[entry] !== OBJECT) return null;
    this.at = tape[entry + 1] as number;
    if (!this.object(root, entry)) return null;
    this.literal(tape[entry + 2] as number);
    return this.limited();
  }

  /** Skipped values share the names that a record may have besides the known ones. */
  private limited(): readonly ShapeOp[] | null {
    const share = Math.floor((this.options.maxKeys - this.names) / Math.max(1, this.skips));
    return share < 0
      ? null
      : this.ops.map((op) => ('kind' in op && op.kind === SKIP_VALUE ? { ...op, b: BigInt(share) } : op));
  }

  private object(plan: StructPlan, entry: number): boolean {
    const { tokens } = this;
    const { tape } = tokens;
    const { slots, children } = plan;
    const last = tape[entry + 3] as number;
    // Records with a name twice are counted, so they are left to the plain decoder.
    if (plan.names.find(tokens, entry, slots) !== -1) return false;
    this.depth++;
    if (plan.column >= 0) this.ops.push({ kind: PRESENT, column: plan.column });
    for (let name = entry + 4; name < last; name = tape[name + 7] as number) {
      this.names++;
      const child = children[slots.indexOf(name + 4)];
      if (child === undefined || isOurs(child)) this.skip(name + 4);
      else if (!this.value(child, name + 4)) return false;
    }
    children.forEach((child, i) => {
      if (slots[i] === -1 || isOurs(child)) this.absent(child);
    });
    this.depth--;
    return true;
  }

  private value(plan: Plan, entry: number): boolean {
    const kind = this.tokens.tape[entry] as number;
    if ('children' in plan) {
      if (kind === OBJECT) return this.object(plan, entry);
      if (kind !== NULL) return false;
      this.absent(plan);
      return true;
    }
    const { op } = plan;
    const [start, end] = this.extent(entry);
    if (kind !== NULL && !fits(op, kind, this.tokens.bytes[start] as number)) return false;
    this.literal(start);
    this.ops.push(op.kind === TEXT && (kind === INTEGER || kind === NUMBER) ? { ...op, kind: NUMBER_TEXT } : op);
    this.at = end;
    return true;
  }

  private skip(entry: number): void {
    const [start, end] = this.extent(entry);
    this.literal(start);
    this.ops.push({ kind: SKIP_VALUE, a: BigInt(Math.min(SKIPPED_DEPTH, this.options.maxDepth - this.depth)) });
    this.skips++;
    this.at = end;
  }

  private absent(plan: Plan): void {
    if ('children' in plan) {
      this.ops.push({ kind: ABSENT, column: plan.column });
      for (const child of plan.children) this.absent(child);
    } else {
      const { column, flags = 0 } = plan.op;
      this.ops.push({ kind: ABSENT, column, flags: flags & NARROW });
    }
  }

  /** The bytes of a value, with its quotes. */
  private extent(entry: number): readonly [number, number] {
    const { tape } = this.tokens;
    const text = tape[entry] === STRING || tape[entry] === ESCAPED ? 1 : 0;
    return [(tape[entry + 1] as number) - text, (tape[entry + 2] as number) + text];
  }

  private literal(to: number): void {
    if (to > this.at) this.ops.push({ literal: this.tokens.bytes.slice(this.at, to) });
    this.at = to;
  }
}
