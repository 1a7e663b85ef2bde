import { type Batch, type Cell, cellAt, takeVector, type Vector } from '../batch.ts';
import { struct } from '../schema.ts';
import type { EvalContext, TypedExpr } from '../sql/typed.ts';
import { childrenOf } from '../sql/typed-tree.ts';
import type { InputShape } from './emitter.ts';
import { foldConstants } from './fold.ts';
import { formOf, type InputPath, inputData, inputPath, usualForm, vectorAt } from './input-form.ts';
import { filterKernel, type Kernel, type KernelOptions, projectionKernel } from './kernel.ts';

/** Settings that decide what an expression means. */
export interface CompileOptions {
  /** Session time zone, an IANA name or an offset. */
  readonly timeZone: string;
}

/** Computes vectors of a batch, one per expression: of all its rows, or of chosen ones. */
export type Projection = (batch: Batch, context: EvalContext, rows?: Int32Array | null) => Vector[];

/** The rows of a batch where a condition is true, in order. */
export type Filter = (batch: Batch, context: EvalContext) => Int32Array;

type VectorFunction = Specialised<Vector>;
type Specialised<R> = (batch: Batch, context: EvalContext, rows: Int32Array | null) => R;
type KernelMaker<R> = (expr: TypedExpr, options: KernelOptions) => Kernel<R>;

const NO_CONTEXT: EvalContext = { batchTimeMs: 0 };
const ONE_ROW: Batch = { schema: struct([]), length: 1, vectors: [] };

/**
 * Turns expressions into generated loops over vectors. A column or a struct's field is handed through as it is; a struct of
 * expressions becomes a struct of vectors. Loops are made for the forms in which vectors come, once per form.
 */
export function compileProjection(exprs: readonly TypedExpr[], options: CompileOptions): Projection {
  const functions = exprs.map((expr) => compileVector(fold(expr, options), options));
  return (batch, context, rows = null) => functions.map((run) => run(batch, context, rows));
}

/** Turns a condition into a generated loop that gives the rows where it is true; false and null rows fall away. */
export function compileFilter(expr: TypedExpr, options: CompileOptions): Filter {
  const run = specialise(fold(expr, options), options, filterKernel);
  return (batch, context) => run(batch, context, null);
}

/** The value of an expression that reads no column. */
export function evaluateConstant(expr: TypedExpr, options: CompileOptions, context: EvalContext = NO_CONTEXT): Cell {
  const run = specialise(expr, options, projectionKernel);
  return cellAt(run(ONE_ROW, context, null), 0);
}

/** The JavaScript that the expressions become, for vectors of the usual forms. */
export function explainProjection(exprs: readonly TypedExpr[], options: CompileOptions): string {
  return exprs.map((expr) => explainVector(fold(expr, options), options)).join('\n\n');
}

/** The JavaScript that a condition becomes, for vectors of the usual forms. */
export function explainFilter(expr: TypedExpr, options: CompileOptions): string {
  return filterKernel(fold(expr, options), usualOptions(expr, options)).source;
}

function fold(expr: TypedExpr, options: CompileOptions): TypedExpr {
  return foldConstants(expr, (constant) => evaluateConstant(constant, options));
}

function compileVector(expr: TypedExpr, options: CompileOptions): VectorFunction {
  const path = inputPath(expr);
  if (path !== null) {
    return (batch, _context, rows) => {
      const vector = vectorAt(batch, path);
      return rows === null ? vector : takeVector(vector, rows);
    };
  }
  if (expr.kind === 'call' && expr.name === 'named_struct') {
    const values = expr.args.filter((_, i) => i % 2 === 1);
    const children = values.map((value) => compileVector(value, options));
    return (batch, context, rows) => ({
      kind: 'struct',
      type: expr.type,
      length: rows === null ? batch.length : rows.length,
      validity: null,
      children: children.map((run) => run(batch, context, rows)),
    });
  }
  return specialise(expr, options, projectionKernel);
}

/** Makes a kernel for each combination of input forms that turns up, and keeps it. */
function specialise<R>(expr: TypedExpr, options: CompileOptions, make: KernelMaker<R>): Specialised<R> {
  const kernels = new Map<string, Kernel<R>>();
  const paths = pathsOf(expr);
  return (batch, context, rows) => {
    const picks = rows !== null;
    const signature = paths.map((path) => signatureOf(vectorAt(batch, path))).join(' ') + (picks ? ' picked' : '');
    let kernel = kernels.get(signature);
    if (kernel === undefined) {
      kernel = make(expr, { ...options, picks, shapeOf: (path) => shapeOf(vectorAt(batch, path)) });
      kernels.set(signature, kernel);
    }
    const inputs = kernel.reads.map(({ path, as }) => inputData(vectorAt(batch, path), as));
    return kernel.run(inputs, rows === null ? batch.length : rows.length, context, rows);
  };
}

function shapeOf(vector: Vector): InputShape {
  return { form: formOf(vector), hasNulls: vector.validity !== null };
}

function signatureOf(vector: Vector): string {
  return `${formOf(vector)}${vector.validity === null ? '' : '?'}`;
}

function pathsOf(expr: TypedExpr): InputPath[] {
  return inputsOf(expr).map((input) => inputPath(input) as InputPath);
}

/** Every column, or field of a struct column, that an expression reads. */
function inputsOf(expr: TypedExpr): TypedExpr[] {
  return inputPath(expr) === null ? childrenOf(expr).flatMap(inputsOf) : [expr];
}

function explainVector(expr: TypedExpr, options: CompileOptions): string {
  if (inputPath(expr) !== null) return '// the input vector as it is';
  return projectionKernel(expr, usualOptions(expr, options)).source;
}

function usualOptions(expr: TypedExpr, options: CompileOptions): KernelOptions {
  const nullable = new Set(inputsOf(expr).flatMap((input) => (input.nullable ? [String(inputPath(input))] : [])));
  return {
    ...options,
    picks: false,
    shapeOf: (path, type) => ({ form: usualForm(type), hasNulls: nullable.has(String(path)) }),
  };
}
