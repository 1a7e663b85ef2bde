import type { FunctionSpec } from '../function-spec.ts';
import { arrayFunctions } from './array.ts';
import { arraySetFunctions } from './array-sets.ts';
import { higherOrderFunctions } from './higher-order.ts';
import { mapFunctions } from './map.ts';
import { sequenceFunctions } from './sequence.ts';

export const collectionFunctions: readonly FunctionSpec[] = [
  ...arrayFunctions,
  ...arraySetFunctions,
  ...mapFunctions,
  ...higherOrderFunctions,
  ...sequenceFunctions,
];
