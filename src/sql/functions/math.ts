import type { FunctionSpec } from '../function-spec.ts';
import { arithmeticFunctions } from './arithmetic.ts';
import { bitFunctions } from './bits.ts';
import { elementaryFunctions } from './elementary.ts';
import { roundingFunctions } from './rounding.ts';

export const mathFunctions: readonly FunctionSpec[] = [
  ...arithmeticFunctions,
  ...roundingFunctions,
  ...elementaryFunctions,
  ...bitFunctions,
];
