import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Batch,
  batchOf,
  type Cell,
  cellAt,
  type ObjectVector,
  takeBatch,
  toBytesVector,
} from '../../src/batch.ts';
import { compileFilter, compileProjection, explainProjection } from '../../src/codegen/expression.ts';
import { field, INT, LONG, STRING, struct } from '../../src/schema.ts';
import { parseExpression } from '../../src/sql/parser.ts';
import { resolveExpression } from '../../src/sql/resolve.ts';

/** Strings come as bytes or as JavaScript strings: expressions mean the same over both. */
const schema = struct([field('s', STRING), field('t', STRING), field('n', INT), field('big', LONG)]);
const options = { timeZone: 'UTC' };
const context = { batchTimeMs: 0 };

const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '  a ',
    ' \u00a0a\t ',
    'a',
    'ab',
    'Page',
    'page-7',
    '%',
    'ß',
    'été',
    '日本語',
    'a😀b',
    '😀',
    'ŉ',
    'a\u0301',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ maxLength: 40 }),
);
const rows = fc.tuple(
  fc.option(texts, { freq: 5 }),
  fc.option(texts, { freq: 5 }),
  fc.option(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer()), { freq: 5 }),
  fc.option(
    fc.oneof(
      fc.integer(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((value) => !Number.isSafeInteger(Number(value))),
    ),
    { freq: 5 },
  ),
);

const strings = fc.letrec<{ text: string; truth: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('s', 't', "'é-😀'", "'x'", "''", 'cast(n AS STRING)', 'cast(big AS STRING)', 'NULL'),
    fc.tuple(tie('text'), tie('text')).map(([x, y]) => `concat(${x}, ${y})`),
    fc
      .tuple(fc.constantFrom('upper', 'lower', 'trim', 'ltrim', 'rtrim', 'initcap'), tie('text'))
      .map(([name, x]) => `${name}(${x})`),
    fc.tuple(tie('text'), tie('text')).map(([x, y]) => `coalesce(${x}, ${y})`),
    fc.tuple(tie('truth'), tie('text'), tie('text')).map(([w, x, y]) => `CASE WHEN ${w} THEN ${x} ELSE ${y} END`),
    fc.tuple(tie('truth'), tie('text')).map(([w, x]) => `if(${w}, ${x}, NULL)`),
    fc.tuple(tie('text'), fc.integer({ min: -6, max: 6 })).map(([x, from]) => `substring(${x}, ${from})`),
    fc
      .tuple(tie('text'), fc.integer({ min: -6, max: 6 }), fc.integer({ min: -2, max: 6 }))
      .map(([x, from, size]) => `substring(${x}, ${from}, ${size})`),
    fc.tuple(fc.constantFrom('left', 'right'), tie('text')).map(([name, x]) => `${name}(${x}, n)`),
  ),
  truth: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc
      .tuple(tie('text'), fc.constantFrom('=', '<>', '<', '<=', '>', '>=', '<=>'), tie('text'))
      .map(([x, sign, y]) => `(${x} ${sign} ${y})`),
    fc
      .tuple(fc.constantFrom('startswith', 'endswith', 'contains'), tie('text'), tie('text'))
      .map(([name, x, y]) => `${name}(${x}, ${y})`),
    fc
      .tuple(tie('text'), fc.constantFrom('a%', '%7', '%a%', 'page-7', '', '%', '%é%', 'a_%', '%日本%'))
      .map(([x, pattern]) => `(${x} LIKE '${pattern}')`),
    tie('text').map((x) => `(${x} IS NULL)`),
    tie('text').map((x) => `(length(${x}) > 2)`),
    fc
      .tuple(
        tie('text'),
        fc.constantFrom("'a', 'été', ''", "'a'", "'page-7', NULL", "'ab', 'ab', '日本語', 'a😀b', '%', 'x'", 's, t'),
      )
      .map(([x, list]) => `(${x} IN (${list}))`),
  ),
}));

function asBytes(batch: Batch): Batch {
  const vectors = batch.vectors.map((vector) =>
    vector.type.kind === 'string' ? toBytesVector(vector as ObjectVector) : vector,
  );
  return { ...batch, vectors };
}

function values(sql: string, batch: Batch, picked: Int32Array | null = null): Cell[] {
  const typed = resolveExpression(parseExpression(sql), { columns: schema.fields, timeZone: 'UTC' });
  const [vector] = compileProjection([typed], options)(batch, context, picked);
  return Array.from({ length: vector?.length ?? 0 }, (_, row) => cellAt(vector as ObjectVector, row));
}

const tables = fc.array(rows, { minLength: 1, maxLength: 6 }).map((table) => batchOf(schema, table as Cell[][]));

test('strings: the same from bytes as from JavaScript strings, and over the rows that are picked', () => {
  fc.assert(
    fc.property(strings.text, tables, fc.array(fc.nat(5), { maxLength: 8 }), (sql, batch, chosen) => {
      const plain = values(`concat_ws('', array(${sql}), array())`, batch);
      const isNull = values(`(${sql}) IS NULL`, batch);
      const expected = plain.map((text, row) => (isNull[row] === true ? null : text));
      expect(values(sql, batch)).toEqual(expected);
      expect(values(sql, asBytes(batch))).toEqual(expected);
      const picked = Int32Array.from(chosen.filter((row) => row < batch.length));
      expect(values(sql, asBytes(batch), picked)).toEqual(Array.from(picked, (row) => expected[row]));
    }),
    { numRuns: 300 },
  );
});

test('conditions on strings: the same from bytes as from JavaScript strings', () => {
  fc.assert(
    fc.property(strings.truth, tables, (sql, batch) => {
      const typed = resolveExpression(parseExpression(sql), { columns: schema.fields, timeZone: 'UTC' });
      const expected = values(sql, batch);
      expect(values(sql, asBytes(batch))).toEqual(expected);
      const kept = compileFilter(typed, options)(asBytes(batch), context);
      expect([...kept]).toEqual(expected.flatMap((value, row) => (value === true ? [row] : [])));
    }),
    { numRuns: 300 },
  );
});

test('numbers of the rows that are picked, and inputs as they are', () => {
  fc.assert(
    fc.property(tables, fc.array(fc.nat(5), { maxLength: 8 }), (batch, chosen) => {
      const picked = Int32Array.from(chosen.filter((row) => row < batch.length));
      for (const sql of ['n / 2', 'big + 1', 's', 'n % 3 = 0', 'named_struct("a", n, "b", s)', 'array(s, t)']) {
        expect(values(sql, asBytes(batch), picked)).toEqual(values(sql, takeBatch(batch, picked)));
      }
    }),
  );
});

test.each([
  ["s IN ('a', 'b', NULL)", 'texts.has('],
  ['trim(s) <=> t', 'equalBytes('],
  ["rtrim(s) = 'a'", 'trimEnd('],
])('%s reads no JavaScript string', (sql, part) => {
  const typed = resolveExpression(parseExpression(sql), { columns: schema.fields, timeZone: 'UTC' });
  const code = explainProjection([typed], options);
  expect(code).toContain(part);
  expect(code).not.toMatch(/= in\d+\[/);
});

test('texts that need no JavaScript string are written as bytes', () => {
  const sql = "concat(upper(s), ':', CASE WHEN t LIKE 'a%' THEN left(t, 3) ELSE cast(n AS STRING) END)";
  const typed = resolveExpression(parseExpression(sql), { columns: schema.fields, timeZone: 'UTC' });
  const code = explainProjection([typed], options);
  expect(code).not.toContain('sink.text');
  for (const part of ['sink.upper', 'sink.copy', 'sink.integer', 'startsWithBytes', 'substringEnd']) {
    expect(code).toContain(part);
  }
});
