import type { Disk } from '../fs/disk.ts';
import { readWhole } from '../fs/read-whole.ts';
import { formatCount, formatTable } from './table.ts';

/** A row of task2's output, as a Parquet reader gives it. */
export interface WindowRow {
  readonly window_start: Date;
  readonly window_end: Date;
  readonly events: bigint;
  readonly clicks: bigint;
  readonly impressions: bigint;
  readonly quantity: bigint;
  readonly total_price: number;
  readonly avg_price: number;
}

/** Reads all Parquet files in a folder with a plain reader: what any other tool would see. Sorted by window. */
export async function readWindows(disk: Disk, folder: string): Promise<WindowRow[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const rows: WindowRow[] = [];
  for (const { name } of disk.readdir(folder)) {
    if (!name.endsWith('.parquet')) continue;
    const bytes = readWhole(disk, `${folder}/${name}`);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    rows.push(...((await parquetReadObjects({ file })) as unknown as WindowRow[]));
  }
  return rows.sort((a, b) => a.window_start.getTime() - b.window_start.getTime());
}

const COLUMNS = [
  { title: 'window (UTC)', align: 'left' },
  { title: 'events', align: 'right' },
  { title: 'clicks', align: 'right' },
  { title: 'impressions', align: 'right' },
  { title: 'quantity', align: 'right' },
  { title: 'total_price', align: 'right' },
  { title: 'avg_price', align: 'right' },
] as const;

/** Windows as a table, the middle left out when there are more than `most`, and a line of totals. */
export function windowTable(rows: readonly WindowRow[], most: number): string[] {
  const lines = rows.map(cellsOf);
  const hidden = rows.length - most;
  const [header = '', rule = '', ...body] = formatTable(COLUMNS, [...lines, totalsOf(rows)]);
  const totals = body.pop() as string;
  if (hidden > 0) {
    const first = Math.ceil(most / 2);
    body.splice(first, hidden, `... ${formatCount(hidden)} more ...`);
  }
  return [header, rule, ...body, rule, totals];
}

function cellsOf(row: WindowRow): string[] {
  const start = row.window_start.toISOString();
  const end = row.window_end.toISOString();
  return [
    `${start.slice(0, 10)} ${start.slice(11, 19)} to ${end.slice(11, 19)}`,
    ...[row.events, row.clicks, row.impressions, row.quantity].map((count) => formatCount(Number(count))),
    price(row.total_price),
    price(row.avg_price),
  ];
}

function totalsOf(rows: readonly WindowRow[]): string[] {
  const sum = (pick: (row: WindowRow) => bigint | number) => rows.reduce((total, row) => total + Number(pick(row)), 0);
  const events = sum((row) => row.events);
  const totalPrice = sum((row) => row.total_price);
  return [
    'all',
    formatCount(events),
    formatCount(sum((row) => row.clicks)),
    formatCount(sum((row) => row.impressions)),
    formatCount(sum((row) => row.quantity)),
    price(totalPrice),
    price(events === 0 ? 0 : totalPrice / events),
  ];
}

function price(value: number): string {
  const [whole, cents] = value.toFixed(2).split('.');
  return `${formatCount(Number(whole))}.${cents}`;
}
