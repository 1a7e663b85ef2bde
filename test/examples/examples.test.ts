import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { linesOf, parquetRows, root, runExample } from './run-example.ts';

describe('examples', () => {
  test('the clickstream pair: every event is in a window or set aside', async () => {
    const { out, text } = runExample('clickstream');
    expect(text).toContain('flatten: 60 events in, 55 rows out');
    const rejects = readdirSync(join(out, 'csv_files', '_rejects'));
    expect(rejects.flatMap(() => linesOf(join(out, 'csv_files', '_rejects'), '.ndjson'))).toHaveLength(5);
    const windows = await parquetRows(join(out, 'parquet_files'));
    expect(windows).toHaveLength(6);
    expect(windows.reduce((sum, { events }) => sum + Number(events), 0)).toBe(55);
  });

  test('word count over a socket', () => {
    const result = spawnSync(process.execPath, [join(root, 'examples', 'word-count.js')], { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    const counts = [...result.stdout.matchAll(/^\| *(\w+)\| *(\d+)\|$/gm)].map(([, word, count]) => `${word} ${count}`);
    expect(counts.slice(-9)).toEqual([
      'to 4',
      'be 3',
      'is 2',
      'do 1',
      'not 1',
      'or 1',
      'question 1',
      'that 1',
      'the 1',
    ]);
  });

  test('GTFS: stop times with their trips; hours past 24 belong to the service day', () => {
    const { out } = runExample('gtfs');
    const [header = '', ...lines] = linesOf(join(out, 'enriched_stop_time'), '.csv').filter(
      (line, index) => index === 0 || !line.startsWith('service_date'),
    );
    const rows = lines.map((line) =>
      Object.fromEntries(line.split(',').map((cell, i) => [header.split(',')[i], cell])),
    );
    expect(rows).toHaveLength(13);
    const night = rows.filter((row) => row.trip_id === 'T361-1');
    expect(night.map((row) => [row.service_date, row.arrival_time, row.arrival_seconds, row.arrival_date])).toEqual([
      ['2026-01-05', '24:59:45', '89985', '2026-01-06'],
      ['2026-01-05', '25:10:00', '90600', '2026-01-06'],
    ]);
    expect(rows.filter((row) => row.trip_id === 'T999-1').map((row) => row.route_id)).toEqual(['']);
  });

  test('star schema: a sale finds the product as it was; a second delivery does not count', () => {
    const { out } = runExample('star-schema');
    expect(readdirSync(join(out, 'fact_sales'))).toContain('month=2026-01');
    const facts = linesOf(join(out, 'fact_sales'), '.json').map((line) => JSON.parse(line));
    const seen = facts.map(({ sale_id, category, revenue, weekday }) => [
      sale_id,
      category ?? null,
      revenue ?? null,
      weekday,
    ]);
    expect(seen.sort((a, b) => a[0] - b[0])).toEqual([
      [1, 'paper', 14, 'Monday'],
      [2, 'pens', 24, 'Monday'],
      [3, 'paper', 7.8, 'Monday'],
      [4, 'gifts', 72, 'Tuesday'],
      [5, null, null, 'Tuesday'],
    ]);
  });

  test('every example has a test', () => {
    const names = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.js'));
    expect(names.sort()).toEqual([
      'clickstream.js',
      'gtfs.js',
      'star-schema.js',
      'stocks-aggregates.js',
      'stocks-anomalies.js',
      'stocks-clean.js',
      'stocks-moving-averages.js',
      'word-count.js',
    ]);
  });
});
