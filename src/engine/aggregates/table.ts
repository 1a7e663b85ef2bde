import type { Cell, Int64 } from '../../batch.ts';
import { canonicalInt64 } from '../../batch.ts';
import { configError, dataError } from '../../errors.ts';
import type { AggregateCall } from '../../plan/physical.ts';
import type { DataType } from '../../schema.ts';
import { array, BINARY, BOOLEAN, DOUBLE, decimal, field, LONG } from '../../schema.ts';
import { compareBy } from '../../sql/functions/ordering.ts';
import { cellKey } from '../cell-key.ts';
import type { Accumulator } from './accumulator.ts';
import type { CellAggregate } from './cells.ts';
import { CellAccumulator } from './cells.ts';
import { addToSketch, emptySketch, estimate, mergeSketch } from './distinct-sketch.ts';
import { LongSumAccumulator } from './long-sum.ts';
import { Int64MinMaxAccumulator, MinMaxAccumulator } from './min-max.ts';
import { MomentsAccumulator } from './moments.ts';
import { CountAccumulator, DoubleAverageAccumulator, DoubleSumAccumulator } from './sums.ts';

/** How many values a collected set, list or median keeps per group before the query is stopped. */
export const MAX_COLLECTED = 100_000;

/** A fresh accumulator for a planned aggregate call. */
export function createAccumulator(call: AggregateCall): Accumulator {
  const argType = call.argTypes[0] ?? LONG;
  switch (call.name) {
    case 'count':
      return new CountAccumulator();
    case 'sum':
      return sum(call.type);
    case 'avg':
      return call.type.kind === 'decimal' ? decimalAverage(argType, call.type) : new DoubleAverageAccumulator();
    case 'min':
    case 'max':
      return extreme(argType, call.name === 'max');
    case 'first':
    case 'any_value':
      return new CellAccumulator(firstLast(argType, true, call.parameters[1] === true));
    case 'last':
      return new CellAccumulator(firstLast(argType, false, call.parameters[1] === true));
    case 'stddev_samp':
      return new MomentsAccumulator((n, m2) => (n < 2 ? null : Math.sqrt(m2 / (n - 1))));
    case 'stddev_pop':
      return new MomentsAccumulator((n, m2) => (n < 1 ? null : Math.sqrt(m2 / n)));
    case 'var_samp':
      return new MomentsAccumulator((n, m2) => (n < 2 ? null : m2 / (n - 1)));
    case 'var_pop':
      return new MomentsAccumulator((n, m2) => (n < 1 ? null : m2 / n));
    case 'collect_list':
      return new CellAccumulator(collected(argType, false));
    case 'collect_set':
      return new CellAccumulator(collected(argType, true));
    case 'median':
      return new CellAccumulator(percentile(0.5));
    case 'percentile':
      return new CellAccumulator(percentile(Number(call.parameters[1] ?? 0.5)));
    case 'approx_count_distinct':
      return new CellAccumulator(distinctSketch(Number(call.parameters[1] ?? 0.05)));
    case 'bool_and':
      return extreme(BOOLEAN, false);
    case 'bool_or':
      return extreme(BOOLEAN, true);
    default:
      throw configError(
        'UNSUPPORTED_OPERATION',
        `The aggregate ${call.name} is known but cannot run on a stream here. Use sum, avg, min, max, count, first, last, stddev, variance, median, collect_set or approx_count_distinct.`,
      );
  }
}

function sum(type: DataType): Accumulator {
  if (type.kind === 'double') return new DoubleSumAccumulator();
  if (type.kind === 'decimal') return new CellAccumulator(decimalSum(type));
  return new LongSumAccumulator(type);
}

function extreme(type: DataType, wantMax: boolean): Accumulator {
  switch (type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'int':
    case 'date':
    case 'yearMonthInterval':
    case 'float':
    case 'double':
      return new MinMaxAccumulator(type, wantMax);
    case 'long':
    case 'timestamp':
    case 'dayTimeInterval':
      return new Int64MinMaxAccumulator(type, wantMax);
    default:
      return new CellAccumulator(cellExtreme(type, wantMax));
  }
}

function cellExtreme(type: DataType, wantMax: boolean): CellAggregate<Cell> {
  const compare = compareBy(type);
  const better = (a: Cell, b: Cell): Cell => {
    if (a === null) return b;
    if (b === null) return a;
    const order = compare(a, b);
    return (wantMax ? order >= 0 : order <= 0) ? a : b;
  };
  return {
    empty: () => null,
    add: (state, [value]) => better(state, value ?? null),
    merge: better,
    result: (state) => state,
    type,
    stateFields: [field('value', type)],
    save: (state) => [state],
    load: ([value]) => value ?? null,
  };
}

interface FirstLast {
  readonly seen: boolean;
  readonly value: Cell;
}

function firstLast(type: DataType, wantFirst: boolean, ignoreNulls: boolean): CellAggregate<FirstLast> {
  const take = (state: FirstLast, next: FirstLast): FirstLast => {
    if (!next.seen) return state;
    return wantFirst && state.seen ? state : next;
  };
  return {
    empty: () => ({ seen: false, value: null }),
    add: (state, [value]) => take(state, { seen: !(ignoreNulls && value === null), value: value ?? null }),
    merge: take,
    result: (state) => state.value,
    type,
    stateFields: [field('seen', BOOLEAN, false), field('value', type)],
    save: (state) => [state.seen, state.value],
    load: ([seen, value]) => ({ seen: seen === true, value: value ?? null }),
  };
}

interface DecimalSum {
  readonly sum: bigint;
  readonly count: number;
}

const decimalState = (type: DataType) => [field('sum', type, false), field('count', LONG, false)];

function addDecimal(state: DecimalSum, value: Cell): DecimalSum {
  return value === null ? state : { sum: state.sum + (value as bigint), count: state.count + 1 };
}

/** sum of decimals: null when no value came or when it does not fit the result's precision (Spark: Sum.scala). */
function decimalSum(type: Extract<DataType, { kind: 'decimal' }>): CellAggregate<DecimalSum> {
  const limit = 10n ** BigInt(type.precision);
  return {
    empty: () => ({ sum: 0n, count: 0 }),
    add: (state, [value]) => addDecimal(state, value ?? null),
    merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
    result: ({ sum, count }) => (count === 0 || sum >= limit || sum <= -limit ? null : sum),
    type,
    stateFields: decimalState(decimal(38, type.scale)),
    save: (state) => [state.sum, state.count],
    load: ([total, count]) => ({ sum: BigInt(total as bigint), count: Number(count) }),
  };
}

function decimalAverage(argType: DataType, type: Extract<DataType, { kind: 'decimal' }>): Accumulator {
  const argScale = argType.kind === 'decimal' ? argType.scale : 0;
  const factor = 10n ** BigInt(type.scale - argScale);
  return new CellAccumulator<DecimalSum>({
    ...decimalSum({ kind: 'decimal', precision: 38, scale: argScale }),
    result: ({ sum, count }) => (count === 0 ? null : divideHalfUp(sum * factor, BigInt(count))),
    type,
  });
}

function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const twice = rest < 0n ? -rest * 2n : rest * 2n;
  if (twice < divisor) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

function collected(type: DataType, unique: boolean): CellAggregate<Map<string | number, Cell>> {
  const put = (state: Map<string | number, Cell>, value: Cell) => {
    if (value === null) return state;
    const key = unique ? cellKey(value) : state.size;
    if (!state.has(key)) state.set(key, value);
    return limited(state);
  };
  return {
    empty: () => new Map(),
    add: (state, [value]) => put(state, value ?? null),
    merge: (state, partial) => {
      for (const value of partial.values()) put(state, value);
      return state;
    },
    result: (state) => [...state.values()],
    type: array(type),
    stateFields: [field('values', array(type), false)],
    save: (state) => [[...state.values()]],
    load: ([values]) => {
      const state = new Map<string | number, Cell>();
      for (const value of values as readonly Cell[]) put(state, value);
      return state;
    },
  };
}

function limited<S extends { readonly size: number }>(state: S): S {
  if (state.size > MAX_COLLECTED) {
    throw dataError(
      'COLLECTED_TOO_MANY',
      `A group collected more than ${MAX_COLLECTED} values. Use approx_count_distinct, or group by a narrower window or key.`,
    );
  }
  return state;
}

/** Exact percentile by linear interpolation between the two nearest values (Spark: Percentile.scala). */
function percentile(fraction: number): CellAggregate<number[]> {
  return {
    empty: () => [],
    add: (state, [value]) => {
      if (value !== null && value !== undefined) state.push(Number(value as Int64));
      limited({ size: state.length });
      return state;
    },
    merge: (state, partial) => {
      for (const value of partial) state.push(value);
      limited({ size: state.length });
      return state;
    },
    result: (state) => {
      if (state.length === 0) return null;
      const sorted = Float64Array.from(state).sort();
      const position = (sorted.length - 1) * fraction;
      const low = Math.floor(position);
      const high = Math.ceil(position);
      const a = sorted[low] as number;
      const b = sorted[high] as number;
      return low === high || a === b ? a : (high - position) * a + (position - low) * b;
    },
    type: DOUBLE,
    stateFields: [field('values', array(DOUBLE), false)],
    save: (state) => [state],
    load: ([values]) => [...(values as readonly number[])],
  };
}

function distinctSketch(relativeSd: number): CellAggregate<Uint8Array> {
  return {
    empty: () => emptySketch(relativeSd),
    add: (state, [value]) => (value === null ? state : addToSketch(state, cellKey(value as Cell))),
    merge: mergeSketch,
    result: (state) => canonicalInt64(estimate(state)),
    type: LONG,
    stateFields: [field('registers', BINARY, false)],
    save: (state) => [state.slice()],
    load: ([registers]) => (registers as Uint8Array).slice(),
  };
}
