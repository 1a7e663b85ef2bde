import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch } from '../../src/batch.ts';
import { csvDecoder } from '../../src/formats/csv/decoder.ts';
import { jsonDecoder } from '../../src/formats/json/decode.ts';
import { field, LONG, STRING, struct } from '../../src/schema.ts';
import { type Decoded, decoded, rowTexts } from '../fuzz/compare.ts';

const SCHEMA = struct([field('id', LONG, false), field('name', STRING)]);
const encoder = new TextEncoder();

const rows = fc.array(fc.tuple(fc.integer(), fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', ' ') })), {
  maxLength: 40,
});
const place = fc.record({ rangeBytes: fc.integer({ min: 1, max: 200 }), cut: fc.nat(400) });

const csv = (given: readonly (readonly [number, string])[]) =>
  `# a comment\nname,id\n${given.map(([id, name]) => `"${name.replaceAll('"', '""')}",${id}\n`).join('')}`;
const lines = (given: readonly (readonly [number, string])[]) =>
  given.map(([id, name]) => `${JSON.stringify({ id, name })}\r\n`).join('');
const pretty = (given: readonly (readonly [number, string])[]) =>
  given.map(([id, name]) => `${JSON.stringify({ id, name }, null, 2)}\n`).join('\n');
const array = (given: readonly (readonly [number, string])[]) =>
  JSON.stringify(given.map(([id, name]) => ({ id, name })));

test.each([
  ['CSV with quoted line ends', csvDecoder, csv, { header: true, comment: '#' }],
  ['JSON lines', jsonDecoder, lines, { mode: 'reject' }],
  ['JSON lines, permissive', jsonDecoder, lines, { mode: 'permissive' }],
  ['JSON over several lines', jsonDecoder, pretty, { mode: 'reject' }],
  ['a JSON array', jsonDecoder, array, { mode: 'reject' }],
] as const)('ranges of a file give every record once, in order: %s', (_name, decoder, write, options) => {
  fc.assert(
    fc.property(rows, place, (given, { rangeBytes, cut }) => {
      const bytes = encoder.encode(write(given));
      const common = { schema: SCHEMA, options, bytes, cuts: cut < bytes.length ? [cut] : [] };
      const whole = decoded(decoder, common);
      const ranged = decoded(decoder, { ...common, rangeBytes });
      expect(ranged.error).toBeNull();
      expect(ranged.rejects).toEqual([]);
      expect(rowTexts(ranged.batches)).toEqual(rowTexts(whole.batches));
      expect(rowTexts(ranged.batches)).toHaveLength(given.length);
    }),
  );
});

test.each([
  ['CSV', csvDecoder, 'id,name\n1,a\nx,b\n2,c\n3\n4,d\n', { header: true }],
  ['JSON', jsonDecoder, '{"id":1}\n{"id":"x"}\n{"id":2}\n{"id":\n{"id":4}\n', { mode: 'reject' }],
] as const)('records set aside keep their line and offset in the file: %s', (_name, decoder, text, options) => {
  const common = { schema: SCHEMA, options, bytes: encoder.encode(text), cuts: [] };
  const whole = decoded(decoder, common).rejects;
  expect(whole.map(({ line }) => line)).toEqual(text.startsWith('id') ? [3, 5] : [2, 4]);
  for (let rangeBytes = 1; rangeBytes < text.length; rangeBytes++) {
    expect(decoded(decoder, { ...common, rangeBytes }).rejects).toEqual(whole);
  }
});

test.each([
  ['a header that is cut from its line end', 'name,id\na,1\nb,2\n'],
  ['a header without the columns', 'ons\n2\n3'],
  ['a header whose quote is never closed', '"\nd\ne'],
])('ranges with %s account for every record, wherever chunks end', (_name, text) => {
  const common = { schema: SCHEMA, options: { header: true }, bytes: encoder.encode(text) };
  const all = ({ batches, rejects }: Decoded<Batch>) => [...rowTexts(batches), ...rejects];
  const whole = all(decoded(csvDecoder, { ...common, cuts: [] }));
  for (let rangeBytes = 1; rangeBytes < text.length; rangeBytes++) {
    for (let cut = 1; cut < text.length; cut++) {
      expect(all(decoded(csvDecoder, { ...common, cuts: [cut], rangeBytes }))).toEqual(whole);
    }
  }
});
