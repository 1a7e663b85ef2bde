import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Tokenizer, VALUE } from '../../../src/formats/json/tokenizer.ts';
import { field, LONG, struct } from '../../../src/schema.ts';
import { decode } from './decode-harness.ts';

const schema = struct([field('a', LONG, false)]);

/** Rows as their only number, rejects as their raw text, in the order in which they are found each. */
function read(text: string, options: Record<string, unknown> = {}, cuts: number[] = []) {
  const { rows, rejects } = decode(schema, text, { mode: 'reject', ...options }, cuts);
  return { rows: rows.map(([a]) => a), rejects: rejects.map(({ raw }) => raw) };
}

describe('records in every form', () => {
  test.each([
    ['one value per line', '{"a":1}\n{"a":2}\n'],
    ['without line break at the end', '{"a":1}\n{"a":2}'],
    ['CRLF', '{"a":1}\r\n{"a":2}\r\n'],
    ['CR', '{"a":1}\r{"a":2}\r'],
    ['blank lines', '\n\n{"a":1}\n  \n\n{"a":2}\n\n'],
    ['byte order mark', '\uFEFF{"a":1}\n{"a":2}'],
    ['one array on a line', '[{"a":1},{"a":2}]'],
    ['arrays on lines', '[{"a":1}]\n[{"a":2}]'],
    ['empty arrays', '[]\n[{"a":1},{"a":2}][ ]'],
    ['array over lines', '[\n  {"a":1},\n  {"a":2}\n]\n'],
    ['pretty printed array', '[\n  {\n    "a": 1\n  },\n  {\n    "a": 2\n  }\n]\n'],
    ['objects over lines', '{\n  "a": 1\n}\n{\n  "a": 2\n}\n'],
    ['concatenated objects', '{"a":1}{"a":2}'],
    ['a mixture', '{"a":1}[{"a":2}]'],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual({ rows: [1, 2], rejects: [] });
  });

  test('nothing', () => {
    for (const text of ['', '\n', ' \r\n ', '[]', '\uFEFF']) expect(read(text)).toEqual({ rows: [], rejects: [] });
  });
});

describe('a broken record never stops the rest', () => {
  test.each<[string, string, number[], string[]]>([
    ['a bad line', '{"a":1}\n{"a":,}\n{"a":2}\n', [1, 2], ['{"a":,}']],
    ['text that is no JSON', '{"a":1}\nhello {x}\n{"a":2}\n', [1, 2], ['hello {x}']],
    ['a line cut off', '{"a":1,"b":{"c"\n{"a":2}\n', [2], ['{"a":1,"b":{"c"']],
    ['a line cut off behind a colon', '{"a":1,"b":{"c":\n{"a":2}\n{"a":3}\n', [2, 3], ['{"a":1,"b":{"c":']],
    ['a line cut off behind a comma', '{"a":1,\n{"a":2}\n{"a":3}\n', [2, 3], ['{"a":1,']],
    ['a line cut off inside a string', '{"a":1,"b":"x\n{"a":2}\n', [2], ['{"a":1,"b":"x']],
    ['a line cut off inside a number', '{"a":-\n{"a":2}\n', [2], ['{"a":-']],
    ['a cut at the end of the file', '{"a":1}\n{"a":2', [1], ['{"a":2']],
    ['the last line cut off behind a colon', '{"a":\n{"a":2}', [2], ['{"a":']],
    ['several in a row', '{"a":1}\n{bad\n{worse}\n{"a":2}', [1, 2], ['{bad', '{worse}']],
    ['one in an array on a line', '[{"a":1},{"a":,"b":1},{"a":2}]\n{"a":3}', [1, 2, 3], ['{"a":,"b":1}']],
    ['the last of an array on a line', '[{"a":1},{"a":x}]\n{"a":3}', [1, 3], ['{"a":x}']],
    ['the first of an array on a line', '[{"a":x},{"a":2}]\n{"a":3}', [2, 3], ['{"a":x}']],
    ['an element cut off', '[{"a":1},{"a":{"a":5},{"a":2}]\n{"a":3}', [1, 2, 3], ['{"a":{"a":5}']],
    ['an element cut off in a string', '[{"a":1},{"a":"xyz,{"a":9},{"a":2}]\n{"a":3}', [1, 9, 2, 3], ['{"a":"xyz']],
    ['text in an array', '[{"a":1}, abc, {"a":2}]', [1, 2], ['abc']],
    [
      'one in a pretty printed array',
      '[\n  {\n    "a": 1\n  },\n  {\n    "a": x,\n    "b": {\n  },\n  {\n    "a": 2\n  }\n]\n',
      [1, 2],
      ['{\n    "a": x,\n    "b": {\n  }'],
    ],
    [
      'the last in a pretty printed array',
      '[\n  {\n    "a": 1\n  },\n  {\n    "a": x,\n    "b": {\n  }\n]\n{"a":2}',
      [1, 2],
      ['{\n    "a": x,\n    "b": {\n  }'],
    ],
    [
      'an object over lines',
      '{\n  "a": 1,\n  "b": [\n    {"a": 7}\n  ],\n  "c": x\n}\n{\n  "a": 2\n}',
      [2],
      ['{\n  "a": 1,\n  "b": [\n    {"a": 7}\n  ],\n  "c": x\n}'],
    ],
    ['an array that is cut off, then lines', '[{"a":1},{"a":2}\n{"a":3}\n{"a":4}\n', [1, 2, 3, 4], ['']],
    ['an array that is cut off, then an array', '[{"a":1},{"a":2\n[{"a":3}]\n{"a":4}\n', [1, 3, 4], ['{"a":2']],
    ['an array that is cut off', '[{"a":1},\n{"a":2}', [1, 2], ['']],
    ['an array that is cut off behind a comma', '[{"a":1},', [1], ['']],
    ['a comma too many', '[{"a":1},,{"a":2},]{"a":3}', [1, 2, 3], [',', ']']],
    ['objects with commas between', '{"a":1},\n{"a":2},{"a":3}', [1, 2, 3], [',', ',']],
    ['a bracket too many', '{"a":1}]\n{"a":2}}{"a":3}', [1, 2, 3], [']', '}']],
    ['values that are no objects', '1\n{"a":1}\n"x" null\n[[2],{"a":2}]', [1, 2], ['1', '"x"', 'null', '[2]']],
    [
      'an object without indentation, with objects inside',
      '{\n"b":[\n{"a":7},\n{"a":8}\n],\n"c":{x\n}\n{"a":2}',
      [2],
      ['{\n"b":[\n{"a":7},\n{"a":8}\n],\n"c":{x\n}'],
    ],
    [
      'an object over lines that is not closed, with objects inside',
      '{\n  "c": {x\n  "d": [\n    {"a": 7}\n  ]\n}\n{"a":2}',
      [2],
      ['{\n  "c": {x\n  "d": [\n    {"a": 7}\n  ]\n}'],
    ],
    ['text behind a broken object', '{"a":x} y {"a":1}\n{"a":2}', [2], ['{"a":x} y {"a":1}']],
    [
      'an unclosed string does not swallow the file',
      '{"a":1,"b":"x}\n{"a":2}\n{"a":3}\n"',
      [2, 3],
      ['{"a":1,"b":"x}', '"'],
    ],
  ])('%s', (_, text, rows, rejects) => {
    expect(read(text)).toEqual({ rows, rejects });
  });

  test('where, and why', () => {
    const { rejects } = decode(schema, '\uFEFF{"a":1}\n\n  {"a":x}\r\n{"a":"é"}\n{"b":1}\n');
    expect(rejects).toEqual([
      { line: 3, byteOffset: 14, reason: 'not JSON: expected a value, found "x"', raw: '{"a":x}' },
      {
        line: 4,
        byteOffset: 23,
        reason: 'field a: expected a whole number (bigint), found the string "é"',
        raw: '{"a":"é"}',
      },
      { line: 5, byteOffset: 34, reason: 'field a: missing', raw: '{"b":1}' },
    ]);
  });

  test('bytes that are not UTF-8 are kept in base64', () => {
    const bytes = Uint8Array.from([...Buffer.from('{"a":1,"b":"'), 0xff, ...Buffer.from('"}\n{"a":2}')]);
    const { rows, rejects } = decode(schema, bytes);
    expect(rows).toEqual([[2]]);
    expect(rejects).toEqual([
      {
        line: 1,
        byteOffset: 0,
        reason: 'not JSON: bytes that are not UTF-8 inside a string',
        rawBase64: Buffer.from(bytes.subarray(0, bytes.indexOf(10))).toString('base64'),
      },
    ]);
  });
});

describe('limits', () => {
  test('a record that is too long is rejected, the next is read', () => {
    const long = `{"a":1,"b":"${'x'.repeat(100)}"}`;
    const { rows, rejects } = decode(schema, `${long}\n{"a":2}\n`, { mode: 'reject', maxRecordBytes: 50 });
    expect(rows).toEqual([[2]]);
    expect(rejects.map(({ reason, raw }) => [reason, raw])).toEqual([['longer than 50 bytes (maxRecordBytes)', long]]);
  });

  test('of a very long text the beginning is kept, and memory does not grow with it', () => {
    const long = `{"a":1,"b":"${'x'.repeat(300_000)}"}`;
    const text = `${long}\n{"a":2}\n`;
    const whole = decode(schema, text, { mode: 'reject', maxRecordBytes: 1000 });
    expect(whole.rows).toEqual([[2]]);
    expect(whole.rejects[0]?.raw).toBe(long.slice(0, 65536));
    const cuts = Array.from({ length: 30 }, (_, i) => (i + 1) * 10_000);
    expect(decode(schema, text, { mode: 'reject', maxRecordBytes: 1000 }, cuts).rejects).toEqual(whole.rejects);
  });
});

test('a long broken text ends at the same place wherever chunks end', () => {
  const options = { mode: 'reject', maxRecordBytes: 1000 };
  for (let length = 160_000; length < 180_000; length += 250) {
    const text = `{"a":1,"b":"${'x'.repeat(length)}\n{"a":\n{"a":2}\n`;
    const { rows, rejects } = decode(
      schema,
      text,
      options,
      Array.from({ length: 400 }, (_, i) => (i + 1) * 500),
    );
    expect(rows).toEqual([[2]]);
    expect(rejects.map(({ raw }) => raw?.length)).toEqual([65536, 5]);
  }
});

const records = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 9 }).map((a) => `{"a":${a}}`) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '{"a":1,"b":{"a":2}}',
        '{\n  "a": 3,\n  "b": [\n    {"a":1}\n  ]\n}',
        '[{"a":1},{"a":2}]',
        '[\n{"a":4},\n{"a":5}\n]',
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '{"a":',
        '{"a":"',
        '{"a":x}',
        '{"a":{"b":1}',
        '[{"a":1},',
        '[{"a":1},{"a":',
        '{',
        '}',
        ']',
        '[',
        ',',
        '"',
        'x',
        '{"a":1,"b":"é\\',
        '\u{1F600}',
        '{"a":1}}',
      ),
    },
  ),
  { maxLength: 12 },
);
const separator = fc.constantFrom('\n', '\r\n', '', ' ', ',', ',\n', '\n  ', '\r');
const stream = fc
  .tuple(fc.constantFrom('', '\uFEFF'), records, fc.array(separator, { minLength: 12, maxLength: 12 }))
  .map(([mark, parts, separators]) => mark + parts.map((part, i) => part + separators[i]).join(''));

test('decoding does not depend on where chunks end', () => {
  fc.assert(
    fc.property(stream, fc.constantFrom(20, 1_000_000), (text, maxRecordBytes) => {
      const bytes = new TextEncoder().encode(text);
      const options = { mode: 'reject', maxRecordBytes };
      const { rows, rejects } = decode(schema, bytes, options);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const other = decode(schema, bytes, options, [cut]);
        expect({ rows: other.rows, rejects: other.rejects }).toEqual({ rows, rejects });
      }
      const ones = decode(schema, bytes, options, Array.from(bytes.keys()));
      expect({ rows: ones.rows, rejects: ones.rejects }).toEqual({ rows, rejects });
    }),
    { numRuns: 100 },
  );
});

test('what is in no record is rejected, and what is rejected is in no record', () => {
  fc.assert(
    fc.property(stream, (text) => {
      const bytes = new TextEncoder().encode(text);
      // With no fields asked for, each object is a row.
      const { rows, rejects } = decode(struct([]), bytes);
      for (const { byteOffset = 0, raw = '' } of rejects) {
        const size = Buffer.byteLength(raw);
        expect(Buffer.from(bytes.subarray(byteOffset, byteOffset + size)).toString()).toBe(raw);
        bytes.fill(0x20, byteOffset, byteOffset + size);
      }
      let found = 0;
      const tokens = new Tokenizer({ maxDepth: 100, maxKeys: 1000 });
      for (let at = text.startsWith('\uFEFF') ? 3 : 0; at < bytes.length; ) {
        if (' \r\n[],'.includes(String.fromCharCode(bytes[at] as number))) at++;
        else {
          expect(tokens.tokenize(bytes, at, bytes.length, true)).toBe(VALUE);
          at = tokens.end;
          found++;
        }
      }
      expect(rows.length).toBe(found);
    }),
    { numRuns: 1000 },
  );
});
