import { describe, expect, test } from '@jest/globals';
import { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT, IN, numbersIn, runModelQuery } from '../support/model-query.ts';
import { catchWarnings } from '../support/warnings.ts';

const warnings = catchWarnings();

const FILE = `${IN}/2.json`;
const ALL = { source: { maxFilesPerTrigger: 10 } };
const OLD = '{"n":20}\n{"n":21}\n';

function threeFiles(): ModelDisk {
  const disk = new ModelDisk();
  disk.writeFile(`${IN}/1.json`, '{"n":1}\n');
  disk.writeFile(FILE, OLD);
  disk.writeFile(`${IN}/3.json`, '{"n":3}\n');
  return disk;
}

interface Outcome {
  /** The code with which the run ended, or null. */
  readonly code: string | null;
  readonly found: string;
  /** After another run, with nothing changed meanwhile. */
  readonly later: string;
}

/** Changes a file before operation `at` of a run over it and two others. */
async function changeAt(at: number, disk: ModelDisk, text: string): Promise<Outcome> {
  const start = disk.calls.length;
  const mtimeMs = (disk.look(FILE)?.mtimeMs as number) + 1000;
  disk.beforeCall = () => {
    if (disk.calls.length - start === at + 1) disk.writeFile(FILE, Buffer.from(text), mtimeMs);
  };
  const code = await runModelQuery(disk, ALL).then(
    () => null,
    (error: { code: string }) => error.code,
  );
  const found = String(numbersIn(disk).sort((a, b) => a - b));
  const next = disk.nextProcess();
  const failed = await runModelQuery(next, ALL).then(
    () => false,
    () => true,
  );
  const later = failed ? 'stopped' : String(numbersIn(next).sort((a, b) => a - b));
  return { code, found, later };
}

describe.each<[what: string, text: string, rows: string]>([
  ['grows', `${OLD}{"n":22}\n`, '20,21,22'],
  ['shrinks', '{"n":20}\n', '20'],
  ['is emptied', '', ''],
  ['is replaced by another of its size', '{"n":50}\n{"n":51}\n', '50,51'],
])('a file that %s', (_what, text, rows) => {
  const old = '1,3,20,21';
  const both = ['1', '3', ...rows.split(',').filter((row) => row !== '')];
  const fresh = String(both.map(Number).sort((a, b) => a - b));

  test('before any operation of a run: is read as it was or as it is, never as a mixture, and never twice', async () => {
    const whole = threeFiles();
    await runModelQuery(whole, ALL);
    const laters = new Set<string>();
    for (let at = 0; at < whole.calls.length; at++) {
      const { code, found, later } = await changeAt(at, threeFiles(), text);
      expect(code).toBeNull();
      expect([old, fresh, '1,3']).toContain(found);
      // What was left out comes later; what was read is not read again.
      expect([old, fresh]).toContain(later);
      if (found !== '1,3') expect(later).toBe(found);
      laters.add(later);
    }
    expect([...laters].sort()).toEqual([old, fresh].sort());
  });

  test('before any operation of a run that repeats a batch: the same rows, or a stop that names it', async () => {
    const endings = new Set<string>();
    for (let at = 0; ; at++) {
      const disk = threeFiles();
      // The first run dies when its output is there and its commit is not.
      disk.beforeCall = (op, path) => {
        if (op === 'create' && path.startsWith(`${CHECKPOINT}/commits/`)) disk.powerOffAt(0);
      };
      await runModelQuery(disk, ALL).catch(() => {});
      const next = disk.nextProcess();
      const before = next.calls.length;
      const { code, found } = await changeAt(at, next, text);
      expect([null, 'SOURCE_FILE_CHANGED']).toContain(code);
      // What the first run showed stays; it is never joined by rows of the changed file.
      expect(found).toBe(old);
      endings.add(String(code));
      if (next.calls.length - before < at) break;
    }
    expect([...endings].sort()).toEqual(['SOURCE_FILE_CHANGED', 'null']);
  });
});

test('a file that is deleted and made anew with another time is not read again, and is reported', async () => {
  const disk = threeFiles();
  await runModelQuery(disk, ALL);
  const next = disk.nextProcess();
  next.removeFile(FILE);
  next.writeFile(FILE, Buffer.from('{"n":70}\n'), 9e12);
  await runModelQuery(next, ALL);
  expect(numbersIn(next).sort((a, b) => a - b)).toEqual([1, 3, 20, 21]);
  expect(warnings.join('')).toContain('2.json was changed after it was read');
});

test('another file in the place of one that is gone is read, whatever the file system calls it inside', async () => {
  const disk = threeFiles();
  await runModelQuery(disk, ALL);
  const next = disk.nextProcess();
  const mtimeMs = next.look(FILE)?.mtimeMs as number;
  next.removeFile(FILE);
  next.writeFile(`${IN}/2b.json`, Buffer.from(OLD), mtimeMs);
  await runModelQuery(next, ALL);
  expect(numbersIn(next).sort((a, b) => a - b)).toEqual([1, 3, 20, 20, 21, 21]);
});
