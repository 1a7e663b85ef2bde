import type { AggregateCall } from './physical.ts';

/** Aggregates whose result does not depend on the order of the rows, but for the last bits of doubles. */
const ORDERLESS: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'stddev_samp',
  'stddev_pop',
  'var_samp',
  'var_pop',
  'bool_and',
  'bool_or',
  'approx_count_distinct',
]);

/** Whether rows may be summed up in parts, in any order that is fixed. */
export function areOrderless(aggregates: readonly AggregateCall[]): boolean {
  return aggregates.every(({ name }) => ORDERLESS.has(name));
}
