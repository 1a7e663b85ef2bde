import { expect, test } from '@jest/globals';
import { cellAt } from '../../src/batch.ts';
import type { DecodeRequest, Decoder } from '../../src/format.ts';
import { csvDecoder, plainCsvDecoder } from '../../src/formats/csv/decoder.ts';
import { jsonDecoder, plainJsonDecoder } from '../../src/formats/json/decode.ts';
import { field, LONG, STRING, struct } from '../../src/schema.ts';

const SCHEMA = struct([
  field('id', LONG, false),
  field('place', struct([field('zip', LONG, false), field('city', STRING)])),
  field('note', STRING),
  field('n', LONG, false),
]);
const FLAT = struct(SCHEMA.fields.filter(({ type }) => type.kind !== 'struct'));
const JSON_LINES = Array.from({ length: 300 }, (_, i) =>
  JSON.stringify({
    id: i,
    place: i % 3 === 0 ? null : { zip: i === 50 ? 'x' : i, city: 'c' },
    note: `n${i}`,
    n: i % 7 === 0 ? 'no' : i,
  }),
);
const CSV_LINES = ['id,note,n', ...Array.from({ length: 300 }, (_, i) => `${i},"n${i}",${i % 7 === 0 ? 'no' : i}`)];

type MakeDecoder = (request: DecodeRequest) => Decoder;

test.each<[string, MakeDecoder, typeof SCHEMA, string[], Record<string, unknown>, number[]]>([
  ['JSON', jsonDecoder, SCHEMA, JSON_LINES, { mode: 'reject' }, [0, 2]],
  ['JSON without the kernel', plainJsonDecoder, SCHEMA, JSON_LINES, { mode: 'reject' }, [0, 2]],
  ['JSON, permissive', jsonDecoder, SCHEMA, JSON_LINES, { mode: 'permissive' }, [2]],
  ['CSV', csvDecoder, FLAT, CSV_LINES, { header: true }, [1]],
  ['CSV without the kernel', plainCsvDecoder, FLAT, CSV_LINES, { header: true }, [0]],
])('columns that nobody reads are checked like the others: %s', (_name, make, schema, lines, options, needed) => {
  const read = (wanted: readonly number[] | undefined) => {
    const rejects: unknown[] = [];
    const decoder = make({
      schema,
      options,
      needed: wanted,
      reject: (record) => rejects.push(record),
      dropped: () => {},
    });
    const batches = [...decoder.push(Buffer.from(`${lines.join('\n')}\n`)), ...decoder.finish()];
    const cells = needed.map((column) =>
      batches.flatMap((batch) =>
        Array.from({ length: batch.length }, (_, row) =>
          cellAt(batch.vectors[column] as (typeof batch.vectors)[0], row),
        ),
      ),
    );
    return { rejects, cells, batches };
  };
  const all = read(undefined);
  const some = read(needed);
  expect(some.rejects).toEqual(all.rejects);
  expect(some.cells).toEqual(all.cells);
  if (options.mode !== 'permissive') expect(all.rejects.length).toBeGreaterThan(40);
  const unread = schema.fields.map((_, i) => i).filter((i) => !needed.includes(i));
  for (const column of unread)
    for (const { vectors } of some.batches) expect(vectors[column]).toMatchObject({ children: [] });
});
