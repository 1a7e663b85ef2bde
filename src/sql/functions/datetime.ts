import type { FunctionSpec } from '../function-spec.ts';
import { datetimeDateFunctions } from './datetime-dates.ts';
import { datetimeEpochFunctions } from './datetime-epoch.ts';
import { datetimeNowFunctions } from './datetime-now.ts';
import { datetimePartFunctions } from './datetime-parts.ts';
import { datetimeTextFunctions } from './datetime-text.ts';
import { intervalFunctions } from './interval.ts';

/** Functions of dates, timestamps and intervals. */
export const datetimeFunctions: readonly FunctionSpec[] = [
  ...datetimePartFunctions,
  ...datetimeDateFunctions,
  ...datetimeTextFunctions,
  ...datetimeEpochFunctions,
  ...datetimeNowFunctions,
  ...intervalFunctions,
];
