import type { FunctionSpec } from '../function-spec.ts';
import { accessFunctions } from './access.ts';
import { arithmeticOperators } from './arithmetic-operators.ts';
import { comparisonOperators } from './comparison-operators.ts';
import { conditionalFunctions } from './conditional.ts';
import { tryCast } from './try-cast.ts';

/** Everything that has a syntax of its own, and choice between values. */
export const operatorFunctions: readonly FunctionSpec[] = [
  ...arithmeticOperators,
  ...comparisonOperators,
  ...conditionalFunctions,
  ...accessFunctions,
  tryCast,
];
