import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOf, type Cell, canonicalInt64, cellAt } from '../../src/batch.ts';
import { compileFilter, compileProjection } from '../../src/codegen/expression.ts';
import { BOOLEAN, field, LONG, struct } from '../../src/schema.ts';
import { parseExpression } from '../../src/sql/parser.ts';
import { resolveExpression } from '../../src/sql/resolve.ts';

/**
 * Generated code against a naive evaluator with bigints: random expressions of longs and booleans over rows whose values
 * crowd around the borders of doubles (2^53) and of 64 bits.
 */
type Row = { readonly a: bigint | null; readonly b: bigint | null; readonly p: boolean | null };

interface Sample<T> {
  readonly sql: string;
  readonly naive: (row: Row) => T | null;
}

const wrap = (value: bigint) => BigInt.asIntN(64, value);

const longs = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map(BigInt),
  fc.integer({ min: -2147483648, max: 2147483647 }).map(BigInt),
  ...[2n ** 53n, -(2n ** 53n), 2n ** 63n - 4n, -(2n ** 63n) + 4n, 2n ** 31n, 2n ** 32n].map((border) =>
    fc.integer({ min: -3, max: 3 }).map((near) => border + BigInt(near)),
  ),
);

const rows: fc.Arbitrary<Row> = fc.record({
  a: fc.option(longs, { freq: 6 }),
  b: fc.option(longs, { freq: 6 }),
  p: fc.option(fc.boolean(), { freq: 4 }),
});

type Binary<A, R> = readonly [sign: string, naive: (x: A, y: A) => R | null];

const arithmetic: readonly Binary<bigint, bigint>[] = [
  ['+', (x, y) => wrap(x + y)],
  ['-', (x, y) => wrap(x - y)],
  ['*', (x, y) => wrap(x * y)],
  ['%', (x, y) => (y === 0n ? null : wrap(x % y))],
  ['div', (x, y) => (y === 0n ? null : wrap(x / y))],
];
const comparisons: readonly Binary<bigint, boolean>[] = [
  ['=', (x, y) => x === y],
  ['<>', (x, y) => x !== y],
  ['<', (x, y) => x < y],
  ['<=', (x, y) => x <= y],
  ['>', (x, y) => x > y],
  ['>=', (x, y) => x >= y],
];

function strict<A, R>([sign, naive]: Binary<A, R>, left: Sample<A>, right: Sample<A>): Sample<R> {
  return {
    sql: `(${left.sql} ${sign} ${right.sql})`,
    naive(row) {
      const x = left.naive(row);
      const y = right.naive(row);
      return x === null || y === null ? null : naive(x, y);
    },
  };
}

const choose = <T>(when: Sample<boolean>, then: Sample<T>, otherwise: Sample<T>): Sample<T> => ({
  sql: `CASE WHEN ${when.sql} THEN ${then.sql} ELSE ${otherwise.sql} END`,
  naive: (row) => (when.naive(row) === true ? then.naive(row) : otherwise.naive(row)),
});

const { long, bool } = fc.letrec<{ long: Sample<bigint>; bool: Sample<boolean> }>((tie) => ({
  long: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'e', withCrossShrink: true },
    fc.constantFrom<Sample<bigint>>(
      { sql: 'a', naive: (row) => row.a },
      { sql: 'b', naive: (row) => row.b },
      { sql: 's.a', naive: (row) => row.a },
    ),
    longs.map((value) => ({ sql: `${value}L`, naive: () => value })),
    fc.tuple(fc.constantFrom(...arithmetic), tie('long'), tie('long')).map(([op, x, y]) => strict(op, x, y)),
    tie('long').map((x) => ({
      sql: `(- ${x.sql})`,
      naive: (row: Row) => (x.naive(row) === null ? null : wrap(-(x.naive(row) as bigint))),
    })),
    fc.tuple(tie('bool'), tie('long'), tie('long')).map(([when, x, y]) => choose(when, x, y)),
    fc.tuple(tie('long'), tie('long')).map(([x, y]) => ({
      sql: `coalesce(${x.sql}, ${y.sql})`,
      naive: (row: Row) => x.naive(row) ?? y.naive(row),
    })),
  ),
  bool: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'e', withCrossShrink: true },
    fc.constantFrom<Sample<boolean>>({ sql: 'p', naive: (row) => row.p }, { sql: 'NULL', naive: () => null }),
    fc.tuple(fc.constantFrom(...comparisons), tie('long'), tie('long')).map(([op, x, y]) => strict(op, x, y)),
    fc.tuple(tie('long'), tie('long')).map(([x, y]) => ({
      sql: `(${x.sql} <=> ${y.sql})`,
      naive: (row: Row) => x.naive(row) === y.naive(row),
    })),
    tie('bool').map((x) => ({
      sql: `(NOT ${x.sql})`,
      naive: (row: Row) => (x.naive(row) === null ? null : !x.naive(row)),
    })),
    fc.tuple(fc.boolean(), tie('bool'), tie('bool')).map(([isOr, x, y]) => ({
      sql: `(${x.sql} ${isOr ? 'OR' : 'AND'} ${y.sql})`,
      naive(row: Row) {
        const both = [x.naive(row), y.naive(row)];
        if (both.includes(isOr)) return isOr;
        return both.includes(null) ? null : !isOr;
      },
    })),
    tie('long').map((x) => ({ sql: `(${x.sql} IS NULL)`, naive: (row: Row) => x.naive(row) === null })),
    fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([when, x, y]) => choose(when, x, y)),
    fc.tuple(tie('long'), fc.array(fc.option(longs), { minLength: 1, maxLength: 3 })).map(([x, list]) => ({
      sql: `(${x.sql} IN (${list.map((value) => (value === null ? 'NULL' : `${value}L`)).join(', ')}))`,
      naive(row: Row) {
        const value = x.naive(row);
        if (value === null) return null;
        return list.includes(value) ? true : list.includes(null) ? null : false;
      },
    })),
  ),
}));

const inner = struct([field('a', LONG)]);
const schema = struct([field('a', LONG), field('b', LONG), field('p', BOOLEAN), field('s', inner)]);
const scope = { columns: schema.fields, timeZone: 'UTC' };
const context = { batchTimeMs: 0 };

function int64(value: bigint | null): Cell {
  return value === null ? null : canonicalInt64(value);
}

function batch(table: readonly Row[]) {
  return batchOf(
    schema,
    table.map((row) => [int64(row.a), int64(row.b), row.p, [int64(row.a)]]),
  );
}

test('longs: generated code and naive evaluation agree', () => {
  fc.assert(
    fc.property(long, fc.array(rows, { minLength: 1, maxLength: 6 }), (sample, table) => {
      const typed = resolveExpression(parseExpression(sample.sql), scope);
      const [vector] = compileProjection([typed], { timeZone: 'UTC' })(batch(table), context);
      const found = table.map((_, row) => cellAt(vector as NonNullable<typeof vector>, row));
      expect(found).toEqual(table.map((row) => int64(sample.naive(row))));
    }),
    { numRuns: 400 },
  );
});

test('booleans: generated code and naive evaluation agree, as a column and as a filter', () => {
  fc.assert(
    fc.property(bool, fc.array(rows, { minLength: 1, maxLength: 6 }), (sample, table) => {
      const typed = resolveExpression(parseExpression(sample.sql), scope);
      if (typed.type.kind === 'void') return;
      const expected = table.map((row) => sample.naive(row));
      const [vector] = compileProjection([typed], { timeZone: 'UTC' })(batch(table), context);
      expect(table.map((_, row) => cellAt(vector as NonNullable<typeof vector>, row))).toEqual(expected);
      const kept = compileFilter(typed, { timeZone: 'UTC' })(batch(table), context);
      expect([...kept]).toEqual(expected.flatMap((value, row) => (value === true ? [row] : [])));
    }),
    { numRuns: 400 },
  );
});
