import type { Spec } from './spec.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema (draft 2020-12) of a file described by `spec`, for editors and for the checks here. */
export function jsonSchemaOf(spec: Spec, title: string): JsonSchema {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schemaOf(spec) };
}

function schemaOf(spec: Spec): JsonSchema {
  return { description: spec.doc, ...shapeOf(spec) };
}

function shapeOf(spec: Spec): JsonSchema {
  switch (spec.type) {
    case 'text':
      return spec.choices === undefined ? { type: 'string', minLength: 1 } : { enum: spec.choices };
    case 'integer':
      return { type: 'integer', minimum: spec.least };
    case 'number':
      return { type: 'number', minimum: spec.least, maximum: spec.most };
    case 'boolean':
      return { type: 'boolean' };
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] };
    case 'texts':
      return { type: ['string', 'array'], minLength: 1, minItems: 1, items: { type: 'string', minLength: 1 } };
    case 'list':
      return { type: 'array', items: schemaOf(spec.of) };
    case 'map':
      return { type: 'object', minProperties: 1, additionalProperties: schemaOf(spec.of) };
    case 'object':
      return objectSchema(spec);
    case 'any':
      return {};
  }
}

function objectSchema({ fields, oneOf, needs, open }: Extract<Spec, { type: 'object' }>): JsonSchema {
  const required = Object.keys(fields).filter((name) => fields[name]?.required);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOf(field)])),
    ...(open ? { additionalProperties: { type: ['string', 'number', 'boolean'] } } : { additionalProperties: false }),
    ...(required.length === 0 ? {} : { required }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map((name) => ({ required: [name] })) }),
    ...(needs === undefined ? {} : { dependentRequired: needs }),
  };
}
