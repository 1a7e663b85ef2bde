import type { Cell } from '../batch.ts';
import type { DataType } from '../schema.ts';
import type { TypedExpr } from './typed.ts';

/**
 * One row of the table of functions (src/sql/functions): name, documentation, type rule and code of a scalar function or
 * operator. The resolver, the code generator and the generated reference page all read this table and nothing else.
 */
export interface FunctionSpec {
  /** Lower case; operators by their sign (`+`, `<=>`, `and`). */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly group:
    | 'operator'
    | 'conditional'
    | 'math'
    | 'string'
    | 'regexp'
    | 'datetime'
    | 'collection'
    | 'json'
    | 'hash'
    | 'conversion'
    | 'misc';
  /** One sentence for the reference page. */
  readonly usage: string;
  /** An expression and what it gives, for the reference page; runs as a test. */
  readonly example: readonly [sql: string, result: string];
  /**
   * The type rule: checks number and types of the arguments, inserts implicit casts (`castTo`), gives the result's type.
   * Throws `analysisError` where Spark refuses.
   */
  bind(args: readonly TypedExpr[], context: BindContext): Bound;
  /** How a row is computed, for arguments of exactly the bound types. */
  implement(argTypes: readonly DataType[], type: DataType, context: ImplementContext): Implementation;
}

export interface BindContext {
  /** The name as the user wrote it, for messages. */
  readonly name: string;
  readonly timeZone: string;
}

export interface Bound {
  readonly args: readonly TypedExpr[];
  readonly type: DataType;
  readonly nullable: boolean;
}

export interface ImplementContext {
  readonly timeZone: string;
  /** The constant arguments' values, by position; undefined where an argument is not a literal. For compiling patterns once. */
  readonly constants: readonly (Cell | undefined)[];
}

/**
 * `inline`: a JavaScript expression over the argument expressions, evaluated only when no argument is null (the result
 * is null otherwise). `helpers` are in scope under their names. `isNull`, a condition over the same, tells where the result is null though no
 * argument is; `code` is not evaluated there.
 * `call`: a function over cells (src/batch.ts `Cell`; Int64 canonical). With `nulls: 'propagate'` it is called only when no
 * argument is null; with `nulls: 'see'` it gets nulls. Either kind may give null when `mayBeNull`.
 * Lambda arguments arrive as functions over cells. `usesBatchTime` functions get the batch time in ms as an extra first argument.
 */
export type Implementation =
  | {
      readonly kind: 'inline';
      readonly code: (args: readonly string[]) => string;
      readonly isNull?: (args: readonly string[]) => string;
      readonly helpers?: Readonly<Record<string, unknown>>;
      readonly mayBeNull?: boolean;
    }
  | {
      readonly kind: 'call';
      readonly fn: (...args: never[]) => Cell;
      readonly nulls: 'propagate' | 'see';
      readonly mayBeNull?: boolean;
      readonly usesBatchTime?: boolean;
    };
