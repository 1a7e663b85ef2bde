import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { cents, type WindowSums } from './click-events.ts';
import { dataFiles } from './workspace.ts';

/** The windows in a folder of Parquet files as DuckDB reads them, sorted by their start. */
export async function readWindows(folder: string): Promise<WindowSums[]> {
  if (dataFiles(folder, '.parquet').length === 0) return [];
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    const reader = await connection.runAndReadAll(
      `SELECT epoch_ms(window_start), epoch_ms(window_end), events, clicks, impressions, quantity, total_price
       FROM read_parquet('${join(folder, '*.parquet')}') ORDER BY 1`,
    );
    return reader.getRows().map((row) => ({
      start: new Date(Number(row[0])).toISOString(),
      end: new Date(Number(row[1])).toISOString(),
      events: Number(row[2]),
      clicks: Number(row[3]),
      impressions: Number(row[4]),
      quantity: Number(row[5]),
      price: cents(Number(row[6])),
    }));
  } finally {
    connection.closeSync();
  }
}
