import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_ROWS } from '../../../src/batch.ts';
import { Kernel } from '../../../src/kernel/kernel.ts';
import { array, DOUBLE, field, LONG, STRING, struct, TIMESTAMP } from '../../../src/schema.ts';
import { difference } from '../../fuzz/compare.ts';
import { decode } from './decode-harness.ts';

const schema = struct([
  field('Analytics', struct([field('Clicks', LONG, false), field('Price', DOUBLE)]), false),
  field('name', STRING),
  field('at', TIMESTAMP),
]);
const record = (i: number, name = 'some name') =>
  `{"Analytics":{"Clicks":${i},"Price":${i / 4}},"name":"${name}","at":"2024-05-06T07:08:09.${100 + (i % 900)}Z"}`;
const records = (count: number) => Array.from({ length: count }, (_, i) => record(i));

/** Rows that went through the kernel while `work` ran. */
function kernelRows(work: () => void): number {
  let rows = 0;
  const original = Kernel.prototype.decode;
  const spy = jest.spyOn(Kernel.prototype, 'decode').mockImplementation(function (this: Kernel, ...args) {
    original.apply(this, args);
    rows += this.rows;
  });
  work();
  spy.mockRestore();
  return rows;
}

afterEach(() => {
  jest.restoreAllMocks();
});

/** The option changes nothing but gives a test shapes of its own. */
const own = (name: string) => ({ mode: 'reject', columnNameOfCorruptRecord: name });

describe('what goes through the kernel', () => {
  test.each([
    ['lines', records(500).join('\n')],
    ['an array', `[${records(500).join(', ')}]`],
    ['an array over lines', `[\n  ${records(500).join(',\n  ')}\n]`],
    [
      'arrays of a few',
      records(500)
        .map((text) => `[${text}]`)
        .join('\n'),
    ],
    [
      'records over lines',
      records(500)
        .map((text) => JSON.stringify(JSON.parse(text), null, 2))
        .join('\n'),
    ],
  ])('all but the first record of %s', (name, text) => {
    let rows = 0;
    expect(kernelRows(() => (rows = decode(schema, text, own(name)).rows.length))).toBe(499);
    expect(rows).toBe(500);
  });

  test.each(['permissive', 'dropmalformed', 'failfast'])('lines in mode %s', (mode) => {
    const text = records(500).join('\r\n');
    expect(kernelRows(() => decode(schema, `${text}\r\n`, { mode, maxDepth: 77 }))).toBe(499);
  });

  test('a small file, by the shape that the file before taught', () => {
    const file = `[${records(10).join(', ')}]`;
    decode(schema, file, own('small'));
    expect(kernelRows(() => decode(schema, file, own('small')))).toBe(10);
  });

  test('a record that does not fit is the only one that does not', () => {
    const texts = records(1000);
    texts[300] = record(300, '\\x0041');
    texts[600] = record(600, 'not JSON"');
    const result = { rows: 0, rejects: 0 };
    const fast = kernelRows(() => {
      const { rows, rejects } = decode(schema, texts.join('\n'), own('one odd'));
      Object.assign(result, { rows: rows.length, rejects: rejects.length });
    });
    expect(result).toEqual({ rows: 998, rejects: 2 });
    expect(fast).toBe(997);
  });

  test('strings with escapes, but for half a surrogate pair', () => {
    const names = [
      '\\u0041',
      'a\\"b',
      '\\\\',
      '\\/\\b\\f\\n\\r\\t',
      '\\ud83d\\uDE00',
      '\\u00e9\\u20AC',
      `${'x'.repeat(40)}\\n`,
    ];
    const texts = [...records(10), ...names.map((name, i) => record(i, name))];
    let rows: unknown[][] = [];
    expect(kernelRows(() => (rows = decode(schema, texts.join('\n'), own('escapes')).rows))).toBe(16);
    expect(rows.slice(10).map((row) => row[1])).toEqual([
      'A',
      'a"b',
      '\\',
      '/\b\f\n\r\t',
      '😀',
      'é€',
      `${'x'.repeat(40)}\n`,
    ]);
    for (const name of ['\\ud83d', '\\ude00', '\\ud83d\\u0041', '\\u00g0', '\\ud83dx\\ude00', '\\ud83d\\ud83d']) {
      const given = [...texts, record(1, name), record(2)].join('\n');
      expect(kernelRows(() => decode(schema, given, own('escapes')))).toBe(18);
    }
  });

  test.each(['reject', 'permissive'])('escapes are read as the plain decoder reads them: %s', (mode) => {
    const pieces = [
      'a',
      'ü',
      '😀',
      'x'.repeat(15),
      '\\n',
      '\\"',
      '\\\\',
      '\\u0000',
      '\\ud83d',
      '\\ude00',
      '\\ud83d\\ude00',
      '\\u20',
      '\\q',
    ];
    const cases = fc.record({
      names: fc.array(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
      cut: fc.nat(600),
    });
    fc.assert(
      fc.property(cases, ({ names, cut }) => {
        const text = [record(1), ...names.map((name, i) => record(i, name.join('')))].join('\n');
        const bytes = new TextEncoder().encode(text);
        const cuts = cut < bytes.length ? [cut] : [];
        expect(difference({ format: 'json', schema, options: { mode }, bytes, cuts })).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  test('several shapes in turn', () => {
    const texts = records(900).map((text, i) =>
      i % 3 === 0
        ? text
        : i % 3 === 1
          ? text.replace(/,"name":"some name"/, '')
          : text.replace('{"A', '{"more":[1,{"x":2}],"A'),
    );
    expect(kernelRows(() => decode(schema, texts.join('\n'), own('several')))).toBe(897);
  });

  test('unknown values of any form, and null', () => {
    const texts = records(800).map((text, i) => {
      const unknown = ['1', '"\\n"', '[1, [2]]', '{"k":{}}', 'null', 'true'][i % 6];
      return `${text.slice(0, -1)},"unknown":${unknown}}`.replace('"some name"', i % 2 === 0 ? 'null' : '"x"');
    });
    expect(kernelRows(() => decode(schema, texts.join('\n'), own('unknown')))).toBe(799);
  });

  test('not what never fits, for long: the kernel is asked seldom', () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => record(i, '\\u0041'));
    let asked = 0;
    const original = Kernel.prototype.decode;
    jest.spyOn(Kernel.prototype, 'decode').mockImplementation(function (this: Kernel, ...args) {
      asked++;
      original.apply(this, args);
    });
    expect(decode(schema, texts.join('\n'), own('never')).rows).toHaveLength(20_000);
    expect(asked).toBeLessThan(400);
  });

  test('not schemas with arrays', () => {
    const deep = struct([field('a', array(LONG))]);
    expect(kernelRows(() => expect(decode(deep, '{"a":[1]}\n{"a":[2]}').rows).toEqual([[[1]], [[2]]]))).toBe(0);
  });
});

test('the line of a run tells how deep the line of a broken record is indented', () => {
  const text = '[{"a":0},\n  {"a":1},\n  {"a":2}, {"a":"\n  {"a":3},\n  {"a":4}]';
  const bytes = new TextEncoder().encode(text);
  const given = { format: 'json' as const, schema: struct([field('a', LONG)]), bytes, cuts: [] };
  expect(difference({ ...given, options: own('indent') })).toBeNull();
  expect(decode(given.schema, text, own('indent')).rows.flat()).toEqual([0, 1, 2, 3, 4]);
});

test('batches do not share memory with the kernel', () => {
  const count = BATCH_ROWS + 808;
  const { batches } = decode(schema, records(count).join('\n'), own('memory'));
  expect(batches.map(({ length }) => length)).toEqual([BATCH_ROWS, 808]);
  const clicks = batches.flatMap(({ vectors }) => {
    const [analytics] = vectors;
    return analytics?.kind === 'struct' && analytics.children[0]?.kind === 'fixed'
      ? [...analytics.children[0].values]
      : [];
  });
  expect(clicks).toEqual(Array.from({ length: count }, (_, i) => i));
});

test('reads what the plain decoder reads, from any pieces', () => {
  const encoder = new TextEncoder();
  const pieces = fc.constantFrom(
    record(1),
    record(2),
    record(3, 'ü'),
    record(4, '\\n'),
    '[',
    ']',
    ',',
    '\n',
    ' ',
    '\r\n',
    '{',
    '}',
    '"',
    '\u0000',
    record(5).slice(9),
    record(6).slice(0, 40),
    'null',
    '{}',
    '1e5',
  );
  const cases = fc.record({
    mode: fc.constantFrom('reject', 'permissive'),
    parts: fc.array(pieces, { maxLength: 12 }),
    cut: fc.nat(600),
  });
  fc.assert(
    fc.property(cases, ({ mode, parts, cut }) => {
      const bytes = encoder.encode(`${record(0)}\n${parts.join('')}`);
      const cuts = cut < bytes.length ? [cut] : [];
      expect(difference({ format: 'json', schema, options: { mode }, bytes, cuts })).toBeNull();
    }),
    { numRuns: 1000 },
  );
});
