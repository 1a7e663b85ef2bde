import { lookupFunction } from './functions/table.ts';
import type { TypedExpr } from './typed.ts';
import { childrenOf } from './typed-tree.ts';

/** Functions that give something else each time they are called, or must be called for what they do. */
const NOT_DETERMINISTIC: ReadonlySet<string> = new Set([
  'rand',
  'random',
  'randn',
  'uuid',
  'shuffle',
  'raise_error',
  'assert_true',
  'input_file_name',
  'monotonically_increasing_id',
  'spark_partition_id',
]);

type Call = Extract<TypedExpr, { kind: 'call' }>;

/** Whether this call gives the same for the same arguments, and does nothing else. The batch's time is not an argument. */
export function isDeterministicCall(call: Call): boolean {
  return !NOT_DETERMINISTIC.has(call.name) && !isBatchTimeCall(call);
}

/** Whether the same row always gives the same (Spark: Expression.deterministic; CurrentBatchTimestamp is not). */
export function isDeterministic(expr: TypedExpr): boolean {
  return (expr.kind !== 'call' || isDeterministicCall(expr)) && childrenOf(expr).every(isDeterministic);
}

/** Whether the expression depends on the batch's time: current_timestamp and its kin. */
export function readsBatchTime(expr: TypedExpr): boolean {
  return (expr.kind === 'call' && isBatchTimeCall(expr)) || childrenOf(expr).some(readsBatchTime);
}

function isBatchTimeCall(call: Call): boolean {
  const argTypes = call.args.map((arg) => arg.type);
  const constants = call.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  try {
    const implementation = lookupFunction(call.name)?.implement(argTypes, call.type, { timeZone: 'UTC', constants });
    return implementation?.kind === 'call' && implementation.usesBatchTime === true;
  } catch {
    return false; // a constant argument that does not fit fails where the function is compiled
  }
}
