import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildProduct } from '../support/cli.ts';

// The benchmarks at a size that says nothing of speed: they run, the outputs agree, and the page is written.

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'clickstream-bench-test-'));
const results = join(folder, 'results.json');

beforeAll(buildProduct);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bench', 'run.js'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder },
  });
  if (status !== 0) throw new Error(`bench ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

// Those that time a fixed number of batches or starts are left out.
const WORKS = ['scan', 'flatten', 'window', 'keyed', 'sliding', 'sessions', 'expressions', 'small-files'];

test('every output agrees with its peers, and the page has each work, chart and goal', () => {
  const page = join(folder, 'page');
  const chosen = WORKS.flatMap((work) => ['--work', work]);
  const sizes = ['--events', '1000', '--runs', '1', '--peers', 'duckdb,naive'];
  const printed = bench(...chosen, ...sizes, '--results', results, '--publish', page);
  const kept = JSON.parse(readFileSync(results, 'utf8'));
  expect(Object.keys(kept)).toEqual(WORKS);
  for (const { tables } of Object.values<{ tables: { checked: string; rows: { value: number }[] }[] }>(kept)) {
    for (const { checked, rows } of tables) {
      expect(checked).toMatch(/\d rows/);
      for (const { value } of rows) expect(value).toBeGreaterThan(0);
    }
  }
  expect(printed.match(/outputs agree/g)?.length).toBeGreaterThan(WORKS.length);

  const text = readFileSync(join(page, 'performance.md'), 'utf8');
  for (const work of WORKS) expect(text).toContain(`## ${work}\n`);
  expect(text).toContain('| task1 beside DuckDB');
  const charts = [...text.matchAll(/\((charts\/[^)]+\.svg)\)/g)].map(([, chart]) => chart as string);
  expect(charts.length).toBeGreaterThan(WORKS.length);
  for (const chart of charts) expect(readFileSync(join(page, chart), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
}, 600_000);

test('--clean leaves nothing', () => {
  const cache = join(folder, 'clickstream-bench');
  expect(readdirSync(join(cache, 'data')).length).toBeGreaterThan(0);
  bench('--clean');
  expect(existsSync(cache)).toBe(false);
});

test('a word that means nothing is an error', () => {
  expect(() => bench('--work', 'nonsense')).toThrow('there is no "nonsense"');
  expect(() => bench('--events', 'many')).toThrow('is not a number above 0');
  expect(() => bench('--peers', 'oracle')).toThrow('is none of duckdb');
});
