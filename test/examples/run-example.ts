import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { parquetSchema, type RowObject, read } from '../../src/index.ts';

export const root = join(import.meta.dirname, '..', '..');
export const data = join(root, 'examples', 'data');

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Runs an example as a user does, from the built package, and gives its output folder and what it printed. */
export function runExample(name: string, ...args: string[]): { out: string; text: string } {
  const out = mkdtempSync(join(tmpdir(), 'clickstream-example-'));
  folders.push(out);
  const result = spawnSync(process.execPath, [join(root, 'examples', `${name}.js`), out, ...args], {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`examples/${name}.js ended with ${result.status}:\n${result.stderr}`);
  return { out, text: result.stdout };
}

/** The lines of all files of a folder with this ending, `_rejects` and the like left out. */
export function linesOf(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.split('/').some((part) => /^[_.]/.test(part)))
    .sort()
    .flatMap((path) => readFileSync(join(folder, path), 'utf8').split('\n').filter(Boolean));
}

export async function parquetRows(folder: string): Promise<RowObject[]> {
  return (await read
    .schema(await parquetSchema(folder))
    .parquet(folder)
    .collect()) as RowObject[];
}

export interface Trade {
  readonly stock: string;
  readonly side: string;
  readonly price: number;
  readonly quantity: number;
  readonly millis: number;
}

/** The trades that are what they should be, read without the product. */
export function goodTrades(): Trade[] {
  return linesOf(join(data, 'stocks'), '.csv')
    .map((line) => line.split(','))
    .filter((cells) => cells.length === 6 && Number(cells[2]) > 0 && Number(cells[3]) > 0)
    .map(([name = '', side = '', price, quantity, millis]) => ({
      stock: name.trim().toUpperCase(),
      side: side.trim(),
      price: Number(price),
      quantity: Number(quantity),
      millis: Number(millis),
    }));
}
