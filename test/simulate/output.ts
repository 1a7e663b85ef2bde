import { parquetReadObjects } from 'hyparquet';
import type { Row } from '../conformance/case.ts';
import type { ModelDisk } from '../support/model-disk.ts';
import { OUT, type Pipeline } from './pipeline.ts';

/** What a batch left in the output folder. */
export interface BatchOutput {
  readonly rows: Row[];
  /** Records set aside. */
  rejected: number;
  late: number;
}

/** Reads every batch's output as somebody would who knows the formats alone. */
export async function readOutput(disk: ModelDisk, { outputFormat }: Pipeline): Promise<Map<number, BatchOutput>> {
  const batches = new Map<number, BatchOutput>();
  for (const path of disk.files()) {
    const [, id, kind] = /\/part-(\d{9})-(\d{5}|rejected|late)-[^/]*$/.exec(path) ?? [];
    if (id === undefined || !path.startsWith(`${OUT}/`)) continue;
    const batch = batches.get(Number(id)) ?? { rows: [], rejected: 0, late: 0 };
    batches.set(Number(id), batch);
    const bytes = disk.readFile(path);
    if (kind === 'rejected' || kind === 'late') batch[kind] += linesOf(bytes).length;
    else
      batch.rows.push(...(await readers[outputFormat](bytes)).map((row) => plainRow({ ...row, ...partition(path) })));
  }
  return batches;
}

const readers: Record<Pipeline['outputFormat'], (bytes: Uint8Array) => Promise<Row[]>> = {
  json: async (bytes) => linesOf(bytes).map((line) => JSON.parse(line) as Row),
  csv: async (bytes) => {
    const [header = '', ...lines] = linesOf(bytes);
    const names = header.split(',');
    // No value of ours needs quotes.
    return lines.map((line) => {
      const cells = line.split(',');
      return Object.fromEntries(names.map((name, i) => [name, cells[i] === '' ? null : cells[i]]));
    });
  },
  parquet: (bytes) => parquetReadObjects({ file: Uint8Array.from(bytes).buffer }) as Promise<Row[]>,
};

function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).split('\n').slice(0, -1);
}

/** The column that became a folder. */
function partition(path: string): Row {
  const value = /\/k=([^/]*)\//.exec(path)?.[1];
  if (value === undefined) return {};
  return { k: value === '__HIVE_DEFAULT_PARTITION__' ? null : value };
}

const TIMES = new Set(['ts', 'datetime', 'window_start', 'window_end']);

/** Times in milliseconds, numbers as numbers; columns without a value left out, as JSON does. */
function plainRow(row: Row): Row {
  return withoutNulls(
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (value === null || value === undefined || name === 'k') return [name, value ?? null];
        if (TIMES.has(name)) return [name, value instanceof Date ? value.getTime() : Date.parse(String(value))];
        return [name, Number(value)];
      }),
    ),
  );
}

export function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
