import { resolve } from 'node:path';
import { configError } from '../errors.ts';
import { schemaFromJsonSchema } from '../formats/json-schema.ts';
import { nodeDisk } from '../fs/node-disk.ts';
import { readWhole } from '../fs/read-whole.ts';
import type { Schema } from '../schema.ts';

/** A JSON Schema file as a reader takes it. */
export interface JsonSchemaFile {
  /** Columns and types; `required` fields must be present. */
  readonly schema: Schema;
  /** For `options(...)` of a json reader: has the records checked by the schema, where it says more than types. */
  readonly options: { readonly jsonSchema?: unknown };
}

/** Keywords that the schema's types, names and nullability carry already. */
const CARRIED = new Set([
  '$schema',
  '$id',
  'title',
  'description',
  'examples',
  'type',
  'format',
  'properties',
  'required',
  'items',
]);

/** Reads a JSON Schema (the type of click events, for one). Errors: JSON_SCHEMA with the place, SCHEMA_FILE. */
export function readJsonSchema(path: string): JsonSchemaFile {
  const full = resolve(path);
  let document: Record<string, unknown>;
  try {
    document = JSON.parse(new TextDecoder().decode(readWhole(nodeDisk, full)));
  } catch (error) {
    throw configError('SCHEMA_FILE', `${full} cannot be read as a JSON Schema: ${(error as Error).message}`, error);
  }
  const schema = schemaFromJsonSchema(document);
  return { schema, options: hasConstraints(document) ? { jsonSchema: document } : {} };
}

function hasConstraints(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { properties, items } = schema as { properties?: Record<string, unknown>; items?: unknown };
  return (
    Object.keys(schema).some((keyword) => !CARRIED.has(keyword)) ||
    Object.values(properties ?? {}).some(hasConstraints) ||
    hasConstraints(items)
  );
}
