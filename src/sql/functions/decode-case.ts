import type { Cell } from '../../batch.ts';
import { type DataType, formatType } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, commonType } from '../coercion.ts';
import type { BindContext, Bound, Implementation } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { operatorFunctions } from './operators.ts';
import { compareBy } from './ordering.ts';

/**
 * `decode(value, search1, result1, search2, result2, ..., [default])`. Bound, the value stands before each search value,
 * cast to that pair's common type: value, search1, result1, value, search2, result2, ..., default.
 */
export const decodeCase = {
  bind(args: readonly TypedExpr[], context: BindContext): Bound {
    const value = args[0] as TypedExpr;
    const pairCount = Math.floor((args.length - 1) / 2);
    const rest = args.length % 2 === 0 ? args[args.length - 1] : undefined;
    const results = Array.from({ length: pairCount }, (_, i) => args[2 * i + 2] as TypedExpr);
    const type = resultType(context, rest === undefined ? results : [...results, rest]);
    const bound: TypedExpr[] = [];
    for (let i = 0; i < pairCount; i++) {
      const pair = equality().bind([value, args[2 * i + 1] as TypedExpr], context).args;
      bound.push(...pair, castTo(results[i] as TypedExpr, type));
    }
    if (rest !== undefined) bound.push(castTo(rest, type));
    return { args: bound, type, nullable: true };
  },

  implement(types: readonly DataType[], _type: DataType, _context: unknown): Implementation {
    const pairCount = Math.floor(types.length / 3);
    const compares = Array.from({ length: pairCount }, (_, i) => compareBy(types[3 * i] as DataType));
    const fn = (...cells: Cell[]): Cell => {
      for (let i = 0; i < pairCount; i++) {
        const value = cells[3 * i] as Cell;
        const search = cells[3 * i + 1] as Cell;
        const equal = value === null || search === null ? value === search : compares[i]?.(value, search) === 0;
        if (equal) return cells[3 * i + 2] as Cell;
      }
      return cells.length % 3 === 1 ? (cells[cells.length - 1] as Cell) : null;
    };
    return { kind: 'call', fn, nulls: 'see', mayBeNull: true };
  },
};

function equality(): (typeof operatorFunctions)[number] {
  const spec = operatorFunctions.find((row) => row.name === '<=>');
  if (spec === undefined) throw new Error('no operator <=>');
  return spec;
}

function resultType(context: BindContext, results: readonly TypedExpr[]): DataType {
  const types = results.map((result) => result.type);
  const type = commonType(types);
  if (type !== null) return type;
  throw analysisError(
    'DATATYPE_MISMATCH',
    `${context.name}: the results must be of one type, but they are ${types.map(formatType).join(', ')}. Cast them.`,
  );
}
