import { describe, expect, test } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readWindows, type WindowRow, windowTable } from '../../src/cli/demo-windows.ts';
import { writeDurable } from '../../src/fs/durable-file.ts';
import { removeTree } from '../../src/fs/remove-tree.ts';
import { ModelDisk } from '../support/model-disk.ts';

function windowAt(seconds: number): WindowRow {
  return {
    window_start: new Date(seconds * 1000),
    window_end: new Date((seconds + 10) * 1000),
    events: 20n,
    clicks: 100n,
    impressions: 1000n,
    quantity: 7n,
    total_price: 1234.5,
    avg_price: 61.725,
  };
}

describe('windowTable', () => {
  test('a line per window, and the totals', () => {
    expect(windowTable([windowAt(0), windowAt(10)], 10)).toEqual([
      'window (UTC)                     events  clicks  impressions  quantity  total_price  avg_price',
      '-------------------------------  ------  ------  -----------  --------  -----------  ---------',
      '1970-01-01 00:00:00 to 00:00:10      20     100        1,000         7     1,234.50      61.73',
      '1970-01-01 00:00:10 to 00:00:20      20     100        1,000         7     1,234.50      61.73',
      '-------------------------------  ------  ------  -----------  --------  -----------  ---------',
      'all                                  40     200        2,000        14     2,469.00      61.73',
    ]);
  });

  test('leaves out the middle of many; the totals count all', () => {
    const lines = windowTable([0, 10, 20, 30, 40].map(windowAt), 3);
    expect(lines.slice(2).map((line) => line.slice(0, 19).trim())).toEqual([
      '1970-01-01 00:00:00',
      '1970-01-01 00:00:10',
      '... 2 more ...',
      '1970-01-01 00:00:40',
      '-------------------',
      'all',
    ]);
    expect(lines.at(-1)).toContain(' 500 ');
  });

  test('no windows', () => expect(windowTable([], 3).at(-1)).toMatch(/^all +0 /));
});

test('readWindows reads all Parquet files of a folder, in the order of time', async () => {
  const disk = new ModelDisk();
  disk.mkdir('/out');
  for (const [name, row] of [
    ['b.parquet', windowAt(0)],
    ['a.parquet', windowAt(10)],
  ] as const) {
    const columnData = Object.entries(row).map(([column, value]) => ({ name: column, data: [value] }));
    writeDurable(disk, `/out/${name}`, new Uint8Array(parquetWriteBuffer({ columnData })), 'link');
  }
  writeDurable(disk, '/out/_owner', Buffer.from('no Parquet'), 'link');
  expect(await readWindows(disk, '/out')).toEqual([windowAt(0), windowAt(10)]);
});

test('removeTree deletes a folder with everything in it', () => {
  const disk = new ModelDisk();
  for (const folder of ['/a', '/a/b', '/keep']) disk.mkdir(folder);
  for (const file of ['/a/1', '/a/b/2', '/keep/3']) writeDurable(disk, file, Buffer.from('x'), 'link');
  removeTree(disk, '/a');
  expect(disk.readdir('/').map(({ name }) => name)).toEqual(['keep']);
  expect(disk.readdir('/keep')).toHaveLength(1);
});
