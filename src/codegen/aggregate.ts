import type { FixedVector, Vector } from '../batch.ts';

/**
 * How a row is added to an aggregate's flat state, as JavaScript. In the statements `slot` is the row's group, `$value` the value of its
 * argument, which is not null, and `$name` the array or function `name` of `state`.
 */
export interface RowCode {
  /** Names of what `FlatState.state` gives, in its order. */
  readonly state: readonly string[];
  /** What is enough to do once for rows of one group that follow each other. */
  readonly once?: readonly string[];
  /** Adds a row whose value is a number; booleans are 0 and 1. */
  readonly add: readonly string[];
  /** Adds a row whose value is a bigint; absent where there are none. */
  readonly addInt64?: readonly string[];
}

/** Flat arrays indexed by slot, with the code that adds a row to them. */
export interface FlatState {
  readonly code: RowCode;
  /** The arrays and functions that the code names, as they are now: arrays are replaced when they grow. */
  state(): readonly unknown[];
}

/** One aggregate of a loop. */
export interface RowUpdate {
  readonly code: RowCode;
  /** The column that is its argument; null when it counts rows. */
  readonly column: number | null;
  /** For people: `sum(clicks)`. */
  readonly title: string;
}

/** How an argument comes. Only its nulls matter to `count`. */
interface ArgumentShape {
  readonly isInt64: boolean;
  readonly hasNulls: boolean;
}

type GeneratedLoop = (
  slots: Int32Array,
  length: number,
  rows: Int32Array | null,
  inputs: readonly FixedVector[],
  states: readonly (readonly unknown[])[],
) => void;

/**
 * Adds rows to several aggregates at once: one generated loop over the batch's vectors, made once for each combination of the forms in
 * which they come. Every aggregate sees its rows in their order.
 */
export class UpdateLoops {
  private readonly loops = new Map<string, GeneratedLoop>();
  /** The columns that the updates read. */
  readonly columns: readonly number[];

  constructor(private readonly updates: readonly RowUpdate[]) {
    this.columns = columnsOf(updates);
  }

  /**
   * Adds row i of `vectors`, or row `rows[i]`, to slot `slots[i]` of every state, for i in 0..length-1. `states` are in the order of the
   * updates, `inputs` in that of `columns`.
   */
  run(
    slots: Int32Array,
    length: number,
    rows: Int32Array | null,
    inputs: readonly Vector[],
    states: readonly FlatState[],
  ): void {
    if (this.updates.length === 0) return;
    const shapes = inputs.map(shapeOf);
    const signature = [rows !== null, ...shapes.map(({ isInt64, hasNulls }) => `${isInt64}${hasNulls}`)].join();
    let loop = this.loops.get(signature);
    if (loop === undefined) {
      const source = updateSource(
        this.updates,
        rows !== null,
        (column) => shapes[this.columns.indexOf(column)] as ArgumentShape,
      );
      loop = new Function('slots', 'length', 'rows', 'inputs', 'states', source) as GeneratedLoop;
      this.loops.set(signature, loop);
    }
    const arrays = states.map((state) => state.state());
    loop(slots, length, rows, inputs as readonly FixedVector[], arrays);
  }
}

/** The loop for arguments of the usual forms; `isNullable` tells of a column. */
export function explainUpdates(updates: readonly RowUpdate[], isNullable: (column: number) => boolean): string {
  return updateSource(updates, false, (column) => ({ isInt64: false, hasNulls: isNullable(column) }));
}

function columnsOf(updates: readonly RowUpdate[]): number[] {
  return [...new Set(updates.flatMap(({ column }) => (column === null ? [] : [column])))];
}

function shapeOf(vector: Vector): ArgumentShape {
  return {
    isInt64: vector.kind === 'fixed' && vector.values instanceof BigInt64Array,
    hasNulls: vector.validity !== null,
  };
}

function updateSource(
  updates: readonly RowUpdate[],
  hasRows: boolean,
  shapeOf: (column: number) => ArgumentShape,
): string {
  const row = hasRows ? 'row' : 'i';
  const head: string[] = [];
  updates.forEach(({ code, title }, n) => {
    head.push(`const [${code.state.map((name) => `${name}${n}`).join(', ')}] = states[${n}]; // ${oneLine(title)}`);
  });
  const first: string[] = [];
  const body: string[] = [];
  const add = (column: number | null, value: string, shape: ArgumentShape, once: string[], lines: string[]) => {
    updates.forEach(({ code, column: own }, n) => {
      if (own !== column) return;
      const named = (line: string) =>
        line.replaceAll(/\$(\w+)/g, (_, name) => (name === 'value' ? value : `${name}${n}`));
      once.push(...(code.once ?? []).map(named));
      const statements = (shape.isInt64 ? (code.addInt64 ?? code.add) : code.add).map(named);
      lines.push(...(statements.length > 1 ? ['{', ...statements.map((line) => `  ${line}`), '}'] : statements));
    });
  };
  add(null, '', { isInt64: false, hasNulls: false }, first, body);
  columnsOf(updates).forEach((column, n) => {
    const shape = shapeOf(column);
    const rows: string[] = [];
    const once = shape.hasNulls ? rows : first;
    add(column, `value${n}`, shape, once, rows);
    if (rows.some((line) => line.includes(`value${n}`))) {
      head.push(`const in${n} = inputs[${n}].values;`);
      rows.unshift(`const value${n} = in${n}[${row}];`);
    }
    if (!shape.hasNulls) body.push(...rows);
    else {
      head.push(`const set${n} = inputs[${n}].validity;`);
      body.push(`if (set${n}[${row}] === 1) {`, ...rows.map((line) => `  ${line}`), '}');
    }
  });
  if (first.length > 0) {
    head.push('let last = -1;');
    body.unshift('if (slot !== last) {', '  last = slot;', ...first.map((line) => `  ${line}`), '}');
  }
  return [
    ...head,
    'for (let i = 0; i < length; i++) {',
    '  const slot = slots[i];',
    ...(hasRows ? ['  const row = rows[i];'] : []),
    ...body.map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]/g, ' ');
}
