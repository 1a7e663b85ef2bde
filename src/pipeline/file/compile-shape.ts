import type { Options, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { jsonSchemaOf } from './schema.ts';
import type { Spec } from './spec.ts';

/** How a schema becomes a check. */
export const SHAPE_OPTIONS: Options = {
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
};

/**
 * The check of a file against its spec, to be kept: it takes 200 ms to make. In the command line, the build puts checks that
 * it made of all specs in the place of this function (scripts/compile-shapes.js).
 */
export function compileShape(spec: Spec): ValidateFunction {
  return new Ajv2020(SHAPE_OPTIONS).compile(jsonSchemaOf(spec, 'file'));
}
