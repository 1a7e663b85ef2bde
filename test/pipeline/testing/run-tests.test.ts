import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/clock.ts';
import { runTests, type TestResult } from '../../../src/pipeline/testing/run-tests.ts';

const PIPELINE = `timezone: Europe/Berlin
sources:
  orders:
    format: json
    path: in
    schema: id LONG, product LONG, ts TIMESTAMP
    watermark: { column: ts, delay: 10 seconds }
tables:
  products: { format: csv, path: products.csv, schema: "product LONG, name STRING" }
steps:
  - join: { table: products, using: product, type: leftOuter }
  - dropDuplicatesWithinWatermark: id
  - withColumn: { seen: current_timestamp() }
  - select: [id, name, ts, "id / 3 AS third", seen]
sink: { format: parquet, path: out }
checkpoint: state
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clickstream-run-tests-'));
  writeFileSync(join(folder, 'p.yaml'), PIPELINE);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(tests: string): Promise<TestResult[]> {
  const file = join(folder, 'p.test.yaml');
  writeFileSync(file, tests);
  const results: TestResult[] = [];
  for await (const result of runTests(file, {}, systemClock)) results.push(result);
  return results;
}

const GIVEN = 'given: { now: "2026-03-01T12:00:00Z", tables: { products: [{ product: 1, name: chair }] } }';

describe('tests of a pipeline', () => {
  test('static rows, time, duplicates, rejects, restarts, crashes and the end', async () => {
    const results = await run(`tests:
  - name: everything
    ${GIVEN}
    steps:
      - when:
          arrive:
            orders: [{ id: 1, product: 1, ts: "2026-03-01 13:00:00" }, { id: 1, product: 1, ts: "2026-03-01 13:00:01" }, { id: no }]
        then:
          rows: [{ id: 1, name: chair, ts: "2026-03-01 13:00:00", third: 0.333333333333, seen: "2026-03-01T12:00:00Z" }]
          duplicates: 1
          rejected: 1
          late: 0
          watermark: "2026-03-01T11:59:51Z"
      - when: { crash: true }
        then: { rows: [], all: [{ id: 1 }] }
      - when: { advance: 1 minute }
      - when: { restart: true }
      - when:
          arrive:
            - orders: [{ id: 2, product: 7, ts: "2026-03-01 12:59:00" }]
            - orders: [{ id: 3, product: 7, ts: "2026-03-01 13:00:02" }]
        then:
          rows: [{ id: 3, name: null, seen: "2026-03-01T12:01:00Z" }]
          batches: [[{ id: 3 }], []]
          late: 1
      - when: { finish: true }
        then: { rows: [] }
`);
    expect(results).toEqual([expect.objectContaining({ name: 'everything', passed: true, failures: [] })]);
  });

  test('what does not hold is told with its line, what is missing and what came instead', async () => {
    const [result] = await run(`tests:
  - name: wrong
    ${GIVEN}
    steps:
      - when:
          arrive:
            orders: [{ id: 1, product: 1, ts: "2026-03-01 13:00:00" }]
        then:
          rows: [{ id: 1, name: table }]
          late: 2
      - when: { restart: true }
        then: { all: [{ ident: 1 }], error: SOME_ERROR, watermark: "2026-03-01T13:00:00" }
`);
    expect(result?.passed).toBe(false);
    expect(result?.failures).toEqual([
      {
        line: 9,
        step: 1,
        what: 'rows',
        lines: [
          '- missing     {"id":1,"name":"table"}',
          '+ unexpected  {"id":1,"name":"chair"}',
          '0 of 1 expected rows came out',
        ],
      },
      { line: 10, step: 1, what: 'late', lines: ['expected 2, found 0'] },
      expect.objectContaining({ line: 12, step: 2, what: 'error' }),
      expect.objectContaining({ what: 'all', lines: [expect.stringContaining('The output has no column "ident".')] }),
      {
        line: 12,
        step: 2,
        what: 'watermark',
        lines: ['expected 2026-03-01T12:00:00.000Z, found 2026-03-01T11:59:50.000Z'],
      },
    ]);
  });

  test('an error that is expected', async () => {
    writeFileSync(join(folder, 'fail.yaml'), PIPELINE.replace('path: in', 'path: in\n    options: { mode: failfast }'));
    const [result] = await run(`pipeline: fail.yaml
tests:
  - name: stops
    ${GIVEN}
    steps:
      - when: { arrive: { orders: '{"id": ' } }
        then: { error: MALFORMED_RECORD }
`);
    expect(result?.failures).toEqual([]);
  });

  test('mistakes in the test file, all at once', async () => {
    const text = `tests:
  - name: x
    given: { now: yesterday, tables: { product: [] } }
    steps:
      - when: { arrive: { order: [] } }
      - when: { advance: 3 parsecs }
      - when: { arrive: { orders: 3 } }
`;
    await expect(run(text)).rejects.toThrow(
      /has mistakes:[\s\S]*:3:19: .*"yesterday" is no time[\s\S]*:3:40: .*no table "product". Did you mean "products"\?[\s\S]*:5:27: .*no source "order"[\s\S]*:6:26: .*no duration[\s\S]*:7:35: .*list of rows/,
    );
  });
});
