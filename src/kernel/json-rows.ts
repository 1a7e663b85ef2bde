import {
  align,
  type EncodedColumn,
  type EncodeMemory,
  encodeMemory,
  type LoadedRows,
  OUT_BYTES,
} from './encode-memory.ts';
import { CELL_BYTES, CELL_CLOSE, CELL_OPEN, JSON_STEP_BYTES } from './ops.ts';

/** A field of an object. */
export interface JsonField {
  /** As it is written, with what follows: `"name":`. */
  readonly name: Uint8Array;
  readonly value: EncodedColumn | JsonStruct;
}

export interface JsonStruct {
  readonly kind: 'struct';
  readonly validity: Uint8Array | null;
  readonly fields: readonly JsonField[];
}

/** A field, or one end of a struct's fields; see assembly/encode-json.ts. */
interface Step {
  /** null: what kind of cells its column has. */
  readonly kind: number | null;
  readonly name: Uint8Array;
  readonly column: EncodedColumn;
  /** Of a struct's beginning, the step behind its end. */
  behind: number;
}

const STEP_WORDS = JSON_STEP_BYTES / 4;
/** What texts and names may be written beyond their ends. */
const SLACK = 64;
const NOTHING = new Uint8Array(0);

/** Encodes rows of columns as lines of JSON, as far as it goes; one per encoder. */
export class JsonRows implements LoadedRows {
  private stepsEnd = 0;
  private fixedBytes = 0;
  private outAt = 0;

  private constructor(
    private readonly memory: EncodeMemory,
    private readonly keepNulls: boolean,
  ) {}

  /** Null where the kernel was not built. */
  static open(keepNulls: boolean): JsonRows | null {
    const memory = encodeMemory();
    return memory === null ? null : new JsonRows(memory, keepNulls);
  }

  /**
   * Copies a batch's columns in; they stay until the next call, of this one or another. False: the names of its fields leave no room for
   * rows.
   */
  load(fields: readonly JsonField[]): boolean {
    const { memory } = this;
    const { start } = memory;
    const steps = stepsOf(fields, []);
    this.fixedBytes = steps.reduce((sum, { name }) => sum + name.length + CELL_BYTES, SLACK);
    if (this.fixedBytes > OUT_BYTES / 2) return false;
    this.stepsEnd = start + steps.length * JSON_STEP_BYTES;
    this.outAt = align(this.stepsEnd);
    memory.claim(this, this.outAt + OUT_BYTES);
    const loaded = memory.load(
      steps.flatMap(({ column, name }) => [column, raw(name, null)]),
      this.outAt + OUT_BYTES,
    );
    const words = memory.words(start, steps.length * STEP_WORDS);
    steps.forEach(({ kind, name, behind }, n) => {
      const [columnKind, ...addresses] = loaded[2 * n] as readonly number[];
      const nameAt = loaded[2 * n + 1]?.[1] as number;
      const step = [
        kind ?? (columnKind as number),
        ...addresses,
        nameAt,
        name.length,
        start + behind * JSON_STEP_BYTES,
      ];
      words.set(step, n * STEP_WORDS);
    });
    return true;
  }

  encode(from: number, to: number) {
    const { memory, outAt } = this;
    const row = memory.exports.encodeJson(
      memory.start,
      this.stepsEnd,
      from,
      to,
      outAt,
      outAt + OUT_BYTES,
      this.keepNulls,
      this.fixedBytes,
    );
    return { row, bytes: memory.encoded(outAt) };
  }
}

/** Adds the steps that write `fields` to `steps`. */
function stepsOf(fields: readonly JsonField[], steps: Step[]): Step[] {
  for (const { name, value } of fields) {
    if (value.kind !== 'struct') {
      steps.push({ kind: null, name, column: value, behind: 0 });
      continue;
    }
    const open = { kind: CELL_OPEN, name, column: raw(NOTHING, value.validity), behind: 0 };
    steps.push(open);
    stepsOf(value.fields, steps);
    steps.push({ kind: CELL_CLOSE, name: NOTHING, column: raw(NOTHING, null), behind: 0 });
    open.behind = steps.length;
  }
  return steps;
}

function raw(values: Uint8Array, validity: Uint8Array | null): EncodedColumn {
  return { kind: 'raw', values, validity };
}
