import * as fc from 'fast-check';
import { type Batch, type Cell, toBytesVector, vectorOf } from '../../src/batch.ts';
import { BOOLEAN, DATE, type DataType, DOUBLE, field, INT, LONG, STRING, struct, TIMESTAMP } from '../../src/schema.ts';

/** Values that meet every branch of the kernel's encoders and of the ways out of them. */
const VALUES: readonly (readonly [DataType, fc.Arbitrary<Cell>])[] = [
  [
    LONG,
    fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, -1, 9, 10, 99, 100, 2 ** 53 - 1, -(2 ** 53 - 1))),
  ],
  [LONG, fc.oneof(fc.integer(), fc.constant(9007199254740993n))],
  [INT, fc.integer()],
  [
    DOUBLE,
    fc.oneof(
      fc.double(),
      fc.integer({ min: -10_000_000, max: 10_000_000 }).map((cents) => cents / 100),
      fc.integer().map((n) => n / 1e6),
      fc.constantFrom(
        0,
        -0,
        0.1,
        1e-6,
        1e-7,
        1e15,
        999999999999999,
        1e21,
        0.3,
        1 / 3,
        123456.789,
        Number.NaN,
        Infinity,
      ),
    ),
  ],
  [
    TIMESTAMP,
    fc.oneof(
      fc.integer({ min: -62_135_596_800_000, max: 253_402_300_800_000 }).map((ms) => ms * 1000),
      fc.maxSafeInteger(),
      fc.constantFrom(
        0,
        -1,
        1,
        951_782_400_000_000,
        -30_610_224_000_000_004,
        -30_610_224_000_000_000,
        4_107_542_400_000_000,
      ),
    ),
  ],
  [
    STRING,
    fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', ' a', 'a ', 'NA', '=1', '"', ',', '\ufeff'),
    ),
  ],
  [BOOLEAN, fc.boolean()],
  [DATE, fc.integer({ min: -100_000, max: 100_000 })],
];

/** Rows of a few columns, with nulls. */
export const table = fc
  .array(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc
      .array(fc.tuple(...columns.map(([, value]) => fc.option(value, { freq: 6 }))), { maxLength: 20 })
      .map((rows) => ({ types: columns.map(([type]) => type), rows: rows as Cell[][] })),
  );

/** Texts stand as bytes, as decoders give them. */
export function tableBatch(types: readonly DataType[], rows: readonly Cell[][]): Batch {
  const schema = struct(types.map((type, i) => field(`c${i}`, type)));
  const vectors = types.map((type, i) => {
    const vector = vectorOf(
      type,
      rows.map((row) => row[i] ?? null),
    );
    return vector.kind === 'object' && type.kind === 'string' ? toBytesVector(vector) : vector;
  });
  return { schema, length: rows.length, vectors };
}
