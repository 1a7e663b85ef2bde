import type { FunctionSpec } from '../function-spec.ts';
import { datetimeDateFunctions } from './datetime-dates.ts';
import { datetimeEpochFunctions } from './datetime-epoch.ts';
import { datetimeNowFunctions } from './datetime-now.ts';
import { datetimePartFunctions } from './datetime-parts.ts';
import { datetimeTextFunctions } from './datetime-text.ts';

/** Functions of dates and timestamps. */
export const datetimeFunctions: readonly FunctionSpec[] = [
  ...datetimePartFunctions,
  ...datetimeDateFunctions,
  ...datetimeTextFunctions,
  ...datetimeEpochFunctions,
  ...datetimeNowFunctions,
];
