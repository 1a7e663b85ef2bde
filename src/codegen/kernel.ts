import { type BytesVector, type Cell, type FixedValues, type Int64, type Vector, vectorOf } from '../batch.ts';
import type { DataType } from '../schema.ts';
import type { EvalContext, TypedExpr } from '../sql/typed.ts';
import { Block, type Code, orNull } from './block.ts';
import { Emitter, type EmitterOptions } from './emitter.ts';
import type { InputData, InputRead } from './input-form.ts';
import { writeText } from './text-code.ts';
import { TextSink } from './text-sink.ts';

/** A generated function over the inputs that it reads. */
export interface Kernel<R> {
  readonly reads: readonly InputRead[];
  /** The generated JavaScript, for people to read. */
  readonly source: string;
  /** Over all of `length` rows, or, when it was made for that, over `rows`. */
  run(inputs: readonly InputData[], length: number, context: EvalContext, rows: Int32Array | null): R;
}

export interface KernelOptions extends EmitterOptions {
  /** The loop goes over chosen rows. */
  readonly picks: boolean;
}

type GeneratedFunction = (
  inputs: readonly InputData[],
  length: number,
  rows: Int32Array | null,
  batchTimeMs: number,
  helpers: Readonly<Record<string, unknown>>,
) => unknown;

interface Output {
  readonly values: FixedValues | readonly Cell[];
  readonly validity: Uint8Array | null;
}

const TYPED_ARRAYS: Readonly<Partial<Record<DataType['kind'], string>>> = {
  boolean: 'Uint8Array',
  byte: 'Int8Array',
  short: 'Int16Array',
  int: 'Int32Array',
  date: 'Int32Array',
  yearMonthInterval: 'Int32Array',
  float: 'Float32Array',
  double: 'Float64Array',
  long: 'Float64Array',
  timestamp: 'Float64Array',
  dayTimeInterval: 'Float64Array',
};
const INT64_KINDS: readonly DataType['kind'][] = ['long', 'timestamp', 'dayTimeInterval'];

/** A loop that computes one vector. */
export function projectionKernel(expr: TypedExpr, options: KernelOptions): Kernel<Vector> {
  return expr.type.kind === 'string' ? textKernel(expr, options) : valueKernel(expr, options);
}

function valueKernel(expr: TypedExpr, options: KernelOptions): Kernel<Vector> {
  const emitter = new Emitter(options);
  const loop = new Block('i');
  const code = emitter.emit(expr, loop);
  const before: string[] = [];
  const after = storeOutput(expr.type, code, before, loop, options.picks ? 'k' : 'i');
  const { generated, source } = generate(emitter, loop, before, after, options.picks);
  return {
    source,
    reads: emitter.inputs,
    run(inputs, length, context, rows) {
      const output = generated(inputs, length, rows, context.batchTimeMs) as Output;
      return vectorOfOutput(expr.type, length, output);
    },
  };
}

/** A loop that computes strings, as bytes. */
function textKernel(expr: TypedExpr, options: KernelOptions): Kernel<Vector> {
  const emitter = new Emitter(options);
  emitter.helper('sink', new TextSink());
  const loop = new Block('i');
  const isNull = writeText(emitter, expr, loop);
  const row = options.picks ? 'k' : 'i';
  const before = ['const ends = new Int32Array(length + 1);'];
  loop.add(`ends[${row} + 1] = sink.length;`);
  let validity = 'null';
  if (isNull !== 'false') {
    before.push('const validity = new Uint8Array(length);', 'let nulls = 0;');
    loop.add(`if (${isNull}) nulls++;`, `else validity[${row}] = 1;`);
    validity = 'nulls === 0 ? null : validity';
  }
  const after = `return { validity: ${validity}, offsets: ends, bytes: sink.take() };`;
  const { generated, source } = generate(emitter, loop, before, after, options.picks);
  return {
    source,
    reads: emitter.inputs,
    run(inputs, length, context, rows) {
      const output = generated(inputs, length, rows, context.batchTimeMs);
      return {
        kind: 'bytes',
        type: expr.type,
        length,
        ...(output as Pick<BytesVector, 'validity' | 'offsets' | 'bytes'>),
      };
    },
  };
}

/** A loop that keeps the numbers of the rows where the condition is true (neither false nor null). */
export function filterKernel(expr: TypedExpr, options: EmitterOptions): Kernel<Int32Array> {
  const emitter = new Emitter(options);
  const loop = new Block('i');
  const { value, isNull } = emitter.emit(expr, loop);
  const condition = isNull === 'false' ? value : isNull === 'true' ? 'false' : `!${isNull} && ${value}`;
  loop.add(`if (${condition}) kept[count++] = i;`);
  const before = ['const kept = new Int32Array(length);', 'let count = 0;'];
  const { generated, source } = generate(emitter, loop, before, 'return kept.subarray(0, count);', false);
  return {
    source,
    reads: emitter.inputs,
    run: (inputs, length, context) => generated(inputs, length, null, context.batchTimeMs) as Int32Array,
  };
}

/** Adds the lines that keep a row's result; returns the function's last line. */
function storeOutput(type: DataType, code: Code, before: string[], loop: Block, row: string): string {
  const array = TYPED_ARRAYS[type.kind];
  if (array === undefined) {
    before.push('const values = new Array(length);');
    loop.add(`values[${row}] = ${orNull(code)};`);
    return 'return { values, validity: null };';
  }
  before.push(`const values = new ${array}(length);`);
  const isInt64 = INT64_KINDS.includes(type.kind);
  if (isInt64) before.push('let wide = null;');
  const store = new Block('i');
  storeValue(type, code.value, isInt64, store, row);
  const values = isInt64 ? 'values: wide ?? values' : 'values';
  if (code.isNull === 'false') {
    loop.add(...store.lines);
    return `return { ${values}, validity: null };`;
  }
  before.push('const validity = new Uint8Array(length);', 'let nulls = 0;');
  if (code.isNull === 'true') {
    loop.add('nulls++;');
  } else {
    store.add(`validity[${row}] = 1;`);
    loop.add(`if (${code.isNull}) nulls++;`);
    loop.addNested('else', store);
  }
  return `return { ${values}, validity: nulls === 0 ? null : validity };`;
}

function storeValue(type: DataType, value: string, isInt64: boolean, store: Block, row: string): void {
  if (type.kind === 'boolean') {
    store.add(`values[${row}] = ${value} ? 1 : 0;`);
    return;
  }
  if (!isInt64) {
    store.add(`values[${row}] = ${value};`);
    return;
  }
  store.add(
    `const result = ${value};`,
    `if (wide === null && typeof result === 'number') values[${row}] = result;`,
    `else wide = storeWide(wide, values, ${row}, result);`,
  );
}

/** The first value that no double holds moves the whole vector to 64-bit integers. */
function storeWide(wide: BigInt64Array | null, values: Float64Array, row: number, value: Int64): BigInt64Array {
  const target = wide ?? BigInt64Array.from(values, (known) => BigInt(known));
  target[row] = BigInt(value);
  return target;
}

function generate(emitter: Emitter, loop: Block, before: readonly string[], after: string, picks: boolean) {
  const helpers: Record<string, unknown> = Object.fromEntries(emitter.helpers);
  if (before.includes('let wide = null;')) helpers.storeWide = storeWide;
  const lines: string[] = [];
  const names = Object.keys(helpers);
  if (names.length > 0) lines.push(`const { ${names.join(', ')} } = helpers;`);
  emitter.inputs.forEach(({ name, as, shape }, n) => {
    lines.push(`const in${n} = inputs[${n}].values; // ${name.replace(/[\r\n\u2028\u2029]/g, ' ')}`);
    if (as === 'bytes') lines.push(`const offsets${n} = inputs[${n}].offsets;`);
    if (shape.hasNulls) lines.push(`const set${n} = inputs[${n}].validity;`);
  });
  const hasLambdas = emitter.functions.length > 0;
  if (hasLambdas) lines.push('let row = 0;', ...emitter.functions);
  lines.push(...before);
  if (picks) lines.push('for (let k = 0; k < length; k++) {', '  const i = rows[k];');
  else lines.push('for (let i = 0; i < length; i++) {');
  if (hasLambdas) lines.push('  row = i;');
  lines.push(...loop.lines.map((line) => `  ${line}`), '}', after);
  const source = lines.join('\n');
  const compiled = new Function('inputs', 'length', 'rows', 'batchTimeMs', 'helpers', source) as GeneratedFunction;
  const generated = (
    inputs: readonly InputData[],
    length: number,
    rows: Int32Array | null,
    batchTimeMs: number,
  ): unknown => compiled(inputs, length, rows, batchTimeMs, helpers);
  return { generated, source };
}

function vectorOfOutput(type: DataType, length: number, { values, validity }: Output): Vector {
  if (!Array.isArray(values)) return { kind: 'fixed', type, length, validity, values: values as FixedValues };
  return vectorOf(type, values as readonly Cell[]);
}
