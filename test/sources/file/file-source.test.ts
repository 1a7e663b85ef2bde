import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../../src/clock.ts';
import { dataError } from '../../../src/errors.ts';
import type { Disk } from '../../../src/fs/disk.ts';
import { nodeDisk } from '../../../src/fs/node-disk.ts';
import { type FileSource, type FileSourceRequest, openFileSource } from '../../../src/sources/file/file-source.ts';
import { checkFileSourceOptions } from '../../../src/sources/file/options.ts';
import type { InputFormat } from '../../../src/sources/file/read-split.ts';
import { memorySeen } from '../../../src/sources/file/seen.ts';
import { watchFolders } from '../../../src/sources/file/watch.ts';
import { LINES, lineFormat } from '../line-format.ts';
import { collect, handClock, newFolder, nextSplits, patientClock, removeFolders, until } from '../support.ts';

const open: FileSource[] = [];

afterEach(async () => {
  for (const source of open.splice(0)) await source.close();
  removeFolders();
});

interface Given extends Partial<Omit<FileSourceRequest, 'options'>> {
  readonly options?: Record<string, unknown>;
}

function sourceOf(path: string, { options = {}, ...given }: Given = {}): FileSource & { warnings: string[] } {
  const warnings: string[] = [];
  const source = openFileSource({
    disk: nodeDisk,
    clock: patientClock(),
    path,
    format: lineFormat,
    formatOptions: {},
    schema: LINES,
    options: checkFileSourceOptions({ settle: 0, ...options }),
    seen: memorySeen(),
    onWarning: (message) => void warnings.push(message),
    ...given,
  });
  open.push(source);
  return Object.assign(source, { warnings });
}

let tick = 0;

/** Writes a file with an mtime of its own, in seconds. */
function put(path: string, content: string | Uint8Array, mtime = 1_600_000_000 + tick++): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, mtime, mtime);
}

/** All batches until nothing is new: the values of each. */
async function batchesOf(source: FileSource, limit = source.readLimit): Promise<unknown[][]> {
  const batches: unknown[][] = [];
  let start = await source.initialOffset();
  for (let batchId = 0; ; batchId++) {
    const next = await nextSplits(source, start, limit);
    if (next === null) return batches;
    batches.push((await collect(source, next.splits)).rows.map(([value]) => value));
    await source.commit?.(batchId, next.end, next.splits);
    start = next.end;
  }
}

const START = { logOffset: -1 };

describe('taking files', () => {
  test('takes each file once, in the order of (mtime, path)', async () => {
    const folder = newFolder();
    put(join(folder, 'b'), 'second', 200);
    put(join(folder, 'c'), 'first', 100);
    put(join(folder, 'a'), 'also second', 200);
    const source = sourceOf(folder);
    expect(await batchesOf(source)).toEqual([['first', 'also second', 'second']]);
    put(join(folder, 'late'), 'later', 50);
    const next = await nextSplits(source, { logOffset: 0 });
    expect(next).toEqual({ end: { logOffset: 1 }, splits: [{ path: join(folder, 'late'), size: 5, mtimeMs: 50_000 }] });
    expect(await nextSplits(source, { logOffset: 1 })).toBeNull();
  });

  test('maxFilesPerTrigger takes that many', async () => {
    const folder = newFolder();
    for (let i = 0; i < 7; i++) put(join(folder, `f${i}`), `${i}`, 100 + i);
    const source = sourceOf(folder, { options: { maxFilesPerTrigger: 3 } });
    expect(await batchesOf(source)).toEqual([['0', '1', '2'], ['3', '4', '5'], ['6']]);
  });

  test('maxBytesPerTrigger takes files while they fit, the first one always', async () => {
    const folder = newFolder();
    put(join(folder, 'big'), 'xxxxxxxxxx', 1);
    put(join(folder, 'b'), 'b', 2);
    put(join(folder, 'c'), 'c', 3);
    put(join(folder, 'd'), 'd', 4);
    const source = sourceOf(folder, { options: { maxBytesPerTrigger: 2 } });
    expect(await batchesOf(source)).toEqual([['xxxxxxxxxx'], ['b', 'c'], ['d']]);
  });

  test('latestFirst turns the order round, and sees files that came meanwhile', async () => {
    const folder = newFolder();
    put(join(folder, '1'), '1', 1);
    put(join(folder, '2'), '2', 2);
    const source = sourceOf(folder, { options: { latestFirst: true, maxFilesPerTrigger: 1 } });
    const first = await nextSplits(source, START, source.readLimit);
    expect(first?.splits).toMatchObject([{ path: join(folder, '2') }]);
    put(join(folder, '3'), '3', 3);
    expect((await nextSplits(source, { logOffset: 0 }, source.readLimit))?.splits).toMatchObject([
      { path: join(folder, '3') },
    ]);
  });

  test('maxFileAge ignores files older than the newest taken one, but for the first batch', async () => {
    const folder = newFolder();
    const source = sourceOf(folder, { options: { maxFileAge: '10s' } });
    put(join(folder, 'a'), 'a', 5);
    put(join(folder, 'b'), 'b', 15);
    const first = await nextSplits(source, START);
    expect(first?.splits).toHaveLength(2);
    await source.commit?.(0, first?.end, first?.splits ?? []);
    put(join(folder, 'old'), 'old', 4);
    put(join(folder, 'edge'), 'edge', 5);
    expect((await nextSplits(source, { logOffset: 0 }))?.splits).toMatchObject([{ path: join(folder, 'edge') }]);
  });

  test('names of files that are not ready or not input are left alone', async () => {
    const folder = newFolder();
    for (const name of ['.hidden', '_marker', 'x.tmp', 'x.part', 'x._COPYING_', '_logs/x', '.git/x', 'sub/x']) {
      put(join(folder, name), 'no');
    }
    symlinkSync('/etc/passwd', join(folder, 'link'));
    put(join(folder, 'yes'), 'yes');
    const source = sourceOf(folder);
    expect(await batchesOf(source)).toEqual([['yes']]);
    expect(source.warnings).toEqual([expect.stringContaining('/link is a link that leads out of the input folder')]);
  });

  test('recursiveFileLookup enters folders of any name', async () => {
    const folder = newFolder();
    put(join(folder, 'a/b/x'), 'deep', 1);
    put(join(folder, 'y'), 'top', 2);
    expect(await batchesOf(sourceOf(folder, { options: { recursiveFileLookup: true } }))).toEqual([['deep', 'top']]);
  });

  test('a glob names files and folders; a path that exists is not a glob', async () => {
    const folder = newFolder();
    put(join(folder, 'day1/a.csv'), '1', 1);
    put(join(folder, 'day2/a.csv'), '2', 2);
    put(join(folder, 'day2/a.txt'), 'no', 3);
    put(join(folder, 'night/a.csv'), 'no', 4);
    put(join(folder, '[x]/a.csv'), 'literal', 5);
    expect(await batchesOf(sourceOf(join(folder, 'day*/*.csv')))).toEqual([['1', '2']]);
    expect(await batchesOf(sourceOf(join(folder, '{day1,night}')))).toEqual([['1', 'no']]);
    expect(await batchesOf(sourceOf(join(folder, 'day[2-9]/?.{csv,txt}')))).toEqual([['2', 'no']]);
    expect(await batchesOf(sourceOf(join(folder, '[x]')))).toEqual([['literal']]);
    expect(await batchesOf(sourceOf(join(folder, 'night/a.csv')))).toEqual([['no']]);
  });

  test('a folder that is not there yet has no files', async () => {
    const folder = join(newFolder(), 'later');
    const source = sourceOf(folder);
    expect(await nextSplits(source, START)).toBeNull();
    put(join(folder, 'a'), 'a');
    expect(await batchesOf(source)).toEqual([['a']]);
  });

  test('fileNameOnly knows a moved file by its name', async () => {
    const folder = newFolder();
    put(join(folder, 'p=1/a'), 'a');
    const source = sourceOf(folder, { options: { fileNameOnly: true } });
    expect(await batchesOf(source)).toEqual([['a']]);
    mkdirSync(join(folder, 'p=2'));
    renameSync(join(folder, 'p=1/a'), join(folder, 'p=2/a'));
    expect(await nextSplits(source, { logOffset: 0 })).toBeNull();
  });

  test('partition folders give typed columns behind those of the file', async () => {
    const folder = newFolder();
    put(join(folder, 'day=2024-01-01/n=7/a'), 'x', 1);
    put(join(folder, 'day=2024-01-02/n=__HIVE_DEFAULT_PARTITION__/a%3D'), 'y', 2);
    const source = sourceOf(folder);
    expect(source.schema.fields.map((f) => [f.name, f.type.kind])).toEqual([
      ['value', 'string'],
      ['day', 'date'],
      ['n', 'int'],
    ]);
    const next = await nextSplits(source, START);
    expect((await collect(source, next?.splits ?? [])).rows).toEqual([
      ['x', 19723, 7],
      ['y', 19724, null],
    ]);
  });

  test('partition folders of a glob count from the folders that it matched', async () => {
    const folder = newFolder();
    put(join(folder, 'day=1/hour=2/a'), 'x');
    expect(sourceOf(join(folder, 'day=*')).schema.fields.map((f) => f.name)).toEqual(['value', 'hour']);
  });

  test('readManifest takes what the manifest lists, from the newest compact file on', async () => {
    const folder = newFolder();
    const line = (name: string) =>
      JSON.stringify({ path: `file://${join(folder, name)}`, size: 1, isDir: false, action: 'add' });
    for (const name of ['a', 'b', 'unlisted']) put(join(folder, name), name);
    put(join(folder, '_spark_metadata/8'), `v1\n${line('gone')}`);
    put(join(folder, '_spark_metadata/9.compact'), `v1\n${line('a')}`);
    put(join(folder, '_spark_metadata/10'), `v1\n${line('b')}`);
    expect(await batchesOf(sourceOf(folder, { options: { readManifest: true } }))).toEqual([['a', 'b']]);
  });
});

describe('reading', () => {
  test('gives rejects their source and counts all rows read', async () => {
    const folder = newFolder();
    put(join(folder, 'a'), 'one\n!bad\n?drop\ntwo\n!bad too');
    const source = sourceOf(folder);
    const { rows, rejects, input, dropped } = await collect(source, (await nextSplits(source, START))?.splits ?? []);
    expect(rows).toEqual([['one'], ['two']]);
    expect(rejects).toEqual([
      { source: join(folder, 'a'), line: 2, reason: 'marked', raw: '!bad' },
      { source: join(folder, 'a'), line: 5, reason: 'marked', raw: '!bad too' },
    ]);
    expect([input, dropped]).toEqual([5, 1]);
  });

  test('bad data is named by its file; when the file was changed meanwhile, it is a changed file', async () => {
    const folder = newFolder();
    const path = join(folder, 'a');
    put(path, 'bad');
    let meanwhile = () => {};
    const strict: InputFormat = {
      name: 'strict',
      decoder: () => ({
        push() {
          meanwhile();
          throw dataError('MALFORMED_RECORD', 'line 1 is bad');
        },
        finish: () => [],
      }),
    };
    const source = sourceOf(folder, { format: strict });
    const splits = (await nextSplits(source, START))?.splits ?? [];
    await expect(collect(source, splits)).rejects.toMatchObject({
      code: 'MALFORMED_RECORD',
      message: `${path}: line 1 is bad`,
    });
    meanwhile = () => put(path, 'bad and more');
    await expect(collect(source, splits)).rejects.toMatchObject({ code: 'SOURCE_FILE_CHANGED', path });
  });

  test('a large gzip file of several members reads as one', async () => {
    const folder = newFolder();
    const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i}`);
    const half = lines.length / 2;
    const members = [lines.slice(0, half), lines.slice(half)].map((part) => gzipSync(`${part.join('\n')}\n`));
    put(join(folder, 'a.gz'), Buffer.concat(members));
    const [values] = await batchesOf(sourceOf(folder));
    expect(values).toEqual(lines);
  });

  test('a gzip file that ends early is an error that names it', async () => {
    const folder = newFolder();
    put(join(folder, 'a.gz'), gzipSync('x'.repeat(1000)).subarray(0, 20));
    const source = sourceOf(folder);
    await expect(batchesOf(source)).rejects.toMatchObject({ code: 'SOURCE_FILE_CORRUPT', path: join(folder, 'a.gz') });
  });

  test('other compressions are left out, and named', async () => {
    const folder = newFolder();
    put(join(folder, 'a.csv.bz2'), 'BZh9');
    put(join(folder, 'b.csv'), 'b');
    const source = sourceOf(folder);
    expect(await batchesOf(source)).toEqual([['b']]);
    expect(source.warnings).toEqual([expect.stringContaining('a.csv.bz2 is left out: files compressed as .bz2')]);
  });

  test.each([
    ['grown', (path: string) => writeFileSync(path, 'one\ntwo\nthree'), 'SOURCE_FILE_CHANGED'],
    ['touched', (path: string) => utimesSync(path, 5, 5), 'SOURCE_FILE_CHANGED'],
    ['removed', (path: string) => rmSync(path), 'SOURCE_FILE_MISSING'],
  ])('a pinned file that was %s before it is read is an error that names it', async (_, change, code) => {
    const folder = newFolder();
    const path = join(folder, 'a');
    put(path, 'one\ntwo');
    const source = sourceOf(folder);
    const next = await nextSplits(source, START);
    change(path);
    await expect(collect(source, next?.splits ?? [])).rejects.toMatchObject({ code, category: 'io', path });
  });

  test.each([
    ['grows', (path: string) => writeFileSync(path, 'one\ntwo\nthree'), 'SOURCE_FILE_CHANGED'],
    [
      'is replaced',
      (path: string) => {
        writeFileSync(`${path}.tmp`, 'other');
        renameSync(`${path}.tmp`, path);
      },
      'SOURCE_FILE_CHANGED',
    ],
    ['vanishes', (path: string) => rmSync(path), 'SOURCE_FILE_MISSING'],
  ])('a file that %s while it is read is found out at its end', async (_, change, code) => {
    const folder = newFolder();
    const path = join(folder, 'a');
    put(path, 'one\ntwo\n');
    const source = sourceOf(folder);
    const [split] = (await nextSplits(source, START))?.splits ?? [];
    const read = async () => {
      const context = {
        reject() {},
        countInput() {},
        countDropped() {},
        countRepeatedName() {},
        beginChunk() {},
        signal: new AbortController().signal,
      };
      for await (const _batch of source.read(split, context)) change(path);
    };
    await expect(read()).rejects.toMatchObject({ code, path });
  });

  test('a file left out of its batch is taken again as it is then', async () => {
    const folder = newFolder();
    const path = join(folder, 'a');
    put(path, 'one');
    const source = sourceOf(folder);
    const first = await nextSplits(source, START);
    put(path, 'one and two');
    source.release(first?.splits ?? []);
    const second = await nextSplits(source, { logOffset: 0 });
    expect((await collect(source, second?.splits ?? [])).rows).toEqual([['one and two']]);
  });
});

describe('after a restart', () => {
  async function* entries(...batches: { splits: unknown[]; end: unknown }[]) {
    for (const [batchId, { end, splits }] of batches.entries()) yield { batchId, offset: end, splits };
  }

  test('files are known from the record and from the offsets that are still held', async () => {
    const folder = newFolder();
    const seen = memorySeen();
    put(join(folder, 'a'), 'a');
    const before = sourceOf(folder, { seen });
    const first = await nextSplits(before, START);
    await before.commit?.(0, first?.end, first?.splits ?? []);
    put(join(folder, 'b'), 'b');
    const second = await nextSplits(before, { logOffset: 0 });
    put(join(folder, 'c'), 'c');

    const after = sourceOf(folder, { seen });
    await after.restore?.(entries({ splits: second?.splits ?? [], end: second?.end }));
    expect((await nextSplits(after, { logOffset: 1 }))?.splits).toMatchObject([{ path: join(folder, 'c') }]);
    expect((await collect(after, second?.splits ?? [])).rows).toEqual([['b']]);
  });

  test('nothing reaches the record before its batch is committed', async () => {
    const folder = newFolder();
    const seen = memorySeen();
    put(join(folder, 'a'), 'a');
    const source = sourceOf(folder, { seen });
    const next = await nextSplits(source, START);
    expect(seen.size).toBe(0);
    await source.commit?.(0, next?.end, next?.splits ?? []);
    expect([...seen.paths()]).toEqual([join(folder, 'a')]);
  });

  test('many files that are gone are forgotten, but not all of them at once', async () => {
    const folder = newFolder();
    const seen = memorySeen();
    seen.addBatch(
      0,
      Array.from({ length: 150 }, (_, i) => ({ path: join(folder, `gone-${i}`), size: 1, mtimeMs: 1 })),
    );
    const source = sourceOf(folder, { seen });
    put(join(folder, 'new'), 'new');
    await nextSplits(source, START);
    expect(seen.size).toBe(150);
    seen.addBatch(1, [{ path: join(folder, 'kept'), size: 4, mtimeMs: 1 }]);
    put(join(folder, 'kept'), 'kept');
    await nextSplits(source, { logOffset: 0 });
    expect(seen.size).toBe(1);
  });
});

describe('half-written files', () => {
  const settling = (path: string, format: string, given: Given = {}) =>
    sourceOf(path, { ...given, format: { ...lineFormat, name: format }, options: { settle: '500ms' } });

  test('a file is taken when it has rested', async () => {
    const folder = newFolder();
    const clock = patientClock();
    const source = settling(folder, 'csv', { clock });
    put(join(folder, 'a.csv'), 'one\n', 10);
    expect(await nextSplits(source, START)).toBeNull();
    await clock.advance(400);
    put(join(folder, 'a.csv'), 'one\ntwo\n', 11);
    expect(await nextSplits(source, START)).toBeNull();
    await clock.advance(400);
    expect(await nextSplits(source, START)).toBeNull();
    await clock.advance(400);
    expect(await nextSplits(source, START)).toBeNull();
    await clock.advance(500);
    expect((await nextSplits(source, START))?.splits).toMatchObject([{ size: 8 }]);
  });

  test('a JSON array is taken at once when it is whole, and has more time when it is not', async () => {
    const folder = newFolder();
    const clock = patientClock();
    const source = settling(folder, 'json', { clock });
    put(join(folder, 'whole'), '\ufeff [{"a":[1,"]"]}, {}] \n', 1);
    put(join(folder, 'half'), '[{"a":[1]', 2);
    put(join(folder, 'lines'), '{"a":1}\n', 3);
    const taken = async () => {
      const next = await nextSplits(source, START);
      return (next?.splits as { path: string }[] | undefined)?.map(({ path }) => path.slice(folder.length + 1)) ?? [];
    };
    expect(await taken()).toEqual(['whole']);
    await clock.advance(600);
    expect(await taken()).toEqual(['lines']);
    await clock.advance(600);
    expect(await taken()).toEqual([]);
    put(join(folder, 'half'), '[{"a":[1]}]', 4);
    expect(await taken()).toEqual([]);
    expect(await taken()).toEqual(['half']);
    put(join(folder, 'broken'), '[{"a":', 5);
    await taken();
    await clock.advance(5000);
    expect(await taken()).toEqual(['broken']);
  });

  test('a gzip or Parquet file is taken when it is whole, never before', async () => {
    const folder = newFolder();
    const clock = patientClock();
    const whole = gzipSync('x'.repeat(5000));
    put(join(folder, 'whole.gz'), whole, 1);
    put(join(folder, 'half.gz'), whole.subarray(0, whole.length - 3), 2);
    const source = settling(folder, 'csv', { clock });
    expect((await nextSplits(source, START))?.splits).toMatchObject([{ path: join(folder, 'whole.gz') }]);
    await clock.advance(60_000);
    expect(await nextSplits(source, START)).toBeNull();
    expect(source.warnings).toEqual([expect.stringContaining('half.gz does not end as a gzip file must')]);

    const parquet = newFolder();
    put(join(parquet, 'half.parquet'), 'PAR1 rows rows PAR?', 1);
    put(join(parquet, 'whole.parquet'), Buffer.from('PAR1....footer\x06\0\0\0PAR1', 'latin1'), 2);
    const other = settling(parquet, 'parquet', { clock: patientClock() });
    expect((await nextSplits(other, START))?.splits).toMatchObject([{ path: join(parquet, 'whole.parquet') }]);
  });

  test('asks to be called again when a file will have rested', async () => {
    const folder = newFolder();
    const clock = patientClock();
    const source = settling(folder, 'csv', { clock });
    let woken = 0;
    source.onData?.(() => woken++);
    put(join(folder, 'a.csv'), 'one', 1);
    await nextSplits(source, START);
    woken = 0;
    await clock.advance(500);
    expect(woken).toBe(1);
    expect(await nextSplits(source, START)).not.toBeNull();
  });

  test('availableNow waits for the rest of what is there, and takes nothing that comes later', async () => {
    const folder = newFolder();
    const clock = handClock();
    put(join(folder, 'a.csv'), 'a', 1);
    put(join(folder, 'b.csv.gz'), gzipSync('b').subarray(0, 10), 2);
    const source = settling(folder, 'csv', {
      clock: {
        ...clock,
        async sleep(ms) {
          put(join(folder, 'late.csv'), 'late', 0);
          clock.advance(ms);
        },
      },
    });
    await source.prepareForAvailableNow?.();
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(500);
    expect(await batchesOf(source)).toEqual([['a']]);
    expect(source.warnings.join()).toContain('b.csv.gz');
  });

  test('a file that may not be opened is reported and left out, and taken when it may', async () => {
    const folder = newFolder();
    put(join(folder, 'a'), 'a', 1);
    put(join(folder, 'b'), 'b', 2);
    let isLocked = true;
    const disk: Disk = {
      ...nodeDisk,
      openRead(path) {
        if (isLocked && path.endsWith('a')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
        return nodeDisk.openRead(path);
      },
    };
    const source = sourceOf(folder, { disk });
    expect((await nextSplits(source, START))?.splits).toMatchObject([{ path: join(folder, 'b') }]);
    expect(source.warnings).toEqual([expect.stringContaining('(EACCES). It is left out until it can be read')]);
    isLocked = false;
    expect((await nextSplits(source, { logOffset: 0 }))?.splits).toMatchObject([{ path: join(folder, 'a') }]);
  });
});

describe('what happens to files afterwards', () => {
  test('one that changes after it was taken is reported once and not read again', async () => {
    const folder = newFolder();
    const path = join(folder, 'a');
    put(path, 'one', 1);
    const source = sourceOf(folder);
    await nextSplits(source, START);
    put(path, 'one and two', 2);
    expect(await nextSplits(source, { logOffset: 0 })).toBeNull();
    await nextSplits(source, { logOffset: 0 });
    expect(source.warnings).toEqual([expect.stringContaining(`${path} was changed after it was read`)]);
  });

  test('cleanSource deletes files whose batch is committed, and forgets them', async () => {
    const folder = newFolder();
    const seen = memorySeen();
    put(join(folder, 'a'), 'a');
    const source = sourceOf(folder, { seen, options: { cleanSource: 'delete' } });
    const next = await nextSplits(source, START);
    expect(nodeDisk.readdir(folder)).toHaveLength(1);
    await source.commit?.(0, next?.end, next?.splits ?? []);
    expect(nodeDisk.readdir(folder)).toEqual([]);
    expect(seen.size).toBe(0);
  });

  test('cleanSource archives files under their whole path', async () => {
    const folder = newFolder();
    const archive = newFolder();
    put(join(folder, 'a'), 'a');
    const source = sourceOf(folder, { options: { cleanSource: 'archive', sourceArchiveDir: archive } });
    await batchesOf(source);
    expect(nodeDisk.stat(join(archive, folder, 'a')).size).toBe(1);
  });

  test('an archive inside the input is refused', () => {
    const folder = newFolder();
    const options = { cleanSource: 'archive', sourceArchiveDir: join(folder, 'done') };
    expect(() => sourceOf(folder, { options })).toThrow(/lies in the input folder/);
  });
});

test('cleanSource on the output of another query is refused', () => {
  const folder = newFolder();
  put(join(folder, '_clickstream/owner.json'), '{}');
  expect(() => sourceOf(folder, { options: { cleanSource: 'delete' } })).toThrow(/output folder of another query/);
});

describe('watching', () => {
  test('a file dropped into a folder wakes, and one dropped into a folder made later too', async () => {
    const folder = newFolder();
    const source = sourceOf(folder, { clock: systemClock, options: { recursiveFileLookup: true } });
    let woken = 0;
    source.onData?.(() => woken++);
    for (const path of ['a', 'sub/b']) {
      let tries = 0;
      // The watcher needs a moment to begin: drop a file until it says so.
      await until(() => {
        if (tries++ % 40 === 0) put(join(folder, `${path}${tries}`), 'x');
        return woken > 0;
      });
      await nextSplits(source, START);
      await until(() => woken > 0);
      woken = 0;
    }
  });

  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux('there is one watch per folder, none per file', async () => {
    const folder = newFolder();
    for (let i = 0; i < 50; i++) put(join(folder, `p=${i % 2}/f${i}`), 'x');
    const watches = () =>
      readdirSync('/proc/self/fdinfo')
        .map((fd) => (existsSync(`/proc/self/fdinfo/${fd}`) ? readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8') : ''))
        .join('')
        .split('inotify wd:').length - 1;
    const before = watches();
    const source = sourceOf(folder, { clock: systemClock });
    source.onData?.(() => {});
    await until(() => watches() >= before + 3);
    await nextSplits(source, START);
    expect(watches()).toBe(before + 3);
  });

  test('when the system cannot watch, it says so once and lists on a timer', async () => {
    const clock = patientClock();
    const warnings: string[] = [];
    let woken = 0;
    const watch = watchFolders({
      clock,
      poll: false,
      pollIntervalMs: 100,
      onChange: () => void woken++,
      onWarning: (message) => void warnings.push(message),
      watch: () => {
        throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' });
      },
    });
    watch.follow(['/a', '/b']);
    watch.follow(['/c']);
    await clock.advance(100);
    expect(warnings).toEqual([expect.stringMatching(/cannot be watched.*ENOSPC.*every 100 ms/)]);
    expect(woken).toBe(1);
    await watch.close();
  });

  test('a folder that is made later wakes as well', async () => {
    const folder = join(newFolder(), 'later');
    const source = sourceOf(folder, { clock: systemClock });
    let woken = 0;
    source.onData?.(() => woken++);
    let tries = 0;
    await until(() => {
      if (tries++ % 40 === 0) {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
      }
      return woken > 0;
    });
  });

  test('poll wakes on a timer alone', async () => {
    const clock = patientClock();
    const source = sourceOf(newFolder(), { clock, options: { poll: true } });
    let woken = 0;
    source.onData?.(() => woken++);
    await clock.advance(1000);
    await Promise.resolve();
    expect(woken).toBe(1);
  });
});

test('property: whatever the limits, each file is taken once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ mtime: fc.integer({ min: 1, max: 5 }), size: fc.integer({ min: 0, max: 9 }) }), {
        maxLength: 12,
      }),
      fc.record(
        { maxFiles: fc.integer({ min: 1, max: 5 }), maxBytes: fc.integer({ min: 1, max: 20 }) },
        { requiredKeys: [] },
      ),
      async (files, limit) => {
        const folder = newFolder();
        for (const [i, { mtime, size }] of files.entries()) put(join(folder, `f${i}`), 'x'.repeat(size), mtime);
        const source = sourceOf(folder);
        const taken: { path: string; mtimeMs: number }[] = [];
        for (let start: unknown = START; ; ) {
          const next = await nextSplits(source, start, limit);
          if (next === null) break;
          taken.push(...(next.splits as typeof taken));
          start = next.end;
        }
        const sorted = [...taken].sort((a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : 1));
        expect(taken).toEqual(sorted);
        expect(new Set(taken.map((file) => file.path)).size).toBe(files.length);
      },
    ),
    { numRuns: 30 },
  );
});

test('a file that changed between opening and the first trigger is taken as it is then', async () => {
  const folder = newFolder();
  const path = join(folder, 'a');
  put(path, 'one');
  const source = sourceOf(folder);
  put(path, 'one and two');
  expect((await nextSplits(source, START))?.splits).toMatchObject([{ size: 11 }]);
});
