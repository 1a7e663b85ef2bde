import { describe, expect, test } from '@jest/globals';
import { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT, IN, modelQuery, numbersIn, OUT, runModelQuery } from '../support/model-query.ts';
import { catchWarnings } from '../support/warnings.ts';

const warnings = catchWarnings();

const FILE = `${IN}/2.json`;
const ALL = { source: { maxFilesPerTrigger: 10 } };

function threeFiles(): ModelDisk {
  const disk = new ModelDisk();
  for (const n of [1, 2, 3]) disk.writeFile(`${IN}/${n}.json`, `{"n":${n}}\n`);
  return disk;
}

type Ending = 'read before it went' | 'left out' | 'never seen' | 'named';

/** Takes a file away before operation `at` of a run over it and two others, and puts it back after it. */
async function vanishAt(at: number, disk: ModelDisk): Promise<Ending> {
  const [bytes, mtimeMs] = [disk.readFile(FILE), disk.look(FILE)?.mtimeMs as number];
  const start = disk.calls.length;
  warnings.length = 0;
  disk.beforeCall = () => {
    if (disk.calls.length - start === at + 1) disk.removeFile(FILE);
  };
  const failure = await runModelQuery(disk, ALL).then(
    () => null,
    (error: Error & { code: string }) => error,
  );
  if (failure !== null) {
    expect(failure).toMatchObject({ code: 'SOURCE_FILE_MISSING', category: 'io' });
    expect(failure.message).toMatch(/2\.json was taken into a batch and is gone.*Put it back/);
  }
  const found = numbersIn(disk);
  const isLeftOut = warnings.join('').includes('goes on without /model/in/2.json');
  // The others are there whatever happened, and never a batch that lacks rows without a word.
  if (failure === null) expect(found.filter((n) => n !== 2)).toEqual([1, 3]);
  const next = disk.nextProcess();
  next.writeFile(FILE, bytes, mtimeMs);
  await runModelQuery(next, ALL);
  expect(numbersIn(next).sort()).toEqual([1, 2, 3]);
  if (failure !== null) return 'named';
  return found.includes(2) ? 'read before it went' : isLeftOut ? 'left out' : 'never seen';
}

describe('a file that vanishes', () => {
  test('before any operation of a run: is read, or left out in words; when it is back, each row is there once', async () => {
    const whole = threeFiles();
    await runModelQuery(whole, ALL);
    const endings = new Map<Ending, number>();
    for (let at = 0; at < whole.calls.length; at++) {
      const ending = await vanishAt(at, threeFiles());
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
    expect([...endings.keys()].sort()).toEqual(['left out', 'never seen', 'read before it went']);
  });

  test('before any operation of a run that repeats a batch: is named', async () => {
    const endings = new Map<Ending, number>();
    for (let at = 0; ; at++) {
      const disk = threeFiles();
      // The first run dies when its output is there and its commit is not.
      disk.beforeCall = (op, path) => {
        if (op === 'create' && path.startsWith(`${CHECKPOINT}/commits/`)) disk.powerOffAt(0);
      };
      await runModelQuery(disk, ALL).catch(() => {});
      const next = disk.nextProcess();
      const before = next.calls.length;
      const ending = await vanishAt(at, next);
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      if (next.calls.length - before < at) break;
    }
    expect([...endings.keys()].sort()).toEqual(['named', 'read before it went']);
  });

  test('under a function that may have shown part of the batch: is named, not passed over', async () => {
    const disk = threeFiles();
    const seen: number[] = [];
    const query = await modelQuery(disk, ALL)
      .foreachBatch(async (batch) => {
        for await (const { n } of batch.rows()) {
          seen.push(n as number);
          if (n === 1) disk.removeFile(FILE);
        }
      })
      .start();
    await expect(query.awaitTermination()).rejects.toMatchObject({ code: 'SOURCE_FILE_MISSING' });
    expect(seen).toEqual([1]);
    expect(disk.files().some((path) => path.startsWith(`${OUT}/`))).toBe(false);
  });
});
