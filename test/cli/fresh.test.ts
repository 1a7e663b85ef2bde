import { describe, expect, test } from '@jest/globals';
import { writeQueryId } from '../../src/checkpoint/metadata.ts';
import { planFresh, startFresh } from '../../src/cli/fresh.ts';
import { writeDurable } from '../../src/fs/durable-file.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { createFakeIo } from './fake-io.ts';

const ID = '0123abcd-0000-4000-8000-000000000000';
const OTHER = 'fedcba98-0000-4000-8000-000000000000';
const TARGET = { checkpoint: '/checkpoint', outputs: ['/out'] };

function diskWith(files: Record<string, string>): ModelDisk {
  const disk = new ModelDisk();
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split('/');
    for (let depth = 2; depth < parts.length; depth++) {
      try {
        disk.mkdir(parts.slice(0, depth).join('/'));
      } catch {
        // Made for an earlier file.
      }
    }
    writeDurable(disk, path, Buffer.from(text), 'link');
  }
  return disk;
}

function namesBelow(disk: ModelDisk, folder: string): string[] {
  return disk
    .readdir(folder)
    .flatMap(({ name, kind }) =>
      kind === 'directory' ? [`${folder}/${name}/`, ...namesBelow(disk, `${folder}/${name}`)] : [`${folder}/${name}`],
    )
    .sort();
}

function usedFolders(): ModelDisk {
  const disk = diskWith({
    '/checkpoint/offsets/0': 'v1',
    '/checkpoint/commits/0': 'v1',
    '/out/part-000000000-00000-0123abcd.csv': 'ours',
    '/out/part-000000000-00000-fedcba98.csv': 'of another query',
    '/out/notes.txt': `a file of the user that names ${ID}`,
    '/out/_clickstream/owner.json': JSON.stringify({ queryId: ID }),
    '/out/_spark_metadata/0': 'v1',
    '/out/_rejects/part-000000000-00000-0123abcd.ndjson': 'ours',
    '/out/_other': JSON.stringify({ queryId: OTHER }),
  });
  writeQueryId(disk, '/checkpoint', ID);
  return disk;
}

describe('startFresh', () => {
  test("deletes the checkpoint and the query's own output, and nothing else", async () => {
    const disk = usedFolders();
    const io = createFakeIo();
    expect(await startFresh(disk, TARGET, true, io)).toBe(true);
    expect(namesBelow(disk, '/out')).toEqual([
      '/out/_other',
      '/out/notes.txt',
      '/out/part-000000000-00000-fedcba98.csv',
    ]);
    expect(namesBelow(disk, '/checkpoint')).toEqual([]);
    expect(io.err()).toContain('/out/ (1 file)');
  });

  test("another process's lock is not part of the plan", () => {
    const disk = usedFolders();
    writeDurable(disk, '/checkpoint/lock', Buffer.from('held'), 'link');
    expect(planFresh(disk, TARGET).files).not.toContain('/checkpoint/lock');
  });

  test('asks on a terminal; any answer but yes deletes nothing', async () => {
    const disk = usedFolders();
    const before = namesBelow(disk, '/out');
    const io = createFakeIo({ answer: '' });
    expect(await startFresh(disk, TARGET, false, io)).toBe(false);
    expect(io.questions).toEqual(['Delete them? [y/N] ']);
    expect(namesBelow(disk, '/out')).toEqual(before);
    expect(await startFresh(disk, TARGET, false, createFakeIo({ answer: 'y' }))).toBe(true);
    expect(namesBelow(disk, '/checkpoint')).toEqual([]);
  });

  test('needs --yes where there is nobody to ask', async () => {
    const disk = usedFolders();
    await expect(startFresh(disk, TARGET, false, createFakeIo())).rejects.toMatchObject({ code: 'USAGE' });
    expect(namesBelow(disk, '/checkpoint')).toContain('/checkpoint/metadata');
  });

  test('a folder that is no checkpoint is refused and left alone', async () => {
    const disk = diskWith({ '/checkpoint/thesis.txt': 'years of work' });
    await expect(startFresh(disk, TARGET, true, createFakeIo())).rejects.toMatchObject({ code: 'NOT_A_CHECKPOINT' });
    expect(namesBelow(disk, '/checkpoint')).toEqual(['/checkpoint/thesis.txt']);
  });

  test('a missing or empty checkpoint is fresh already', async () => {
    expect(await startFresh(new ModelDisk(), TARGET, false, createFakeIo())).toBe(true);
    const disk = new ModelDisk();
    disk.mkdir('/checkpoint');
    expect(await startFresh(disk, TARGET, false, createFakeIo())).toBe(true);
  });

  test('an interrupted deletion leaves a plan for what is left, until all is gone', async () => {
    const unlinks = planFresh(usedFolders(), TARGET).files.length;
    // The first unlink is the lock's, of its temporary file.
    for (let at = 1; at <= unlinks; at++) {
      const disk = usedFolders();
      disk.failAt(at, 'EIO', { op: 'unlink' });
      await expect(startFresh(disk, TARGET, true, createFakeIo())).rejects.toThrow(/delete/);
      await startFresh(disk, TARGET, true, createFakeIo());
      expect(namesBelow(disk, '/checkpoint')).toEqual([]);
      expect(namesBelow(disk, '/out')).toHaveLength(3);
    }
  });
});
