import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Batch, batchOf, type Cell } from '../../src/batch.ts';
import type { Disk } from '../../src/fs/disk.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { DATE, field, LONG, type Schema, STRING, struct } from '../../src/schema.ts';
import { openFileSink } from '../../src/sinks/file.ts';
import { partitionSplitter } from '../../src/sinks/partition-folders.ts';
import { type OutputRequest, openOutput, writeBatchFiles } from '../../src/sinks/write.ts';
import { lineFormat } from '../sources/line-format.ts';
import { newFolder, removeFolders } from '../sources/support.ts';

afterEach(removeFolders);

const QUERY = '0123456789abcdef';
const SCHEMA: Schema = struct([field('k', STRING), field('v', LONG)]);

async function* rowsOf(batches: readonly (readonly (readonly Cell[])[])[], schema = SCHEMA): AsyncGenerator<Batch> {
  for (const rows of batches) yield batchOf(schema, rows);
}

function request(directory: string, given: Partial<OutputRequest> = {}): OutputRequest {
  return { disk: nodeDisk, directory, format: lineFormat, queryId: QUERY, ...given };
}

/** Every file below a folder, hidden ones too, with its content; not the owner's mark. */
function tree(folder: string, at = folder): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(at).sort()) {
    const path = join(at, name);
    if (name === '_clickstream') continue;
    if (statSync(path).isDirectory()) Object.assign(found, tree(folder, path));
    else found[relative(folder, path)] = readFileSync(path, 'utf8');
  }
  return found;
}

const write = (directory: string, batchId: number, rows: readonly (readonly (readonly Cell[])[])[], given = {}) =>
  writeBatchFiles({ ...request(directory, given), batchId, schema: SCHEMA, rows: rowsOf(rows) });

describe('files of a batch', () => {
  test('are named after the batch, hold its rows in order, and no others lie around', async () => {
    const out = join(newFolder(), 'a/b');
    const written = await write(out, 7, [
      [['x', 1]],
      [
        ['y', 2],
        ['z', 3],
      ],
    ]);
    expect(written).toEqual({ files: [join(out, 'part-000000007-00000-01234567.txt')], rows: 3 });
    expect(tree(out)).toEqual({ 'part-000000007-00000-01234567.txt': 'x,1\ny,2\nz,3\n' });
  });

  test('a batch without rows has none', async () => {
    const out = newFolder();
    expect(await write(out, 0, [])).toEqual({ files: [], rows: 0 });
    expect(await write(out, 1, [[]])).toEqual({ files: [], rows: 0 });
    expect(tree(out)).toEqual({});
  });

  test('numFiles deals rows out in turn, across the borders of batches', async () => {
    const out = newFolder();
    await write(
      out,
      0,
      [
        [
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ],
        [
          ['d', 4],
          ['e', 5],
        ],
      ],
      { numFiles: 2 },
    );
    expect(Object.values(tree(out))).toEqual(['a,1\nc,3\ne,5\n', 'b,2\nd,4\n']);
  });

  test('maxRowsPerFile begins another file', async () => {
    const out = newFolder();
    await write(
      out,
      0,
      [
        [
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ],
        [
          ['d', 4],
          ['e', 5],
        ],
      ],
      { maxRowsPerFile: 2 },
    );
    expect(Object.values(tree(out))).toEqual(['a,1\nb,2\n', 'c,3\nd,4\n', 'e,5\n']);
  });

  test('partitionBy makes Hive folders, whatever the values are', async () => {
    const out = newFolder();
    const schema = struct([field('k', STRING), field('d', DATE), field('v', LONG)]);
    const rows = [
      ['../../etc', 0, 1],
      ['a=b/c', 19723, 2],
      [null, null, 3],
      ['', 0, 4],
      ['../../etc', 0, 5],
    ];
    await writeBatchFiles({
      ...request(out, { partitionBy: ['k', 'd'] }),
      batchId: 0,
      schema,
      rows: rowsOf([rows], schema),
    });
    const name = 'part-000000000-00000-01234567.txt';
    expect(tree(out)).toEqual({
      [`k=..%2F..%2Fetc/d=1970-01-01/${name}`]: '1\n5\n',
      [`k=a%3Db%2Fc/d=2024-01-01/${name}`]: '2\n',
      [`k=__HIVE_DEFAULT_PARTITION__/d=__HIVE_DEFAULT_PARTITION__/${name}`]: '3\n',
      [`k=__HIVE_DEFAULT_PARTITION__/d=1970-01-01/${name}`]: '4\n',
    });
  });

  test('no value of a partition column leads out of the folder, and each has a folder of its own', () => {
    const hostile = [
      '..',
      '.',
      '../..',
      '/',
      '\\',
      '\0',
      '~',
      '%2F',
      '%',
      'a\nb',
      'C:',
      'NUL',
      '..\\..',
      '\u202e',
      'é',
    ];
    const value = fc.oneof(
      fc.constantFrom(...hostile),
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    );
    fc.assert(
      fc.property(value, value, value, (column, one, other) => {
        const schema = struct([field(column, STRING), field(`${column}v`, LONG)]);
        const rows = [
          [one, 1],
          [other, 2],
        ];
        const splitter = partitionSplitter(schema, [column]);
        const folders = [...splitter.split(batchOf(schema, rows))].map(([folder]) => folder);
        expect(folders.length).toBe(one === other ? 1 : 2);
        for (const folder of folders) {
          expect(relative('/out', join('/out', folder))).toBe(folder);
          expect(folder).toMatch(/^[^/\0]+=[^/\0]+$/);
        }
      }),
    );
  });

  test('partition columns are checked', async () => {
    const out = newFolder();
    await expect(write(out, 0, [[['x', 1]]], { partitionBy: ['K'] })).rejects.toThrow(/did you mean "k"/i);
    await expect(write(out, 0, [[['x', 1]]], { partitionBy: ['k', 'v'] })).rejects.toMatchObject({
      code: 'PARTITION_COLUMNS_ALL',
    });
    await expect(write(out, 0, [[['x'.repeat(300), 1]]], { partitionBy: ['k'] })).rejects.toMatchObject({
      code: 'PARTITION_VALUE_TOO_LONG',
      // Running the batch again fails again: such an attempt counts, and the file can be set aside.
      category: 'data',
    });
  });

  test('cost one fsync each and one for the folder', async () => {
    const out = newFolder();
    const synced: string[] = [];
    const disk: Disk = {
      ...nodeDisk,
      fsync(file) {
        synced.push('file');
        nodeDisk.fsync(file);
      },
      fsyncDirectory(path) {
        synced.push('folder');
        nodeDisk.fsyncDirectory(path);
      },
    };
    const output = openOutput(request(out, { disk, maxRowsPerFile: 1 }));
    synced.length = 0;
    await output.write({
      batchId: 0,
      schema: SCHEMA,
      rows: rowsOf([
        [
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ],
      ]),
    });
    expect(synced).toEqual(['file', 'file', 'file', 'folder']);
  });

  test('rows that fail leave nothing', async () => {
    const out = newFolder();
    async function* failing() {
      yield batchOf(
        SCHEMA,
        Array.from({ length: 100_000 }, (_, i) => [`row ${i}`, i]),
      );
      throw new Error('source gone');
    }
    const output = openOutput(request(out));
    await expect(output.write({ batchId: 0, schema: SCHEMA, rows: failing() })).rejects.toThrow('source gone');
    expect(tree(out)).toEqual({});
  });
});

describe('a batch that is run again', () => {
  const rowsArb = fc.array(
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c d', '', null), fc.integer({ min: 0, max: 99 })), { maxLength: 5 }),
    { maxLength: 4 },
  );
  const optionsArb = fc.record(
    {
      numFiles: fc.integer({ min: 1, max: 3 }),
      maxRowsPerFile: fc.integer({ min: 1, max: 3 }),
      partitionBy: fc.constant(['k']),
      sparkManifest: fc.boolean(),
    },
    { requiredKeys: [] },
  );

  test('property: leaves the same files with the same bytes, also after a longer attempt and after any failing step', async () => {
    await fc.assert(
      fc.asyncProperty(rowsArb, rowsArb, optionsArb, fc.nat(40), async (rows, more, given, failAt) => {
        const options = { disk: quickDisk, ...given };
        const [once, twice] = [newFolder(), newFolder()];
        const before: Cell[][][] = [[['kept', 1]]];
        for (const out of [once, twice]) await write(out, 0, before, { ...options, sparkManifest: false });
        await write(once, 1, rows, options);
        // An earlier attempt with more rows, which died at some step; then the batch, two times.
        await write(twice, 1, [...rows, ...more], { ...options, sparkManifest: false, disk: dyingDisk(failAt) }).catch(
          (error: unknown) => expect(error).toBeInstanceOf(Error),
        );
        await write(twice, 1, rows, options);
        const first = tree(twice);
        await write(twice, 1, rows, options);
        expect(withoutManifest(first)).toEqual(withoutManifest(tree(once)));
        expect(tree(twice)).toEqual(first);
      }),
      { numRuns: 25 },
    );
  });

  /** The real disk without its slowest part, which no listing shows. */
  const quickDisk: Disk = { ...nodeDisk, fsync() {}, fsyncDirectory() {} };

  /** Fails its nth change and every one after it, as if the process had died. */
  function dyingDisk(nth: number): Disk {
    let count = 0;
    const step =
      <Args extends unknown[], Result>(operation: (...args: Args) => Result) =>
      (...args: Args): Result => {
        if (++count > nth) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        return operation(...args);
      };
    return {
      ...quickDisk,
      create: step(nodeDisk.create),
      write: step(nodeDisk.write),
      fsync: step(quickDisk.fsync),
      rename: step(nodeDisk.rename),
      unlink: step(nodeDisk.unlink),
      fsyncDirectory: step(quickDisk.fsyncDirectory),
    };
  }

  /** Manifest entries hold full paths and times. */
  const withoutManifest = (files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('_spark_metadata')));

  test('the same batch written twice through one open folder stays one', async () => {
    const out = newFolder();
    const output = openOutput(request(out, { maxRowsPerFile: 1 }));
    await output.write({
      batchId: 0,
      schema: SCHEMA,
      rows: rowsOf([
        [
          ['a', 1],
          ['b', 2],
        ],
      ]),
    });
    await output.write({ batchId: 0, schema: SCHEMA, rows: rowsOf([[['a', 1]]]) });
    expect(Object.values(tree(out))).toEqual(['a,1\n']);
  });
});

describe('the folder', () => {
  test('belongs to one query', async () => {
    const out = newFolder();
    await write(out, 0, [[['a', 1]]]);
    expect(() => openOutput(request(out, { queryId: 'another-query' }))).toThrow(
      /belongs to another query \(0123456789abcdef/,
    );
    expect(() => openOutput(request(out, { expectOwned: true }))).not.toThrow();
  });

  test('that lost its mark is refused to a query that ran before', () => {
    const out = newFolder();
    openOutput(request(out));
    rmSync(join(out, '_clickstream'), { recursive: true });
    const reopen = () => openOutput(request(out, { expectOwned: true }));
    expect(reopen).toThrow(expect.objectContaining({ code: 'OUTPUT_OWNED_BY_OTHER_QUERY' }));
    expect(existsSync(join(out, '_clickstream'))).toBe(false);
  });

  test('with a damaged mark is refused', () => {
    const out = newFolder();
    mkdirSync(join(out, '_clickstream'));
    writeFileSync(join(out, '_clickstream/owner.json'), '{"queryId":');
    expect(() => openOutput(request(out))).toThrow(expect.objectContaining({ code: 'OUTPUT_MARK_CORRUPT' }));
  });

  test('may hold foreign files, which are not touched; orphans of dead attempts are removed', async () => {
    const out = newFolder();
    const foreign = [
      'notes.txt',
      'part-000000000-00000-deadbeef.txt',
      '.part-000000000-00000-deadbeef.txt.x-1.tmp',
      '.x.tmp',
    ];
    for (const name of foreign) writeFileSync(join(out, name), name);
    writeFileSync(join(out, '.part-000000000-00000-01234567.txt.x-1.tmp'), 'orphan');
    await write(out, 0, [[['a', 1]]]);
    expect(Object.keys(tree(out)).sort()).toEqual([...foreign, 'part-000000000-00000-01234567.txt'].sort());
  });

  test('refuses output modes other than append', async () => {
    const sink = openFileSink(request(newFolder()));
    const batch = { batchId: 0, schema: SCHEMA, rows: rowsOf([]), signal: new AbortController().signal };
    await expect(sink.write({ ...batch, batchTimeMs: 0, outputMode: 'complete' })).rejects.toMatchObject({
      code: 'SINK_OUTPUT_MODE_NOT_SUPPORTED',
    });
  });
});

test('an entry of the Spark manifest that a dead process left unfinished goes at the next start', () => {
  const out = newFolder();
  openOutput(request(out, { sparkManifest: true }));
  mkdirSync(join(out, '_spark_metadata'));
  for (const name of ['.1.0123abcd-5.tmp', '0']) writeFileSync(join(out, '_spark_metadata', name), '');
  openOutput(request(out, { sparkManifest: true }));
  expect(readdirSync(join(out, '_spark_metadata'))).toEqual(['0']);
});

test('the Spark manifest has an entry per batch and is compacted every tenth', async () => {
  const out = newFolder();
  const sink = openFileSink(request(out, { sparkManifest: true }));
  const signal = new AbortController().signal;
  for (let batchId = 0; batchId < 21; batchId++) {
    const rows = rowsOf(batchId === 3 ? [] : [[[`b${batchId}`, batchId]]]);
    await sink.write({ batchId, schema: SCHEMA, batchTimeMs: 0, outputMode: 'append', rows, signal });
  }
  const log = join(out, '_spark_metadata');
  expect(readdirSync(log).sort()).toEqual(
    ['9.compact', ...Array.from({ length: 9 }, (_, i) => `${i + 10}`), '19.compact', '20'].sort(),
  );
  const lines = readFileSync(join(log, '19.compact'), 'utf8').split('\n');
  expect(lines).toHaveLength(20);
  expect(lines[0]).toBe('v1');
  expect(JSON.parse(lines[1] ?? '')).toEqual({
    path: `file://${out}/part-000000000-00000-01234567.txt`,
    size: 5,
    isDir: false,
    modificationTime: Math.floor(statSync(join(out, 'part-000000000-00000-01234567.txt')).mtimeMs),
    blockReplication: 1,
    blockSize: 33554432,
    action: 'add',
  });
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  const before = hash(join(log, '20'));
  await sink.write({
    batchId: 20,
    schema: SCHEMA,
    batchTimeMs: 0,
    outputMode: 'append',
    rows: rowsOf([[['b20', 20]]]),
    signal,
  });
  expect(hash(join(log, '20'))).toBe(before);
});
