import { analysisError } from '../analysis-error.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { type CastFunction, tryCastCell } from '../values/cast.ts';

/** `TRY_CAST(x AS type)`: the resolver binds it, since its type is no argument. */
export const tryCast: FunctionSpec = {
  name: 'try_cast',
  group: 'conversion',
  usage: 'The value as another type by strict rules; null where it does not fit.',
  example: ["try_cast('1.5' as int)", 'NULL'],
  bind() {
    throw analysisError('WRONG_NUM_ARGS', 'try_cast is written TRY_CAST(expression AS type).');
  },
  implement([from], type, context) {
    const fn = from === undefined ? null : tryCastCell(from, type, context.timeZone);
    return { kind: 'call', fn: fn as CastFunction, nulls: 'propagate', mayBeNull: true };
  },
};
