import { describe, expect, test } from '@jest/globals';
import type { Disk } from '../../../src/fs/disk.ts';
import { count, createSession, expr, window } from '../../../src/index.ts';
import { errnoError, ModelDisk } from '../../support/model-disk.ts';
import { CHECKPOINT, IN, modelQuery, numbersIn, OUT, runModelQuery } from '../../support/model-query.ts';
import { catchWarnings } from '../../support/warnings.ts';

catchWarnings();

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

describe('a bounded run over input that cannot be read', () => {
  /** The first opening of `2.json` fails, and `times` - 1 after it. */
  function threeFiles(code: string, times: number): ModelDisk {
    const disk = new ModelDisk();
    for (const n of [1, 2, 3]) disk.writeFile(`${IN}/${n}.json`, `{"n":${n}}\n`);
    let left = times;
    disk.beforeCall = (op, path) => {
      if (op === 'openRead' && path === `${IN}/2.json` && left-- > 0) throw errnoError(code, 'open', path);
    };
    return disk;
  }

  test.each(['once', 'availableNow'] as const)(
    '(%s) processes everything else, and then fails: it ended as if all was well',
    async (trigger) => {
      const disk = threeFiles('EACCES', Number.POSITIVE_INFINITY);
      const options = { source: { maxFilesPerTrigger: 10 } };
      const query = await modelQuery(disk, options)
        .trigger({ [trigger]: true } as { once: true })
        .start(OUT);
      const end = query.awaitTermination();
      await expect(end).rejects.toMatchObject({ code: 'SOURCE_FILE_UNREADABLE', category: 'io' });
      await expect(end).rejects.toThrow(/2\.json \(EACCES\).*Everything else was processed/);
      expect(numbersIn(disk)).toEqual([1, 3]);
      const next = disk.nextProcess();
      await runModelQuery(next);
      expect(numbersIn(next)).toEqual([1, 3, 2]);
    },
  );

  test('closes no windows, as rows for them may be in what was not read', async () => {
    const disk = threeFiles('EACCES', Number.POSITIVE_INFINITY);
    const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => {} };
    const drained = async (on: ModelDisk) => {
      const query = await createSession({ disk: on, clock })
        .readStream.format('json')
        .schema('n LONG, ts TIMESTAMP')
        .options({ settle: 0, poll: true, mode: 'permissive' })
        .load(IN)
        .withColumn('ts', expr('timestamp_seconds(n)'))
        .withWatermark('ts', '0 seconds')
        .groupBy(window('ts', '10 seconds'))
        .agg(count().as('n'))
        .select('n')
        .writeStream.format('json')
        .option('checkpointLocation', CHECKPOINT)
        .conf({ drain: true })
        .trigger({ availableNow: true })
        .start(OUT);
      await query.awaitTermination();
    };
    await expect(drained(disk)).rejects.toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' });
    expect(numbersIn(disk)).toEqual([]);
    const next = disk.nextProcess();
    await drained(next);
    expect(numbersIn(next)).toEqual([3]);
  });

  test.each(['EMFILE', 'EIO'])('waits a little when that may pass (%s)', async (code) => {
    const disk = threeFiles(code, 3);
    await runModelQuery(disk);
    expect(numbersIn(disk)).toEqual([1, 2, 3]);
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
