import { batchOf, type Cell, cellAt } from '../../../src/batch.ts';
import type { RandomAccess } from '../../../src/format.ts';
import { parquetFormat } from '../../../src/formats/parquet/parquet-format.ts';
import {
  array,
  BINARY,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  field,
  INT,
  LONG,
  map,
  type Schema,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';
import { check, documented, type FuzzTarget } from '../target.ts';

const MAGIC = Buffer.from('PAR1');
const CODES = ['PARQUET_FILE', 'PARQUET_TYPE', 'PARQUET_SCHEMA'];

/** Whole Parquet files, changed: footer, pages, and what stands in them. */
export const parquetTarget: FuzzTarget = {
  name: 'parquet',
  words: ['PAR1', 'schema', 'list', 'element', 'key_value', '\u0015\u0000', '\u0019\u001c', '\u0000\u0000\u0000\u0080'],
  seeds,
  show: (input) => `a Parquet file of ${input.length} bytes, as Base64: ${Buffer.from(input).toString('base64')}`,
  async run(input) {
    const access = accessTo(withFooterLength(input));
    try {
      await readAll(access);
    } catch (error) {
      const { code } = documented(error);
      check(CODES.includes(code), () => `${code}: ${(error as Error).message}`);
    }
  },
};

async function readAll(access: RandomAccess): Promise<void> {
  const { schema, rowCount, batches } = await parquetFormat.open(access);
  let rows = 0;
  for await (const batch of batches()) {
    for (const [i, vector] of batch.vectors.entries()) {
      const { name } = schema.fields[i] as Schema['fields'][number];
      check(vector.length === batch.length, () => `${name} has ${vector.length} of ${batch.length} rows`);
      for (let row = 0; row < batch.length; row++) cellAt(vector, row);
    }
    rows += batch.length;
  }
  check(rows === rowCount, () => `${rowCount} rows in the footer, ${rows} came out`);
}

function accessTo(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** A changed file mostly has its footer elsewhere: most of them are put right there, or few would get any further. */
function withFooterLength(input: Uint8Array): Uint8Array {
  const end = input.length - 8;
  const start = Buffer.from(input).lastIndexOf(FOOTER_MARK);
  if (start < 0 || end <= start || (input[end] ?? 0) % 8 === 7) return input;
  const bytes = Uint8Array.from(input);
  new DataView(bytes.buffer).setUint32(end, end - start - FOOTER_MARK.length, true);
  bytes.set(MAGIC, end + 4);
  return bytes;
}

/** Stands before the footers of the seeds, where readers see nothing but bytes that no page claims. */
const FOOTER_MARK = Buffer.from('|footer|');

function withFooterMark(file: Uint8Array): Uint8Array {
  const end = file.length - 8;
  const length = new DataView(file.buffer, file.byteOffset).getUint32(end, true);
  return Uint8Array.from(Buffer.concat([file.subarray(0, end - length), FOOTER_MARK, file.subarray(end - length)]));
}

const SCHEMAS: readonly [Schema, readonly (readonly Cell[])[]][] = [
  [
    struct([field('id', LONG, false), field('name', STRING), field('ok', BOOLEAN)]),
    [
      [1, 'a', true],
      [9007199254740991, null, false],
      [-5, 'ä€😀', null],
    ],
  ],
  [
    struct([
      field('n', INT),
      field('d', DOUBLE, false),
      field('at', TIMESTAMP),
      field('day', DATE),
      field('b', BINARY),
    ]),
    [
      [1, 1.5, 1_767_225_600_000_000, 20454, Uint8Array.of(0, 255)],
      [null, -0, null, null, null],
    ],
  ],
  [
    struct([
      field('list', array(LONG)),
      field('s', struct([field('x', STRING), field('y', INT)])),
      field('m', map(STRING, DOUBLE)),
      field('p', decimal(10, 2)),
    ]),
    [
      [[1, 2, null], ['x', 5], { keys: ['a', 'b'], values: [1, null] }, 12345n],
      [null, null, null, null],
      [[], [null, null], { keys: [], values: [] }, -1n],
    ],
  ],
];

async function seeds(): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const [schema, rows] of SCHEMAS) {
    for (const compression of ['none', 'snappy', 'gzip']) {
      for (const times of [1, 20]) {
        const encoder = await parquetFormat.openEncoder({ schema, options: { compression, rowGroupRows: times * 2 } });
        const batch = batchOf(schema, new Array(times).fill(rows).flat());
        const parts = [await encoder.encode(batch), await encoder.finish()];
        found.push(withFooterMark(Uint8Array.from(Buffer.concat(parts))));
      }
    }
  }
  return found;
}
