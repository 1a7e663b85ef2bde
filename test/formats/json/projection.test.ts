import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { openProjection, type ProjectionRequest } from '../../../src/formats/json/projection.ts';
import { Kernel } from '../../../src/kernel/kernel.ts';
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INT,
  LONG,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';
import type { RejectedRecord } from '../../../src/source.ts';
import { leaves, projectionDifference } from '../../fuzz/projection.ts';

const schema = struct([
  field('Analytics', struct([field('Clicks', LONG, false), field('Price', DOUBLE)]), true),
  field('name', STRING),
  field('at', TIMESTAMP),
]);
const CLICKS = { name: 'clicks', path: [0, 0], type: LONG };
const PRICE = { name: 'price', path: [0, 1], type: DOUBLE };
const NAME = { name: 'name', path: [1], type: STRING };
const AT = { name: 'at', path: [2], type: TIMESTAMP };

const record = (i: number, name = 'some name') =>
  `{"Analytics":{"Clicks":${i},"Price":${i / 4}},"name":"${name}","at":"2024-05-06T07:08:09.${100 + (i % 900)}Z"}`;
const records = (count: number) => Array.from({ length: count }, (_, i) => record(i));

/** The option changes nothing but gives a test shapes of its own. */
const own = (name: string) => ({ mode: 'reject', columnNameOfCorruptRecord: name });

function request(options: Record<string, unknown>, more: Partial<ProjectionRequest> = {}): ProjectionRequest {
  return {
    schema,
    options,
    columns: [AT, CLICKS, PRICE, NAME],
    output: { format: 'csv', options: {} },
    reject: (rejected) => expect(rejected).toBeNull(),
    dropped: () => undefined,
    write: () => undefined,
    ...more,
  };
}

interface Run {
  readonly text: string;
  readonly rows: number;
  /** Rows that the kernel projected. */
  readonly projected: number;
}

function project(text: string, given: ProjectionRequest): Run {
  let projected = 0;
  const original = Kernel.prototype.project;
  jest.spyOn(Kernel.prototype, 'project').mockImplementation(function (this: Kernel, ...args) {
    original.apply(this, args);
    projected += this.rows;
  });
  let written = '';
  const write = (bytes: Uint8Array) => {
    written += Buffer.from(bytes).toString('latin1');
  };
  const projection = openProjection({ ...given, write });
  if (projection === null) throw new Error('no projection');
  const counts = [...projection.push(new TextEncoder().encode(text)), ...projection.finish()];
  return { text: Buffer.from(written, 'latin1').toString(), rows: sumOf(counts), projected };
}

const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

afterEach(() => {
  jest.restoreAllMocks();
});

describe('what is projected', () => {
  test('fields in the order of the output', () => {
    const { text, rows, projected } = project(`${record(7)}\n${record(8)}\n`, request(own('order')));
    expect(text).toBe('2024-05-06T07:08:09.107Z,7,1.75,some name\n2024-05-06T07:08:09.108Z,8,2,some name\n');
    expect([rows, projected]).toEqual([2, 1]);
  });

  test.each([
    ['lines', records(500).join('\n')],
    ['lines with CR LF', records(500).join('\r\n')],
    ['an array', `[${records(500).join(', ')}]`],
    ['an array over lines', `[\n  ${records(500).join(',\n  ')}\n]`],
  ])('all but the first record of %s', (name, text) => {
    const run = project(text, request(own(name)));
    expect([run.rows, run.projected]).toEqual([500, 499]);
    expect(run.text.split('\n')).toHaveLength(501);
  });

  test('lines in the modes of Spark', () => {
    const run = project(`${records(500).join('\n')}\n`, request({ mode: 'permissive', maxDepth: 71 }));
    expect([run.rows, run.projected]).toEqual([500, 499]);
  });

  test('a field twice, and only some of the fields', () => {
    const { text } = project(`${record(0)}\n${record(1)}`, request(own('twice'), { columns: [CLICKS, NAME, CLICKS] }));
    expect(text).toBe('0,some name,0\n1,some name,1\n');
  });

  test('lines of JSON: null fields left out or written, whole doubles with a point, other times in one form', () => {
    const lines = [
      record(0),
      record(8),
      record(9).replace('"some name"', 'null'),
      record(10)
        .replace(/\{"Clicks.*?\}/, 'null')
        .replace(/,"name.*/, '}'),
      '{"Analytics":null,"name":null,"at":null}',
      record(12, '\u00fc, "x"'.replaceAll('"', "'")).replace('.112Z', 'Z'),
      record(13).replace('.113Z', '.1000+01:00'),
    ];
    const json = (options: object) =>
      project(lines.join('\n'), request(own('lines'), { output: { format: 'json', options: { ...options } } }));
    const left = json({});
    jest.restoreAllMocks();
    expect(left.text.split('\n').slice(1, -1)).toEqual([
      '{"at":"2024-05-06T07:08:09.108Z","clicks":8,"price":2.0,"name":"some name"}',
      '{"at":"2024-05-06T07:08:09.109Z","clicks":9,"price":2.25}',
      '{}',
      '{}',
      '{"at":"2024-05-06T07:08:09.000Z","clicks":12,"price":3.0,"name":"\u00fc, \'x\'"}',
      '{"at":"2024-05-06T06:08:09.100Z","clicks":13,"price":3.25,"name":"some name"}',
    ]);
    expect(left.projected).toBeGreaterThan(3);
    expect(json({ ignoreNullFields: false }).text.split('\n')[4]).toBe(
      '{"at":null,"clicks":null,"price":null,"name":null}',
    );
  });

  test('a field that is not wanted has to fit all the same', () => {
    const rejects: Omit<RejectedRecord, 'source'>[] = [];
    const lines = [record(0), record(1).replace('0.25', '"x"'), record(2).replace('0.5', '0.1234567890123456789')];
    const given = request(own('others'), { columns: [CLICKS], reject: (rejected) => rejects.push(rejected) });
    expect(project(lines.join('\n'), given).text).toBe('0\n2\n');
    expect(rejects).toHaveLength(1);
    expect(rejects[0]).toMatchObject({ line: 2, byteOffset: record(0).length + 1 });
  });

  test('null, of a field and of its struct', () => {
    const lines = [
      record(0),
      record(1).replace('"some name"', 'null'),
      record(2).replace('"name":"some name",', ''),
      record(3).replace(/\{"Clicks.*?\}/, 'null'),
      record(4).replace(/\{"Clicks.*?\}/, 'null'),
    ];
    const given = request(own('null'), { output: { format: 'csv', options: { nullValue: 'NA' } } });
    const times = (i: number) => `2024-05-06T07:08:09.10${i}Z`;
    expect(project(lines.join('\n'), given).text).toBe(
      `${times(0)},0,0,some name\n${times(1)},1,0.25,NA\n${times(2)},2,0.5,NA\n` +
        `${times(3)},NA,NA,some name\n${times(4)},NA,NA,some name\n`,
    );
  });

  test('a record whose text is not sure goes the usual way, in its place', () => {
    const lines = records(1000);
    lines[300] = record(300).replace('75', '0.30000000000000004');
    lines[600] = record(600, '\\u0041');
    const run = project(lines.join('\n'), request(own('odd')));
    expect([run.rows, run.projected]).toEqual([1000, 997]);
    const clicks = run.text.split('\n').map((row) => row.split(',')[1]);
    expect(clicks.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, i) => `${i}`));
  });

  test('a stream of such records is asked about seldom', () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => record(i, '=1'));
    let asked = 0;
    const original = Kernel.prototype.project;
    jest.spyOn(Kernel.prototype, 'project').mockImplementation(function (this: Kernel, ...args) {
      asked++;
      original.apply(this, args);
    });
    const projection = openProjection(
      request(own('never'), { output: { format: 'csv', options: { escapeFormulas: true } } }),
    );
    const bytes = new TextEncoder().encode(lines.join('\n'));
    const parts = [...(projection?.push(bytes) ?? []), ...(projection?.finish() ?? [])];
    expect(sumOf(parts)).toBe(30_000);
    expect(asked).toBeLessThan(40);
  });

  test('of every chunk before the next one takes its place', () => {
    let written = '';
    const write = (bytes: Uint8Array) => {
      written += Buffer.from(bytes).toString();
    };
    const projection = openProjection(request(own('memory'), { write }));
    const counts = [];
    for (let i = 0; i < 20; i++) {
      const chunk = new TextEncoder().encode(`${records(500).join('\n')}\n`);
      counts.push(...(projection?.push(chunk) ?? []));
      chunk.fill(120);
    }
    expect(written.split('\n').filter((row) => row.endsWith(',some name'))).toHaveLength(10_000);
    expect(sumOf(counts)).toBe(10_000);
  });

  test('a range of a file', () => {
    const text = `${records(100).join('\n')}\n`;
    const bytes = new TextEncoder().encode(text);
    const start = text.indexOf(record(40));
    const until = text.indexOf(record(60)) + 10;
    const projection = openProjection(request(own('range'), { range: { start, until, line: 41 } }));
    const parts = [...(projection?.push(bytes.subarray(start)) ?? []), ...(projection?.finish() ?? [])];
    expect(sumOf(parts)).toBe(21);
    expect(projection?.stopped).toEqual({ offset: text.indexOf(record(61)), line: 62 });
  });
});

describe('there is no projection', () => {
  test.each<[string, Partial<ProjectionRequest>]>([
    ['of a field with another text', { columns: [{ name: 'c', path: [0, 0], type: DOUBLE }] }],
    ['of a narrower type', { columns: [{ name: 'c', path: [0, 0], type: INT }] }],
    ['of a struct', { columns: [{ name: 'c', path: [0], type: schema.fields[0]?.type as DataType }] }],
    ['of no field', { columns: [{ name: 'c', path: [0, 7], type: LONG }] }],
    ['of nothing', { columns: [] }],
    [
      'with names that take more room than there is',
      { columns: [{ ...NAME, name: 'n'.repeat(70_000) }], output: { format: 'json', options: {} } },
    ],
    ['with times in another zone than UTC', { output: { format: 'json', options: { timeZone: 'Europe/Berlin' } } }],
    ['with a separator of several bytes', { output: { format: 'csv', options: { sep: '::' } } }],
    ['of a whole file that is one value', { options: { mode: 'permissive', multiLine: true } }],
    ['with a JSON Schema', { options: { mode: 'reject', jsonSchema: { type: 'object' } } }],
    [
      'of schemas that the kernel does not know',
      { schema: struct([field('a', array(LONG)), field('b', LONG)]), columns: [{ name: 'c', path: [1], type: LONG }] },
    ],
    ['of binary fields', { schema: struct([field('a', BINARY)]), columns: [{ name: 'c', path: [0], type: BINARY }] }],
  ])('%s', (_name, more) => {
    expect(openProjection(request(own('none'), more))).toBeNull();
  });

  test('with options that cannot be', () => {
    expect(() => openProjection(request(own('none'), { output: { format: 'csv', options: { sepp: ',' } } }))).toThrow(
      /no option "sepp"/,
    );
    expect(() => openProjection(request({ modus: 'reject' }))).toThrow(/no option "modus"/);
  });
});

describe('writes what decoder and encoder write', () => {
  const number = fc.oneof(
    fc.constantFrom(
      '0',
      '-0',
      '0.0',
      '-0.0',
      '12.50',
      '1.0',
      '0.000001',
      '0.0000001',
      '1e5',
      '01',
      '1.',
      '-',
      '1.2.3',
      '.5',
    ),
    fc.integer().map(String),
    fc.maxSafeInteger().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.stringMatching(/^-?[0-9]{1,17}(\.[0-9]{1,17})?$/),
    fc.stringMatching(/^-?(0|[1-9][0-9]{0,5})\.[0-9]{0,4}0{0,4}$/),
  );
  const time = fc
    .tuple(
      fc.constantFrom('2024-05-06', '2024-02-29', '2023-02-29', '0001-01-01', '0999-12-31', '9999-12-31', '1969-12-31'),
      fc.constantFrom('T', ' ', 't'),
      fc.constantFrom('07:08', '23:59', '24:00', '07:60', '00:00', '7:08'),
      fc.constantFrom('', ':09', ':59', ':60', ':5'),
      fc.constantFrom('', '.000', '.120', '.001', '.123456', '.123000', '.1', '.1234567', '.000000', '.'),
      fc.constantFrom('', 'Z', '+02:00', '-00:30', '+19:00', 'z'),
    )
    .map((parts) => `"${parts.join('')}"`);
  const text = fc
    .oneof(
      fc.string({ maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('a', ',', ';', "'", '"', '\\', '=', ' ', '\u00e4', '\u{1f600}', '\n', '\uff1d'),
        maxLength: 40,
      }),
      fc.constantFrom('', 'NA', '=1', '+1', '-1', '@', '\ufeff', '#', ' a', 'a '),
    )
    .map((value) => JSON.stringify(value));
  const TYPES: readonly (readonly [DataType, fc.Arbitrary<string>])[] = [
    [LONG, number],
    [INT, number],
    [BYTE, fc.integer({ min: -150, max: 150 }).map(String)],
    [DOUBLE, number],
    [FLOAT, number],
    [decimal(9, 2), number],
    [decimal(18, 0), number],
    [decimal(38, 4), number],
    [STRING, fc.oneof(text, number)],
    [TIMESTAMP, time],
    [DATE, fc.constantFrom('"2024-05-06"', '"2024-13-06"', '"0001-01-01"', '"2024-05-06 "', '"2024-5-6"')],
    [BOOLEAN, fc.constantFrom('true', 'false', 'truE', '1')],
  ];
  const cases = fc.array(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 4 }).chain((columns) =>
    fc.record({
      types: fc.constant(columns.map(([type]) => type)),
      rows: fc.array(
        fc.tuple(
          ...columns.map(([, value]) =>
            fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: fc.constant('null') }),
          ),
        ),
        {
          maxLength: 12,
        },
      ),
      csvOptions: fc.record(
        {
          sep: fc.constantFrom(';', '\t', ' ', '.', '-', 'a', '0', '"a'),
          quote: fc.constantFrom("'", '', 'a'),
          escape: fc.constantFrom('\\', 'a', ''),
          nullValue: fc.constantFrom('NA', '-', '0'),
          emptyValue: fc.constantFrom('', 'EMPTY'),
          escapeFormulas: fc.constant(true),
          comment: fc.constantFrom('#', 'a'),
          ignoreLeadingWhiteSpace: fc.constant(true),
          ignoreTrailingWhiteSpace: fc.constant(true),
        },
        { requiredKeys: [] },
      ),
      timeZone: fc.constantFrom('UTC', 'UTC', 'Europe/Berlin'),
      cut: fc.nat(400),
    }),
  );

  test('for values of every type', () => {
    let taken = 0;
    const original = Kernel.prototype.project;
    jest.spyOn(Kernel.prototype, 'project').mockImplementation(function (this: Kernel, ...args) {
      original.apply(this, args);
      taken += this.rows;
    });
    fc.assert(
      fc.property(cases, ({ types, rows, csvOptions, timeZone, cut }) => {
        const fields = types.map((type, i) => field(`f${i}`, type));
        const lines = rows.map((row) => `{${row.map((value, i) => `"f${i}":${value}`).join(',')}}\n`);
        const bytes = new TextEncoder().encode(lines.join(''));
        const given = struct(fields);
        const made = {
          format: 'json' as const,
          schema: given,
          options: { mode: 'reject', timeZone },
          bytes,
          cuts: cut < bytes.length ? [cut] : [],
          columns: leaves(given).reverse(),
        };
        const json = { ignoreNullFields: csvOptions.escapeFormulas !== true };
        expect(projectionDifference({ ...made, output: { format: 'json', options: json } })).toBeNull();
        const csv = { ...csvOptions, ...(csvOptions.sep === '"a' ? { sep: 'a' } : {}) };
        if (csv.quote !== undefined && csv.quote === csv.sep) return;
        expect(projectionDifference({ ...made, output: { format: 'csv', options: csv } })).toBeNull();
      }),
      { numRuns: 800 },
    );
    expect(taken).toBeGreaterThan(800);
  });
});
