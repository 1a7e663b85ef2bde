import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BROKEN, INCOMPLETE, type Outcome, Tokenizer, VALUE } from '../../../src/formats/json/tokenizer.ts';

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LIMITS = { maxDepth: 100, maxKeys: 1000 };

/** Whether the bytes are one JSON value with nothing but white space around it. */
function accepts(bytes: Uint8Array): boolean {
  const tokenizer = new Tokenizer(LIMITS);
  if (tokenizer.tokenize(bytes, 0, bytes.length, true) !== VALUE) return false;
  return bytes.subarray(tokenizer.end).every((byte) => byte === 32 || byte === 9 || byte === 10 || byte === 13);
}

function jsonParseAccepts(bytes: Uint8Array): boolean {
  try {
    JSON.parse(strictDecoder.decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function tokenize(text: string, complete = true, limits = LIMITS): { outcome: Outcome; tokenizer: Tokenizer } {
  const tokenizer = new Tokenizer(limits);
  const bytes = encoder.encode(text);
  return { outcome: tokenizer.tokenize(bytes, 0, bytes.length, complete), tokenizer };
}

/** Changes a document at a few places, so that it is nearly JSON. */
const mutated = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(0, 1, 2),
        fc.oneof(
          fc.constantFrom(...'{}[]",:\\/u0123456789.eE+-tfnab \n\t\r\0').map((c) => c.charCodeAt(0)),
          fc.integer({ min: 0, max: 255 }),
        ),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([json, changes]) => {
    const bytes = [...encoder.encode(json)];
    for (const [at, how, byte] of changes)
      bytes.splice(at % (bytes.length + 1), how === 0 ? 0 : 1, ...(how === 2 ? [] : [byte]));
    return Uint8Array.from(bytes);
  });

describe('accepts what JSON.parse accepts', () => {
  test('documents and mutated documents', () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        expect(accepts(bytes)).toBe(jsonParseAccepts(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  test('strings of odd bytes', () => {
    const odd = fc.array(
      fc.constantFrom(
        0x22,
        0x5c,
        0x75,
        0x64,
        0x38,
        0x30,
        0x7f,
        0x80,
        0xbf,
        0xc1,
        0xc2,
        0xe0,
        0xa0,
        0xed,
        0x9f,
        0xf0,
        0x90,
        0xf4,
        0x8f,
        0xff,
        0x1f,
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(odd, (inside) => {
        const bytes = Uint8Array.from([0x22, ...inside, 0x22]);
        expect(accepts(bytes)).toBe(jsonParseAccepts(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    '0',
    '-0',
    '-',
    '01',
    '1.',
    '.5',
    '1e',
    '1e+',
    '1E-5',
    '1.5e10',
    '--1',
    '+1',
    '0x1',
    'NaN',
    'Infinity',
    "'a'",
    '"\\ud800"',
    '"\\u00g0"',
    '"\\x"',
    '[1,]',
    '{"a":1,}',
    '{,}',
    '[,1]',
    '{"a"}',
    '{"a":}',
    '{1:2}',
    'tru',
    'nulll',
    '',
    ' ',
    '\uFEFF1',
    '{"__proto__":1,"constructor":2,"1":3}',
    '"\u2028"',
    '"\t"',
    '[] []',
    '{}}',
  ])('%j', (text) => {
    const bytes = encoder.encode(text);
    expect(accepts(bytes)).toBe(jsonParseAccepts(bytes));
  });
});

test('a beginning of a document is incomplete, never broken, and the whole is the same value', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.nat(), (json, cut) => {
      const bytes = encoder.encode(`${json} `);
      const tokenizer = new Tokenizer(LIMITS);
      const at = cut % bytes.length;
      const outcome = tokenizer.tokenize(bytes, 0, at, false);
      expect(outcome === INCOMPLETE || (outcome === VALUE && at >= bytes.length - 1)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('the tape keeps the text of each value', () => {
  const text = ' {"a": [1, -2.50e3, "x\\ny"], "b": {}} rest';
  const { outcome, tokenizer } = tokenize(text);
  expect(outcome).toBe(VALUE);
  const entries: [number, string, number][] = [];
  for (let i = 0; i < (tokenizer.tape[3] as number); i += 4) {
    const [kind, start, end, next] = tokenizer.tape.subarray(i, i + 4) as unknown as [number, number, number, number];
    entries.push([kind, text.slice(start, end), next / 4]);
  }
  expect(entries).toEqual([
    [7, '{"a": [1, -2.50e3, "x\\ny"], "b": {}}', 8],
    [5, 'a', 2],
    [8, '[1, -2.50e3, "x\\ny"]', 6],
    [3, '1', 4],
    [4, '-2.50e3', 5],
    [6, 'x\\ny', 6],
    [5, 'b', 7],
    [7, '{}', 8],
  ]);
  expect(tokenizer.end).toBe(text.indexOf(' rest'));
});

describe('reasons', () => {
  test.each([
    ['{"a":1 "b":2}', 7, 'expected "," or "}" after a field, found a double quote'],
    ['{a:1}', 1, 'expected a field name in double quotes or "}", found "a"'],
    ['{"a":1,}', 7, 'expected a field name in double quotes, found "}"'],
    ['{"a" 1}', 5, 'expected ":" after a field name, found "1"'],
    ['{"a":tru}', 8, 'expected true, found "}" in it'],
    ['["x\ny"]', 3, 'a string is not closed on its line'],
    ['{"a":"x', 7, 'a string is not closed'],
    ['[1', 2, 'expected "," or "]", found the end of the input'],
    ['"a\\x"', 3, 'a backslash before "x" is no JSON escape'],
    ['01', 1, ''],
  ])('%j', (text, at, reason) => {
    const { outcome, tokenizer } = tokenize(text);
    if (reason === '') return expect([outcome, tokenizer.end]).toEqual([VALUE, at]);
    expect([outcome, tokenizer.errorAt, tokenizer.reason]).toEqual([BROKEN, at, `not JSON: ${reason}`]);
  });

  test('limits', () => {
    expect(tokenize('[[1]]', true, { maxDepth: 2, maxKeys: 1 }).outcome).toBe(VALUE);
    expect(tokenize('[[[1]]]', true, { maxDepth: 2, maxKeys: 1 }).tokenizer.reason).toBe(
      'nested deeper than 2 levels (maxDepth)',
    );
    expect(tokenize('[{"a":1},{"a":1}]', true, { maxDepth: 2, maxKeys: 1 }).tokenizer.reason).toBe(
      'more than 1 field names (maxKeys)',
    );
    expect(tokenize('['.repeat(1_000_000)).outcome).toBe(BROKEN);
  });
});

test("Spark's dialect takes single quotes and words for numbers that are none", () => {
  const bytes = encoder.encode(`{'a':'x"y\\'',"b":[NaN,Infinity,-Infinity,-INF,+INF,+Infinity,-1]}`);
  expect(new Tokenizer(LIMITS, 'spark').tokenize(bytes, 0, bytes.length, true)).toBe(VALUE);
  expect(new Tokenizer(LIMITS).tokenize(bytes, 0, bytes.length, true)).toBe(BROKEN);
});
