import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { csvDecoder } from '../../../src/formats/csv/decoder.ts';
import { Kernel } from '../../../src/kernel/kernel.ts';
import { DOUBLE, field, LONG, STRING, struct, TIMESTAMP } from '../../../src/schema.ts';
import { difference, outcome } from '../../fuzz/compare.ts';

const schema = struct([field('n', LONG, false), field('price', DOUBLE), field('name', STRING), field('at', TIMESTAMP)]);
const line = (i: number, name = 'some name') => `${i},${i / 4},${name},2024-05-06T07:08:09Z`;
const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i));

/** Rows that went through the kernel. */
function kernelRows(text: string, options: Record<string, unknown> = {}): number {
  let rows = 0;
  const original = Kernel.prototype.decode;
  const spy = jest.spyOn(Kernel.prototype, 'decode').mockImplementation(function (this: Kernel, ...args) {
    original.apply(this, args);
    rows += this.rows;
  });
  outcome(csvDecoder, { format: 'csv', schema, options, bytes: new TextEncoder().encode(text), cuts: [] });
  spy.mockRestore();
  return rows;
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('what goes through the kernel', () => {
  test.each(['\n', '\r\n'])('all lines that end with %j', (end) => {
    expect(
      kernelRows(
        lines(500)
          .map((text) => text + end)
          .join(''),
      ),
    ).toBe(500);
  });

  test('columns in any order by the header, unknown ones skipped', () => {
    const text = `at,extra,n,price,name\n${'2024-01-01T00:00:00Z,x,1,2,\n2024-01-01T00:00:00Z,,1,,z\n'.repeat(100)}`;
    expect(kernelRows(text, { header: true })).toBe(200);
  });

  test.each(['permissive', 'dropmalformed'])('mode %s', (mode) => {
    expect(kernelRows(`${lines(500).join('\n')}\n`, { mode, escape: '\\' })).toBe(500);
  });

  test('all but the records with line ends in quotes or what does not fit', () => {
    const texts = lines(1000);
    texts[100] = line(100, '"quo\nted"');
    texts[200] = 'x,1,y,2024-01-01';
    texts[300] = '';
    expect(kernelRows(`${texts.join('\n')}\n`)).toBe(997);
  });

  test('fields in quotes, with doubled ones and separators in them', () => {
    const texts = lines(500).map((text, i) =>
      i % 3 === 0
        ? text
        : text
            .split(',')
            .map((cell) => `"${cell}"`)
            .join(','),
    );
    texts[100] = line(100, '"a,""b"""');
    texts[200] = line(200, '""');
    expect(kernelRows(`${texts.join('\n')}\n`)).toBe(500);
    expect(kernelRows(`${texts.join('\n')}\n`, { mode: 'permissive' })).toBe(500);
    // With another escape doubled quotes are something else.
    expect(kernelRows(`${texts.join('\n')}\n`, { mode: 'permissive', escape: '\\' })).toBe(499);
  });

  test('a text for null', () => {
    const texts = lines(500);
    texts[100] = line(100, 'NA');
    texts[200] = line(200, '"NA"');
    expect(kernelRows(`${texts.join('\n')}\n`, { nullValue: 'NA' })).toBe(500);
    expect(kernelRows(`${texts.join('\n')}\n`, { nullValue: 'NA', mode: 'permissive' })).toBe(500);
  });

  test.each([
    { nullValue: '0' },
    { nullValue: 'true' },
    { nullValue: '-' },
    { ignoreLeadingWhiteSpace: true },
    { sep: '::' },
    { sep: ':' },
  ])('not with %j', (options) => {
    expect(kernelRows(`${lines(5).join('\n')}\n`, options)).toBe(0);
  });
});

test('reads what the plain decoder reads, from any pieces', () => {
  const encoder = new TextEncoder();
  const pieces = fc.constantFrom(
    line(1),
    line(2, 'ü'),
    line(3, '"a\nb"'),
    line(6, '"a"'),
    line(7, '""'),
    line(8, '"NA"'),
    line(9, 'NA'),
    line(10, '"""",""'),
    line(11, `"${'x'.repeat(20)}""ü"`),
    line(4, '"a""b"'),
    ',',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '"',
    '\u0000',
    '#',
    line(5).slice(9),
    '1,2',
    'NaN',
    '-0',
    '01',
    '1.',
    '24:00',
  );
  const cases = fc.record({
    mode: fc.constantFrom('reject', 'permissive'),
    more: fc.constantFrom({}, { nullValue: 'NA' }, { escape: '\\' }, { emptyValue: 'E' }),
    parts: fc.array(pieces, { maxLength: 12 }),
    cut: fc.nat(300),
  });
  fc.assert(
    fc.property(cases, ({ mode, more, parts, cut }) => {
      const bytes = encoder.encode(`${line(0)}\n${parts.join('')}`);
      const cuts = cut < bytes.length ? [cut] : [];
      expect(difference({ format: 'csv', schema, options: { mode, ...more }, bytes, cuts })).toBeNull();
    }),
    { numRuns: 1000 },
  );
});
