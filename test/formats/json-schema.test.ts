import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { schemaFromJsonSchema } from '../../src/formats/json-schema.ts';
import { array, BOOLEAN, DATE, DOUBLE, field, LONG, STRING, struct, TIMESTAMP } from '../../src/schema.ts';

test('the shipped click event', () => {
  const text = readFileSync(new URL('../../schemas/click-event.schema.json', import.meta.url), 'utf8');
  expect(schemaFromJsonSchema(JSON.parse(text))).toEqual(
    struct([
      field('Analytics', struct([field('Clicks', LONG, false), field('Impressions', LONG, false)]), false),
      field('Sales', struct([field('Quantity', LONG, false), field('Total_Price', DOUBLE, false)]), false),
      field('Datetime', TIMESTAMP, false),
    ]),
  );
});

test('every type', () => {
  const properties = {
    b: { type: 'boolean' },
    i: { type: ['integer', 'null'] },
    n: { type: 'number' },
    s: { type: 'string', format: 'email' },
    d: { type: 'string', format: 'date' },
    a: { type: 'array', items: { type: 'object', properties: { x: { type: 'string' } } } },
  };
  expect(schemaFromJsonSchema({ type: 'object', properties, required: ['b', 'i'] })).toEqual(
    struct([
      field('b', BOOLEAN, false),
      field('i', LONG, true),
      field('n', DOUBLE),
      field('s', STRING),
      field('d', DATE),
      field('a', array(struct([field('x', STRING)]))),
    ]),
  );
});

describe('what is refused, with the place', () => {
  test.each([
    [{ type: 'array', items: { type: 'string' } }, 'the root describes no object'],
    [{ type: 'object' }, 'the root is an object without properties'],
    [{ type: 'object', properties: { a: {} } }, '/properties/a has no type'],
    [{ type: 'object', properties: { a: true } }, '/properties/a is true, not a schema object'],
    [
      { type: 'object', properties: { a: { type: ['string', 'integer'] } } },
      '/properties/a has type ["string","integer"]',
    ],
    [{ type: 'object', properties: { a: { $ref: '#/x' } } }, '/properties/a uses $ref'],
    [{ type: 'object', properties: { a: { type: 'array' } } }, '/properties/a/items is undefined'],
  ])('%j', (schema, message) => {
    expect(() => schemaFromJsonSchema(schema)).toThrow(message);
  });
});
