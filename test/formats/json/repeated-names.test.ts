import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DecodeRequest, Decoder } from '../../../src/format.ts';
import { jsonDecoder, plainJsonDecoder } from '../../../src/formats/json/decode.ts';
import { openProjection } from '../../../src/formats/json/projection.ts';
import { field, LONG, type Schema, struct } from '../../../src/schema.ts';
import { parseSchema } from '../../../src/sql/parser.ts';
import { decoded, rowTexts } from '../../fuzz/compare.ts';
import { leaves } from '../../fuzz/projection.ts';

/** An object as it is written: names, as their JSON, and values; a number stands for itself. */
type Written = readonly (readonly [name: string, value: Written | number])[];

const SCHEMA = struct([field('a', LONG), field('s', struct([field('a', LONG), field('Bc', LONG)])), field('z', LONG)]);

const scalar = fc.integer({ min: 0, max: 99 });
const inner = fc.array(fc.tuple(fc.constantFrom('"a"', '"A"', '"\\u0061"', '"Bc"', '"bc"', '"BC"', '"y"'), scalar), {
  maxLength: 4,
});
const outer = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('"a"', '"A"', '"\\u0061"', '"x"', '"X"', '"z"'), scalar),
    fc.tuple(fc.constantFrom('"s"', '"S"', '"x"'), inner),
  ),
  { maxLength: 5 },
);
/** A few ways to write a record, many times: the fast reader knows them soon. */
const input = fc.record({
  records: fc
    .array(outer, { minLength: 1, maxLength: 4 })
    .chain((ways) => fc.array(fc.constantFrom(...ways), { minLength: 1, maxLength: 30 })),
  isArray: fc.boolean(),
  cut: fc.nat(400),
});

function textOf(value: Written | number): string {
  if (typeof value === 'number') return String(value);
  return `{${value.map(([name, inside]) => `${name}:${textOf(inside)}`).join(',')}}`;
}

/** What the rule says, read off what was written: the row, and whether a value was lost to another of the same field. */
function byTheRule(schema: Schema, written: Written): { readonly row: unknown[]; readonly isRepeated: boolean } {
  const named = written.map(([name, value]) => [JSON.parse(name) as string, value] as const);
  const own = new Set(schema.fields.map(({ name }) => name));
  let isRepeated = false;
  const row = schema.fields.map(({ name, type }) => {
    const exact = named.filter(([other]) => other === name);
    const spelt = named.filter(([other]) => !own.has(other) && other.toLowerCase() === name.toLowerCase());
    const values = exact.length > 0 ? exact : spelt;
    isRepeated ||= values.length > 1;
    const value = values.at(-1)?.[1];
    if (value === undefined || type.kind !== 'struct') return value ?? null;
    const inside = byTheRule(type, value as Written);
    isRepeated ||= inside.isRepeated;
    return inside.row;
  });
  return { row, isRepeated };
}

test.each(['reject', 'permissive'])('each row with a lost value is counted, however it is read: mode %s', (mode) => {
  const ways: ((request: DecodeRequest) => Decoder<unknown>)[] = [plainJsonDecoder, jsonDecoder, jsonDecoder];
  const columns = leaves(SCHEMA);
  for (const format of ['csv', 'json'] as const) {
    const output = { format, options: {} };
    ways.push((request) => openProjection({ ...request, columns, output, write: () => {} }) as Decoder<number>);
  }
  fc.assert(
    fc.property(input, ({ records, isArray, cut }) => {
      const inArray = isArray && mode === 'reject';
      const lines = records.map(textOf).join(inArray ? ',\n' : '\n');
      const bytes = new TextEncoder().encode(inArray ? `[${lines}]` : lines);
      const expected = records.map((record) => byTheRule(SCHEMA, record));
      const repeated = expected.flatMap(({ isRepeated }, i) => (isRepeated ? [i + 1] : []));
      const given = { schema: SCHEMA, options: { mode }, bytes, cuts: [Math.min(cut, bytes.length)] };
      for (const way of ways) {
        const found = decoded(way, given);
        expect(found.error).toBeNull();
        expect(found.rejects).toEqual([]);
        expect(found.repeatedNames.map(({ line }) => line)).toEqual(repeated);
      }
      const rows = rowTexts(decoded(jsonDecoder, given).batches);
      expect(rows).toEqual(expected.map(({ row }) => row.map(cellText).join(' | ')));
    }),
  );
});

function cellText(cell: unknown): string {
  return Array.isArray(cell) ? `[${cell.map(cellText).join(', ')}]` : String(cell);
}

const SAMPLES: readonly (readonly [what: string, schema: string, record: string, field: string | null])[] = [
  ['a name twice', 'a INT', '{"a":1,"a":2}', 'a'],
  ['a name twice with the same value', 'a INT', '{"a":1,"a":1}', 'a'],
  ['a name twice, once in escapes', 'a INT', '{"a":1,"\\u0061":2}', 'a'],
  ['a name in two spellings, neither the field’s own', 'ab INT', '{"Ab":1,"aB":2}', 'ab'],
  ['the field’s own spelling beside others', 'ab INT', '{"Ab":1,"aB":2,"ab":3}', null],
  ['a name that no field has', 'a INT', '{"a":1,"b":2,"b":3}', null],
  ['a name twice inside a value that no field takes', 'a INT', '{"a":1,"b":{"a":2,"a":3}}', null],
  ['the same name in two objects', 'a INT, s STRUCT<a: INT>', '{"a":1,"s":{"a":2}}', null],
  ['a name twice in a struct', 'r STRUCT<s: STRUCT<a: INT>>', '{"r":{"s":{"a":1,"a":2}}}', 'r.s.a'],
  ['a name twice in a struct of which a later one counts', 's STRUCT<a: INT>', '{"s":{"a":1,"a":2},"s":{"a":3}}', 's'],
  ['a name twice in a struct in an array', 'l ARRAY<STRUCT<a: INT>>', '{"l":[{"a":0},{"a":1,"a":2}]}', 'l[].a'],
  ['a key twice in a map', 'm MAP<STRING, INT>', '{"m":{"k":1,"l":2,"k":3}}', 'm["k"]'],
  ['__proto__ twice', '`__proto__` INT', '{"__proto__":1,"__proto__":2}', '__proto__'],
];

test.each(SAMPLES)('%s', (_what, schema, record, field) => {
  for (const mode of ['reject', 'permissive', 'dropmalformed', 'failfast']) {
    const bytes = new TextEncoder().encode(`${record}\n${record}\n`);
    const given = { schema: parseSchema(schema), options: { mode }, bytes, cuts: [] };
    const found = decoded(jsonDecoder, given);
    expect(found.rejects).toEqual([]);
    expect(found.repeatedNames).toEqual(field === null ? [] : [1, 2].map((line) => ({ line, field })));
  }
});

test('records that become no row are not counted', () => {
  const bytes = new TextEncoder().encode('{"a":1,"a":"x"}\n{"a":1,"a":2\n');
  for (const mode of ['reject', 'dropmalformed']) {
    const found = decoded(jsonDecoder, { schema: parseSchema('a INT'), options: { mode }, bytes, cuts: [] });
    expect(found.batches).toEqual([]);
    expect(found.repeatedNames).toEqual([]);
  }
});

test('a malformed record that stays a row is counted, and the next one is not for it', () => {
  const bytes = new TextEncoder().encode('{"a":1,"a":"x"}\nno JSON\n{"a":1}\n');
  const found = decoded(jsonDecoder, { schema: parseSchema('a INT'), options: {}, bytes, cuts: [] });
  expect(rowTexts(found.batches)).toEqual(['null', 'null', '1']);
  expect(found.repeatedNames).toEqual([{ line: 1, field: 'a' }]);
});

test('of several rows on a line, those are counted that have one', () => {
  const bytes = new TextEncoder().encode('[{"a":1,"a":2},{"a":3},{"a":4,"a":5}]\n');
  const found = decoded(jsonDecoder, { schema: parseSchema('a INT'), options: {}, bytes, cuts: [] });
  expect(rowTexts(found.batches)).toEqual(['2', '3', '5']);
  expect(found.repeatedNames).toHaveLength(2);
});
