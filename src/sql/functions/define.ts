import type { Cell } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import type { FunctionSpec, ImplementContext } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount, type Expected, exactArgs, implicitArgs } from './bind.ts';

/** A function of fixed parameters whose result is null when an argument is: most of the table. */
export interface ScalarRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly usage: string;
  readonly example: readonly [sql: string, result: string];
  /** What each parameter takes. */
  readonly takes: readonly Expected[];
  /** What stands for the last parameters when they are left out. */
  readonly defaults?: readonly TypedExpr[];
  /** No implicit casts (Spark's `ExpectsInputTypes`). */
  readonly exact?: boolean;
  readonly returns: DataType | ((types: readonly DataType[]) => DataType);
  /** The result may be null though no argument is. */
  readonly mayBeNull?: boolean;
  /** The function over cells, or (`make`) a maker of it, or (`inline`) a JavaScript expression. */
  readonly run?: CellFunction;
  readonly make?: (types: readonly DataType[], type: DataType, context: ImplementContext) => CellFunction;
  readonly inline?: (args: readonly string[]) => string;
  readonly helpers?: Readonly<Record<string, unknown>>;
}

export type CellFunction = (...args: never[]) => Cell;

/** Makes a row of the table from the short form. */
export function scalar(group: FunctionSpec['group'], row: ScalarRow): FunctionSpec {
  const defaults = row.defaults ?? [];
  const mayBeNull = row.mayBeNull ?? false;
  return {
    name: row.name,
    aliases: row.aliases,
    group,
    usage: row.usage,
    example: row.example,
    bind(args, context) {
      checkCount(context, args, row.takes.length - defaults.length, row.takes.length);
      const missing = row.takes.length - args.length;
      const all = missing === 0 ? args : [...args, ...defaults.slice(defaults.length - missing)];
      const bound = row.exact ? exactArgs(context, all, row.takes) : implicitArgs(context, all, row.takes);
      const type = typeof row.returns === 'function' ? row.returns(bound.map((arg) => arg.type)) : row.returns;
      return boundTo(bound, type, mayBeNull);
    },
    implement(types, type, context) {
      if (row.inline !== undefined) return { kind: 'inline', code: row.inline, helpers: row.helpers, mayBeNull };
      const fn = row.make === undefined ? (row.run as CellFunction) : row.make(types, type, context);
      return { kind: 'call', fn, nulls: 'propagate', mayBeNull };
    },
  };
}
