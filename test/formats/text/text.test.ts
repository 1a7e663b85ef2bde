import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Batch, batchOf, type Cell, cellAt } from '../../../src/batch.ts';
import { textFormat, textOptions } from '../../../src/formats/text/index.ts';
import { field, LONG, STRING, struct } from '../../../src/schema.ts';

const schema = struct([field('value', STRING)]);

function read(input: string | Uint8Array, cuts: readonly number[] = [], options = {}, rejects: object[] = []): Cell[] {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const decoder = textFormat.decoder({ schema, options, reject: (record) => rejects.push(record), dropped: () => {} });
  const batches: Batch[] = [];
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    const chunk = bytes.slice(from, to);
    batches.push(...decoder.push(chunk));
    chunk.fill(0);
    from = to;
  }
  batches.push(...decoder.finish());
  return batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => cellAt(batch.vectors[0] as Batch['vectors'][number], row)),
  );
}

describe('reading', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['one line', 'a', ['a']],
    ['no row behind the last line end', 'a\nb\n', ['a', 'b']],
    ['empty lines are rows', '\n\na\n\n', ['', '', 'a', '']],
    ['CRLF and CR', 'a\r\nb\rc\r', ['a', 'b', 'c']],
    ['a byte order mark is left out', '\uFEFFé\n\uFEFF', ['é', '\uFEFF']],
  ])('%s', (_, text, rows) => {
    expect(read(text)).toEqual(rows);
    expect(read(text, [...new TextEncoder().encode(text).keys()])).toEqual(rows);
  });

  test('bytes that are no text become U+FFFD', () => {
    expect(read(Uint8Array.of(97, 0xff, 10, 98))).toEqual(['a\uFFFD', 'b']);
  });

  test('wholetext', () => {
    expect(read('a\nb\n', [1], { wholeText: 'true' })).toEqual(['a\nb\n']);
  });

  test('many rows come in several batches', () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `${i}`);
    expect(read(lines.join('\n'))).toEqual(lines);
  });

  test('a line that is too long is set aside with its beginning, at every cut', () => {
    for (const cuts of [[], [3], [5], [7], [1, 2, 3, 4, 5, 6]]) {
      const rejects: object[] = [];
      expect(read('a\nbcdefgh\nc\n', cuts, { maxRecordBytes: 4 }, rejects)).toEqual(['a', 'c']);
      expect(rejects).toEqual([{ line: 2, reason: 'longer than 4 bytes (maxRecordBytes)', raw: 'bcde' }]);
    }
  });

  test('so is a whole text', () => {
    const rejects: object[] = [];
    expect(read('\ufeffabcd', [2], { maxRecordBytes: 4, wholetext: true }, rejects)).toEqual(['abcd']);
    expect(read('abc\ndef', [2], { maxRecordBytes: 4, wholetext: true }, rejects)).toEqual([]);
    expect(rejects).toEqual([{ line: 1, reason: 'longer than 4 bytes (maxRecordBytes)', raw: 'abc\nd' }]);
  });

  test('does not depend on where chunks end', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r', '\r\n', '\uFEFF'), { maxLength: 12 });
    fc.assert(
      fc.property(text, (parts) => {
        const bytes = new TextEncoder().encode(parts.join(''));
        const whole = read(bytes);
        for (let cut = 0; cut <= bytes.length; cut++) expect(read(bytes, [cut])).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });
});

test('writes a line per row, and reads it back', () => {
  const encoder = textFormat.encoder({ schema, options: {} });
  const bytes = encoder.encode(batchOf(schema, [['a'], [null], ['é b'], ['']]));
  expect(new TextDecoder().decode(bytes)).toBe('a\n\né b\n\n');
  expect(read(bytes)).toEqual(['a', '', 'é b', '']);
});

test('refuses other schemas and unknown options', () => {
  const other = struct([field('a', LONG)]);
  expect(() => textFormat.encoder({ schema: other, options: {} })).toThrow('text writes one string column');
  expect(() => textOptions({ wholetex: true })).toThrow('Did you mean "wholetext"?');
  expect(() => textOptions({ wholetext: 1 })).toThrow('wholetext is true or false, not 1');
});
