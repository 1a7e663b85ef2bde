import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Disk } from '../../../src/fs/disk.ts';
import { errnoError, ModelDisk } from '../../support/model-disk.ts';
import { IN, modelQuery, numbersIn, runModelQuery } from '../../support/model-query.ts';

beforeEach(() => void jest.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => void jest.restoreAllMocks());

function diskWithFile(): ModelDisk {
  const disk = new ModelDisk();
  disk.writeFile(`${IN}/1.json`, '{"n":1}\n');
  return disk;
}

/** Fails operations on the input file from the moment its batch is logged. */
function failReading(disk: ModelDisk, op: keyof Disk): void {
  let isLogged = false;
  disk.beforeCall = (called, path) => {
    isLogged ||=
      called === 'fsyncDirectory' && path.endsWith('/offsets') && disk.look('/model/checkpoint/offsets/0') !== null;
    if (isLogged && called === op && path === `${IN}/1.json`) throw errnoError('EIO', op, path);
  };
}

const OPS = ['openRead', 'fstat', 'read', 'stat'] as const;

describe('a file that cannot be read any more when its batch runs', () => {
  test.each(OPS)('(%s fails) is named, with what to do', async (op) => {
    const disk = diskWithFile();
    failReading(disk, op);
    const failure = runModelQuery(disk);
    await expect(failure).rejects.toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' });
    await expect(failure).rejects.toThrow(/1\.json .*EIO.*Make it readable and start again/);
    const next = disk.nextProcess();
    await runModelQuery(next);
    expect(numbersIn(next)).toEqual([1]);
  });

  test.each(OPS)('(%s fails) is not blamed on the function of foreachBatch', async (op) => {
    const disk = diskWithFile();
    failReading(disk, op);
    const query = await modelQuery(disk)
      .foreachBatch(async (batch) => void (await batch.toArray()))
      .start();
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' });
  });
});

test('closing an input file that was read may fail, as nothing can be lost: the query died of it', async () => {
  const disk = diskWithFile();
  disk.beforeCall = (op, path) => {
    if (op === 'close' && path === `${IN}/1.json`) throw errnoError('EIO', op, path);
  };
  await runModelQuery(disk);
  expect(numbersIn(disk)).toEqual([1]);
});

test('a look at files that were read before does not stop the query when it fails', async () => {
  const disk = diskWithFile();
  await runModelQuery(disk);
  disk.writeFile(`${IN}/2.json`, '{"n":2}\n');
  const next = disk.nextProcess();
  next.beforeCall = (op, path) => {
    if (op === 'stat' && path === `${IN}/1.json`) throw errnoError('EMFILE', op, path);
  };
  await runModelQuery(next);
  expect(numbersIn(next)).toEqual([1, 2]);
});
