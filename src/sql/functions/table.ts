import type { FunctionSpec } from '../function-spec.ts';
import { collectionFunctions } from './collection.ts';
import { conversionFunctions } from './conversion.ts';
import { datetimeFunctions } from './datetime.ts';
import { hashFunctions } from './hash.ts';
import { jsonFunctions } from './json.ts';
import { mathFunctions } from './math.ts';
import { miscFunctions } from './misc.ts';
import { operatorFunctions } from './operators.ts';
import { regexpFunctions } from './regexp.ts';
import { stringFunctions } from './string.ts';

/** The table of functions: every scalar function and operator there is. */
export const FUNCTIONS: readonly FunctionSpec[] = [
  ...operatorFunctions,
  ...mathFunctions,
  ...stringFunctions,
  ...regexpFunctions,
  ...collectionFunctions,
  ...hashFunctions,
  ...datetimeFunctions,
  ...jsonFunctions,
  ...conversionFunctions,
  ...miscFunctions,
];

const byName = new Map<string, FunctionSpec>();
for (const spec of FUNCTIONS) {
  for (const name of [spec.name, ...(spec.aliases ?? [])]) byName.set(name, spec);
}

/** The function of a name or alias, case aside; undefined when there is none. */
export function lookupFunction(name: string): FunctionSpec | undefined {
  return byName.get(name.toLowerCase());
}

/** All names, aliases included, in order. */
export function functionNames(): readonly string[] {
  return [...byName.keys()].sort();
}
