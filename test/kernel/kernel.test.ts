import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Kernel, sharedKernel } from '../../src/kernel/kernel.ts';
import {
  ABSENT,
  BOOLEAN,
  CUT,
  DOUBLE,
  ELEMENTS,
  FIELD,
  FULL,
  INPUT_BYTES,
  LINES,
  MAX_SHAPES,
  MISS,
  NARROW,
  NULLABLE,
  OVER,
  ROWS,
  SAFE_INTEGER,
  SKIP_VALUE,
  TEXT,
  VALUES,
} from '../../src/kernel/ops.ts';
import { type ShapeOp, ShapeProgram } from '../../src/kernel/program.ts';
import type { RecordRules } from '../../src/kernel/record-rules.ts';
import { rules } from './record-rules.ts';

const kernel = sharedKernel() as Kernel;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const literal = (text: string): ShapeOp => ({ literal: bytesOf(text) });

function program(columns: number, ...shapes: readonly ShapeOp[][]): ShapeProgram {
  const made = new ShapeProgram(columns);
  for (const shape of shapes) expect(made.add(shape)).toBe(true);
  return made;
}

/** Whether it is a field in quotes that are doubled within, and not empty. */
function isInQuotes(field: Buffer): boolean {
  return /^"(?:[^"]|"")+"$/.test(field.toString('latin1'));
}

/** Decodes all of the text; the number of rows. */
function run(made: ShapeProgram, between: RecordRules, text: string, maxRows = 100): number {
  return runBytes(made, between, bytesOf(text), maxRows);
}

function runBytes(made: ShapeProgram, between: RecordRules, bytes: Uint8Array, maxRows = 100): number {
  kernel.stage(made, bytes, 0, bytes.length);
  kernel.decode(made, between, 0, bytes.length, maxRows, 1_000_000);
  return kernel.rows;
}

const integer = [literal('{"a":'), { kind: SAFE_INTEGER, column: 0, flags: NULLABLE }, literal('}')];

describe('where a run stops', () => {
  test('at the end of the input, with blank space behind the last record', () => {
    expect(run(program(1, integer), rules(VALUES), '{"a":1}\n{"a":2} \n')).toBe(2);
    expect(kernel).toMatchObject({ stop: OVER, behind: 15, recordBytes: 14, lineStart: 8 });
    expect([...kernel.float64(0)]).toEqual([1, 2]);
  });

  test('at the row that has no room', () => {
    expect(run(program(1, integer), rules(VALUES), '{"a":1}{"a":2}{"a":3}', 2)).toBe(2);
    expect(kernel).toMatchObject({ stop: FULL, behind: 14 });
  });

  test('at a record that fits no shape', () => {
    expect(run(program(1, integer), rules(VALUES), `{"a":1}\n{"b":2}\n${' '.repeat(200)}`)).toBe(1);
    expect(kernel).toMatchObject({ stop: MISS, behind: 7, next: 8 });
  });

  test('at a record that the input may have cut off', () => {
    const whole = '{"a":1}\n{"a":22}';
    for (let end = 9; end < whole.length; end++) {
      expect(run(program(1, integer), rules(VALUES), whole.slice(0, end))).toBe(1);
      expect(kernel).toMatchObject({ stop: CUT, behind: 7, next: 8 });
    }
  });

  test('never takes what stands behind the input for a part of it', () => {
    const made = program(1, [literal('{"a":'), { kind: SAFE_INTEGER, column: 0 }, literal('\n\n}')]);
    const bytes = bytesOf('{"a":1\n\n}{"a":2\n\n}');
    kernel.stage(made, bytes, 0, bytes.length);
    kernel.decode(made, rules(VALUES), 0, 15, 100, 1000);
    expect(kernel).toMatchObject({ rows: 1, stop: CUT });
  });

  test('at a record that is too long', () => {
    expect(run(program(1, integer), rules(VALUES, { maxRecordBytes: 7 }), `{"a":1}{"a":22}${' '.repeat(100)}`)).toBe(1);
    expect(kernel.stop).toBe(MISS);
  });
});

describe('what stands between records', () => {
  test('elements need one comma', () => {
    expect(run(program(1, integer), rules(ELEMENTS), '{"a":1} , {"a":2}\n,{"a":3}] ')).toBe(3);
    expect(kernel).toMatchObject({ stop: OVER, lineStart: 18 });
    expect(run(program(1, integer), rules(ELEMENTS), '{"a":1} {"a":2}')).toBe(1);
    expect(run(program(1, integer), rules(ELEMENTS), `{"a":1},,{"a":2}${' '.repeat(100)}`)).toBe(1);
  });

  test('lines end with LF or CR LF, and hold nothing but the record', () => {
    expect(run(program(1, integer), rules(LINES), ' {"a":1}\r\n{"a":2}  \n{"a":3} x\n')).toBe(2);
    expect(kernel.behind).toBe(20);
    expect(run(program(1, integer), rules(LINES), '{"a":1}')).toBe(0);
    expect(kernel.stop).toBe(CUT);
  });

  test('rows have fields, empty ones are null', () => {
    const field = { kind: DOUBLE, flags: FIELD | NULLABLE };
    const made = program(2, [{ ...field, column: 0 }, literal(';'), { ...field, column: 1 }]);
    const csv = rules(ROWS, { separator: 59, quote: 34, comment: 35 });
    expect(run(made, csv, '1.5;\n;-2\r\n#;\n')).toBe(2);
    expect([...kernel.validity(0)]).toEqual([1, 0]);
    expect([...kernel.validity(1)]).toEqual([0, 1]);
    expect(kernel.float64(1)[1]).toBe(-2);
  });
});

describe('values', () => {
  test('several shapes fill the same columns', () => {
    const both = [
      [literal('{"a":'), { kind: SAFE_INTEGER, column: 0 }, { kind: ABSENT, column: 1, flags: NARROW }, literal('}')],
      [{ kind: ABSENT, column: 0 }, literal('{"b":'), { kind: BOOLEAN, column: 1, flags: NARROW }, literal('}')],
    ];
    expect(run(program(2, ...both), rules(VALUES), '{"a":1}{"b":true}{"a":3}')).toBe(3);
    expect([...kernel.validity(0)]).toEqual([1, 0, 1]);
    expect([...kernel.validity(1)]).toEqual([0, 1, 0]);
    expect(kernel.int32(1)[1]).toBe(1);
  });

  test('texts are gathered behind a base', () => {
    const made = program(1, [{ kind: TEXT, column: 0, flags: NULLABLE }]);
    expect(run(made, rules(VALUES), '"ä" "" null "a longer text than sixteen bytes"')).toBe(4);
    const { bytes, ends } = kernel.texts(0, 100);
    expect(new TextDecoder().decode(bytes)).toBe('äa longer text than sixteen bytes');
    expect([...ends]).toEqual([102, 102, 102, 134]);
  });

  test('texts are UTF-8, and fields too', () => {
    const pieces = [
      '61',
      '22',
      'c080',
      'c1bf',
      'c280',
      'dfbf',
      'e08080',
      'e0a080',
      'e282',
      'ed9fbf',
      'eda080',
      'ee8080',
      'efbfbf',
      'f08080',
      'f0908080',
      'f48fbfbf',
      'f4908080',
      'f5808080',
      'bf',
      'ff',
      '61616161616161',
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 6 });
    const quoted = program(1, [{ kind: TEXT, column: 0 }]);
    const field = program(1, [{ kind: TEXT, column: 0, flags: FIELD | NULLABLE }]);
    const csv = rules(ROWS, { separator: 44, quote: 34 });
    fc.assert(
      fc.property(texts, (hex) => {
        const text = Buffer.from(hex.join(''), 'hex');
        const toQuote = text.includes(34) ? text.subarray(0, text.indexOf(34)) : text;
        const string = Buffer.concat([bytesOf('"'), text, bytesOf('"~')]);
        expect(runBytes(quoted, rules(VALUES), string, 1)).toBe(isUtf8(toQuote) ? 1 : 0);
        const row = Buffer.concat([text, bytesOf('\n')]);
        const fits = !text.includes(34) || isInQuotes(text);
        expect(runBytes(field, csv, row)).toBe(isUtf8(text) && fits ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('literals of any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (length, at) => {
        const text = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(2).slice(0, length);
        const made = program(1, [literal(text)]);
        const wrong = `${text.slice(0, at % length)}#${text.slice((at % length) + 1)}`;
        expect(run(made, rules(VALUES), `${text} ${text} ${wrong} ${text}`)).toBe(2);
      }),
      { numRuns: 100 },
    );
  });

  test('doubles are the nearest ones', () => {
    const made = program(1, [{ kind: DOUBLE, column: 0 }]);
    const texts = fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => JSON.stringify(value)),
      fc
        .tuple(fc.nat(99999999), fc.stringMatching(/^[0-9]{1,9}$/), fc.integer({ min: -25, max: 25 }))
        .map(([whole, fraction, power]) => `${whole}.${fraction}e${power}`),
      fc.tuple(fc.nat(), fc.stringMatching(/^[0-9]{1,9}$/)).map(([whole, fraction]) => `-${whole}.${fraction}`),
    );
    let taken = 0;
    fc.assert(
      fc.property(texts, (text) => {
        if (run(made, rules(VALUES), text) === 0) return;
        taken++;
        expect(kernel.float64(0)[0]).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(600);
  });

  test('skips what JSON.parse takes, and nothing else', () => {
    const made = program(1, [{ kind: SKIP_VALUE, a: 32n, b: 100n }, literal('~')]);
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return text === text.trim();
      } catch {
        return false;
      }
    };
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-0',
      '0.5',
      '1e9',
      'true',
      'null',
      ' ',
      '"\\n"',
      '01',
      '"\\x"',
      '\n',
    );
    const texts = fc.oneof(
      fc.json(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    // Long texts come up now and then; the limit is judged elsewhere.
    const unlimited = rules(VALUES, { maxRecordBytes: 1_000_000 });
    fc.assert(
      fc.property(texts, (text) => {
        expect([text, run(made, unlimited, `${text}~`)]).toEqual([text, isJson(text) ? 1 : 0]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('project', () => {
  const cells = {
    names: null,
    separator: 44,
    quote: 34,
    nullText: bytesOf('NULL'),
    emptyText: bytesOf('""'),
    textFlags: new Uint8Array(256),
  };
  const pair = program(2, [
    literal('{"a":'),
    { kind: SAFE_INTEGER, column: 0, flags: NULLABLE },
    literal(',"b":'),
    { kind: TEXT, column: 1, flags: NULLABLE },
    literal('}'),
  ]);
  function project(columns: readonly number[], text: string): string {
    const bytes = bytesOf(text);
    kernel.stage(pair, bytes, 0, bytes.length);
    kernel.project(pair, { ...cells, columns }, rules(VALUES, { maxRecordBytes: INPUT_BYTES }), 0, bytes.length);
    return new TextDecoder().decode(kernel.text());
  }

  test('columns in the order of the output, each as often as it is wanted', () => {
    const text = '{"a":1,"b":"x"}\n{"a":-20,"b":null}\n{"a":null,"b":""}';
    expect(project([1, 0], text)).toBe('x,1\nNULL,-20\n"",NULL\n');
    expect(kernel).toMatchObject({ rows: 3, stop: OVER, behind: text.length, lineFeeds: 2 });
    expect(project([0, 1, 0], '{"a":1,"b":"x"}')).toBe('1,x,1\n');
  });

  test('texts with a separator keep their quotes', () => {
    expect(project([1], '{"a":1,"b":"x, y"}{"a":1,"b":"a text of more than sixteen bytes, \u00e4"}')).toBe(
      '"x, y"\n"a text of more than sixteen bytes, \u00e4"\n',
    );
  });

  test('stops in front of a text that is not sure', () => {
    expect(project([1], `{"a":1,"b":"x"}{"a":2,"b":"\\n"}${' '.repeat(100)}`)).toBe('x\n');
    expect(kernel).toMatchObject({ rows: 1, stop: MISS, next: 15 });
  });

  test('stops when the output is full', () => {
    const record = `{"a":1,"b":"${'x'.repeat(50_000)}"}`;
    const columns = [1, 1, 1, 1, 1, 1];
    expect(project(columns, record + record).length).toBe(6 * 50_001);
    expect(kernel).toMatchObject({ rows: 1, stop: FULL, behind: record.length });
    const wide = `{"a":1,"b":"${'x'.repeat(200_000)}"}`;
    expect(project(columns, wide)).toBe('');
    expect(kernel).toMatchObject({ rows: 0, stop: MISS, next: 0 });
  });
});

test('line ends are counted, up to the end of the last record', () => {
  const blanks = fc.string({ unit: fc.constantFrom(' ', '\n', '\r'), maxLength: 4 });
  const made = program(
    2,
    integer,
    [literal('{\n"b":\n'), { kind: SAFE_INTEGER, column: 1 }, literal('}')],
    [literal('{"c":'), { kind: SKIP_VALUE, a: 9n, b: 9n }, literal('}')],
  );
  const records = fc.constantFrom('{"a":1}', '{\n"b":\n2}', '{"c":[\n\n]}', '{"c":3}');
  fc.assert(
    fc.property(fc.array(fc.tuple(records, blanks), { minLength: 1, maxLength: 20 }), (parts) => {
      const text = parts.map(([record, blank]) => record + blank).join('');
      expect(run(made, rules(VALUES), text)).toBe(parts.length);
      expect(kernel.lineFeeds).toBe(text.trimEnd().split('\n').length - 1);
    }),
  );
});

test('a program takes as many shapes as there is room for', () => {
  const made = new ShapeProgram(1);
  for (let i = 0; i < MAX_SHAPES; i++) expect(made.add([literal(`shape ${i}`)])).toBe(true);
  expect(made.add(integer)).toBe(false);
  made.clear();
  expect(made.add([literal('x'.repeat(INPUT_BYTES))])).toBe(false);
  expect(made.add(integer)).toBe(true);
  expect(run(made, rules(VALUES), '{"a":1}')).toBe(1);
});
