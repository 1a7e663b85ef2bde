import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Kernel, sharedKernel } from '../../src/kernel/kernel.ts';
import {
  ABSENT,
  BOOLEAN,
  CUT,
  DATE,
  DECIMAL,
  DOUBLE,
  EMPTY_NULL,
  EMPTY_TEXT,
  FIELD,
  LINES,
  MISS,
  NARROW,
  NULLABLE,
  NUMBER_TEXT,
  OVER,
  PRESENT,
  ROWS,
  SAFE_INTEGER,
  SKIP_FIELD,
  SKIP_VALUE,
  SMALL_INTEGER,
  TEXT,
  TIMESTAMP,
  UTC_DEFAULT,
  VALUES,
} from '../../src/kernel/ops.ts';
import { rowMarks, type ShapeOp, ShapeProgram } from '../../src/kernel/program.ts';
import type { RecordRules } from '../../src/kernel/record-rules.ts';
import { rules } from './record-rules.ts';

const kernel = sharedKernel() as Kernel;
const bytesOf = (text: string) => new TextEncoder().encode(text);
type ValueOp = Extract<ShapeOp, { kind: number }>;

/** All that a run leaves of one column, as text. */
function cells(op: ValueOp): string[] {
  const column = op.column as number;
  const valid = [...kernel.validity(column)];
  const show = (values: ArrayLike<unknown>) => valid.map((is, i) => (is === 1 ? String(values[i]) : 'null'));
  switch (op.kind) {
    case SMALL_INTEGER:
    case DATE:
    case BOOLEAN:
      return show(kernel.int32(column));
    case DECIMAL:
      return show(kernel.int64(column));
    case TEXT:
    case NUMBER_TEXT: {
      const { bytes, ends } = kernel.texts(column, 0);
      const texts = [...ends].map((end, i) => Buffer.from(bytes.subarray(i === 0 ? 0 : ends[i - 1], end)).toString());
      return show(texts);
    }
    default:
      return show(Array.from(kernel.float64(column), (value) => (Object.is(value, -0) ? '-0' : value)));
  }
}

/** Decodes all it can, at most `maxRows` at a time: with 1, no block is ever tried. A line that does not fit is passed. */
function decodeAll(program: ShapeProgram, how: RecordRules, bytes: Uint8Array, maxRows: number) {
  const ops = (program.shapes[0] as ShapeOp[]).filter(
    (op): op is ValueOp => 'kind' in op && op.column !== undefined && op.kind !== PRESENT,
  );
  const buffer = Buffer.from(bytes);
  const rows: string[][] = [];
  const misfits: number[][] = [];
  let recordBytes = 0;
  for (let at = 0; at < bytes.length; ) {
    kernel.stage(program, bytes, 0, bytes.length);
    kernel.decode(program, how, at, bytes.length, maxRows, 1_000_000);
    const columns = ops.map(cells);
    for (let row = 0; row < kernel.rows; row++) rows.push(columns.map((column) => column[row] as string));
    recordBytes += kernel.recordBytes;
    const { behind, stop, next, lineStart, lineFeeds } = kernel;
    expect(lineFeeds).toBe(buffer.subarray(at, behind).filter((byte) => byte === LF).length);
    if (how.between === VALUES && !buffer.includes('[\n]')) {
      const last = buffer.subarray(at, behind).lastIndexOf(LF);
      expect(lineStart).toBe(last < 0 ? -1 : at + last + 1);
    }
    if (stop === OVER) break;
    at = behind;
    if (stop === MISS || stop === CUT) {
      misfits.push([stop, next]);
      const lineEnd = buffer.indexOf(LF, next);
      at = lineEnd < 0 ? bytes.length : lineEnd + 1;
    }
    // What stands between two runs is the caller's.
    while (how.between === VALUES && [LF, 13, 32].includes(bytes[at] as number)) at++;
  }
  return { rows, misfits, recordBytes };
}

const LF = 10;

function same(program: ShapeProgram, how: RecordRules, text: string): void {
  const bytes = bytesOf(text);
  const one = decodeAll(program, how, bytes, 1);
  for (const maxRows of [1000, 5])
    if (maxRows > 5 || bytes.length > 2000) expect(decodeAll(program, how, bytes, maxRows)).toEqual(one);
}

type Kind = 'number' | 'small' | 'double' | 'time' | 'word' | 'flag' | 'date';

const PLAIN: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  number: fc.oneof(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 999 })).map(String),
  small: fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 99 })).map(String),
  double: fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 99 })).map(([a, b]) => `${a}.${b}`),
  time: fc.integer({ min: 0, max: 59_999 }).map((ms) => new Date(1_700_000_000_000 + ms * 7).toISOString()),
  word: fc.stringMatching(/^[a-z]{1,20}$/),
  flag: fc.constantFrom('true', 'false'),
  date: fc.constantFrom('2024-01-31', '2024-02-29'),
};
const ODD_NUMBERS =
  `-1 00 01 007 .5 5. 1..2 1.2.3 1e3 1E-2 -0 -0.0 0 0.0 007.5 000 0.5 10 9 99999999 100000000 123456789
  999999999 9007199254740993 1234567.8 12345.678 12345678.9 0.0000001 12345678 1.234567 x 1x +1 1+2 1/2 1:2 \u00e91 true
  00000000000000001 50000 50001 1234567890123456.5 12.3x5678 ..1 1.. 1.0+1`.split(/\s+/);
const ODD: Readonly<Record<Kind, readonly string[]>> = {
  number: [...ODD_NUMBERS, '', '1 ', ' 1'],
  small: [...ODD_NUMBERS, '', '1 ', ' 1'],
  double: [...ODD_NUMBERS, '', '1 ', ' 1'],
  time: `2024-02-29T23:59:59.999Z 2023-02-29T00:00:00.000Z 2024-01-01T24:00:00.000Z 2024-01-01T00:60:00.000Z
    2024-01-01T00:00:60.000Z 2024-01-01T00:00:00Z 2024-01-01T00:00:00.123456Z 2024-01-01T00:00:00.000+01:00
    2255-06-05T23:47:34.740Z 2255-06-05T23:47:34.741Z 9999-12-31T23:59:59.999Z 0001-01-01T00:00:00.000Z
    2024-01-01T00:00:0x.000Z 2024-01-01T00:00:00,000Z 2024-01-01T00:00:00.0000 2024-01-01T00:00:00.000z x`.split(/\s+/),
  word: ['a,b', 'a}b', 'h\u00e9', '\u{1f600}', 'NA', 'quo"te', 'long enough to need another sixteen bytes', ''],
  flag: ['no', 'TRUE', 'tru'],
  date: ['2024-01-32', '2023-02-29', '20240131'],
};

/** Of the minutes of the plain times, and as long as they are. */
const UNQUOTED = ['13', '14', '15', '16', '17', '18', '19', '20'].map((minute) => `[2023-11-14T22:${minute}:20.000Z]`);

/** How records of values are written, and the shape that they have. Only `count` of the values from `from` on are there. */
interface Layout {
  readonly rules: RecordRules;
  readonly kinds: readonly Kind[];
  /** Odd in any place. */
  readonly odd: readonly string[];
  /** Where there are several, those after the first are rarer. */
  readonly lineEnds: readonly string[];
  program(from: number, count: number): ShapeProgram;
  /** Without what ends its line. */
  write(values: readonly string[], from: number, count: number): string;
}

const NUMBERS = [
  { kind: SAFE_INTEGER },
  { kind: SMALL_INTEGER, a: -5n, b: 50_000n, flags: NARROW },
  { kind: DOUBLE },
  { kind: DECIMAL, a: 2n, b: 10_000_000_000n },
];
const NUMBER_KINDS = ['number', 'small', 'double', 'double'] as const;

function programOf(marks: number | null, all: readonly ValueOp[], used: readonly ShapeOp[]): ShapeProgram {
  const program = marks === null ? new ShapeProgram(8) : new ShapeProgram(8, rowMarks(marks, 34));
  const absent = all
    .filter((value) => !used.includes(value) && value.column !== undefined)
    .map(({ column, flags }): ShapeOp => ({ kind: ABSENT, column: column as number, flags: (flags ?? 0) & NARROW }));
  expect(program.add([...absent, ...used])).toBe(true);
  return program;
}

function fieldsOfRows(): Layout {
  const flags = FIELD | NULLABLE;
  const fields: ValueOp[] = [
    { kind: TIMESTAMP, column: 0, flags: flags | UTC_DEFAULT | EMPTY_NULL },
    { kind: TEXT, column: 1, flags: flags | EMPTY_TEXT },
    ...NUMBERS.map((type, i) => ({ ...type, column: 2 + i, flags: flags | EMPTY_NULL | (type.flags ?? 0) })),
    { kind: SKIP_FIELD },
    { kind: BOOLEAN, column: 6, flags: flags | NARROW },
    { kind: DATE, column: 7, flags: flags | NARROW },
  ];
  return {
    rules: rules(ROWS, { separator: 44, quote: 34, nullText: bytesOf('NA'), comment: 35 }),
    kinds: ['time', 'word', ...NUMBER_KINDS, 'word', 'flag', 'date'],
    odd: [
      '',
      'NA',
      '""',
      '"',
      '"1"',
      '"12.5"',
      '"2024-01-01T00:00:00.000Z"',
      '"a ""quote"""',
      '"a,b"',
      '1,2',
      'a\r',
      '"N',
    ],
    lineEnds: ['\n', '\r\n', ',more\n', '\n\n', '\n# no\n', '\r'],
    program: (from, count) =>
      programOf(
        44,
        fields,
        fields
          .slice(from, from + count)
          .flatMap((field, i) => (i === 0 ? [field] : [{ literal: bytesOf(',') }, field])),
      ),
    write: (values, from, count) => values.slice(from, from + count).join(','),
  };
}

function objects(between: number): Layout {
  const values: ValueOp[] = [
    ...NUMBERS.map((type, i) => ({ ...type, column: i, flags: NULLABLE | (type.flags ?? 0) })),
    { kind: TEXT, column: 4, flags: NULLABLE },
    { kind: NUMBER_TEXT, column: 5, flags: NULLABLE },
    { kind: SKIP_VALUE, a: 8n, b: 8n },
    { kind: BOOLEAN, column: 6, flags: NULLABLE | NARROW },
    { kind: TIMESTAMP, column: 7, flags: NULLABLE | UTC_DEFAULT },
  ];
  const isQuoted = [4, 6, 8];
  // Some literals are longer than what is compared at once, and have marks of their own.
  const names = values.map((_, i) => (i % 2 === 0 ? `,"n${i}":` : ` },"a name that is longer than that ,{${i}":{"v":`));
  const name = (i: number, from: number) => (i === from ? '{"o":{"first":' : (names[i] as string));
  const unquoted = /^(?:null|[[{].*|"|"")$/s;
  return {
    rules: rules(between),
    kinds: [...NUMBER_KINDS, 'word', 'number', 'word', 'flag', 'time'],
    odd: ['null', '\\n', '\\u00e9', '\\ud83d\\ude00', '\\x', '[1,2]', '[\n]', '{"a":{}}', '"', '""', '"a', ...UNQUOTED],
    lineEnds: ['\n', '\r\n', '\n\n', ' \n', ' ', ''],
    program: (from, count) =>
      programOf(null, values, [
        ...values
          .slice(from, from + count)
          .flatMap((value, i): ShapeOp[] => [{ literal: bytesOf(name(from + i, from)) }, value]),
        { literal: bytesOf('}}') },
      ]),
    write: (row, from, count) =>
      `${row
        .map((text, i) => name(i, from) + (isQuoted.includes(i) && !unquoted.test(text) ? `"${text}"` : text))
        .slice(from, from + count)
        .join('')}}}`,
  };
}

describe.each([
  ['rows of fields', fieldsOfRows()],
  ['objects of JSON on lines', objects(LINES)],
  ['objects of JSON', objects(VALUES)],
])('many records at once are what they are one by one: %s', (_, layout) => {
  const { kinds, odd, lineEnds } = layout;

  test('with one odd value among plain ones', () => {
    const plain = fc.sample(fc.tuple(...kinds.map((kind) => PLAIN[kind])), { numRuns: 9, seed: 1 });
    const last = kinds.length - 1;
    kinds.forEach((kind, column) => {
      for (const value of [...ODD[kind], ...odd]) {
        for (const place of [0, 5]) {
          const rows = plain.map((row, i) => (i === place ? row.with(column, value) : row));
          // The value is the only one of its record, or one of all.
          for (const [from, count] of [
            [column, 1],
            [0, last + 1],
          ] as const) {
            for (const lineEnd of lineEnds.slice(0, 1 + (place % 2))) {
              const text = rows.map((row) => layout.write(row, from, count) + lineEnd).join('');
              same(layout.program(from, count), layout.rules, text);
            }
          }
        }
      }
    });
  });

  test('with any', () => {
    const anOdd = fc
      .integer({ min: 0, max: kinds.length - 1 })
      .chain((at) => fc.tuple(fc.constant(at), fc.constantFrom(...ODD[kinds[at] as Kind], ...odd)));
    const aRow = fc
      .tuple(
        fc.tuple(...kinds.map((kind) => PLAIN[kind])),
        fc.oneof({ arbitrary: fc.constant(null), weight: 8 }, anOdd),
        fc.oneof({ arbitrary: fc.constant(lineEnds[0] as string), weight: 60 }, fc.constantFrom(...lineEnds)),
      )
      .map(([values, changed, lineEnd]) => ({
        values: changed === null ? values : values.with(changed[0], changed[1]),
        lineEnd,
      }));
    fc.assert(
      fc.property(
        fc.array(aRow, { minLength: 4, maxLength: 60 }),
        fc.integer({ min: 0, max: kinds.length - 1 }),
        fc.integer({ min: 1, max: kinds.length }),
        fc.boolean(),
        (rows, from, count, isCut) => {
          const text = rows.map(({ values, lineEnd }) => layout.write(values, from, count) + lineEnd).join('');
          same(layout.program(from, count), layout.rules, isCut ? text.slice(0, -3) : text);
        },
      ),
      { numRuns: 300, endOnFailure: true },
    );
  });
});

describe('blocks', () => {
  test('as many as there are, to the byte', () => {
    const program = new ShapeProgram(1);
    program.add([
      { literal: bytesOf('{"a":') },
      { kind: SAFE_INTEGER, column: 0, flags: NULLABLE },
      { literal: bytesOf('}') },
    ]);
    const text = Array.from({ length: 3000 }, (_value, i) => `{"a":${i}}\n`).join('');
    const bytes = bytesOf(text);
    kernel.stage(program, bytes, 0, bytes.length);
    kernel.decode(program, rules(VALUES), 0, bytes.length, 4096, 1_000_000);
    expect(kernel).toMatchObject({
      rows: 3000,
      behind: bytes.length - 1,
      lineFeeds: 2999,
      lineStart: bytes.length - 11,
    });
    expect([...kernel.float64(0)]).toEqual(Array.from({ length: 3000 }, (_value, i) => i));
    kernel.decode(program, rules(VALUES), 0, bytes.length, 1234, 1_000_000);
    expect(kernel).toMatchObject({ rows: 1234, recordBytes: text.split('\n').slice(0, 1234).join('').length });
    kernel.decode(program, rules(VALUES), 0, bytes.length, 4096, 5000);
    expect(kernel.recordBytes).toBeGreaterThanOrEqual(5000);
    expect(kernel.recordBytes).toBeLessThan(5000 + 10);
    kernel.decode(program, rules(VALUES, { maxRecordBytes: 8 }), 0, bytes.length, 4096, 1_000_000);
    expect(kernel.rows).toBe(100);
  });
});
