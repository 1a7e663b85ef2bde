import { describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { quarantine } from '../../../src/pipeline/care/quarantine.ts';
import type { ChangedFiles } from '../../../src/sources/file/options.ts';
import { ModelDisk } from '../../support/model-disk.ts';
import { CHECKPOINT, IN, modelQuery, numbersIn, runModelQuery } from '../../support/model-query.ts';
import { catchWarnings } from '../../support/warnings.ts';
import { codeOf, cutEverywhere, rewindModel } from '../../support/windows-on-model.ts';

const warnings = catchWarnings();

const FILE = `${IN}/2.json`;
const OLD = '{"n":20}\n{"n":21}\n';
const OLD_ROWS = [20, 21];

interface Change {
  readonly what: string;
  readonly text: string;
  readonly rows: readonly number[];
  /** Another file takes its place; otherwise it is written to where it is. */
  readonly renames?: boolean;
}

const CHANGES: readonly Change[] = [
  { what: 'replaced by rename', text: '{"n":50}\n{"n":51}\n{"n":52}\n', rows: [50, 51, 52], renames: true },
  { what: 'truncated', text: '{"n":20}\n', rows: [20] },
  { what: 'appended to', text: `${OLD}{"n":22}\n`, rows: [20, 21, 22] },
  { what: 'rewritten with as many bytes', text: '{"n":60}\n{"n":61}\n', rows: [60, 61] },
];

const options = (changedFiles: ChangedFiles, keepBatches = 100) => ({
  source: { changedFiles },
  conf: { keepBatches },
});

function twoFiles(): ModelDisk {
  const disk = new ModelDisk();
  disk.writeFile(`${IN}/1.json`, '{"n":1}\n');
  disk.writeFile(FILE, OLD);
  return disk;
}

function change(disk: ModelDisk, { text, renames }: Pick<Change, 'text' | 'renames'>): void {
  const mtimeMs = (disk.look(FILE)?.mtimeMs as number) + 1000;
  if (renames) disk.writeFile(FILE, text, mtimeMs);
  else disk.changeFile(FILE, Buffer.from(text), mtimeMs);
}

/** Does `work` when the output of a batch is there, and its commit is not. */
function beforeCommit(disk: ModelDisk, batchId: number, work: () => void): void {
  disk.beforeCall = (op, path) => {
    const commits = op === 'create' && path.startsWith(`${CHECKPOINT}/commits/`);
    if (!commits || disk.look(`${CHECKPOINT}/offsets/${batchId}`) === null) return;
    disk.beforeCall = () => {};
    work();
  };
}

const sorted = (disk: ModelDisk) => numbersIn(disk).sort((a, b) => a - b);
const rows = (...numbers: readonly number[]) => [1, ...OLD_ROWS, ...numbers].sort((a, b) => a - b);

describe.each(CHANGES)('a file that is $what', (changed) => {
  describe.each([
    ['before its batch was committed', 100, true],
    ['after its batch was committed', 100, false],
    ['after its batch was committed and its record flushed', 1, false],
  ])('%s', (_when, keepBatches, early) => {
    /** A run that takes both files, and the change. */
    async function firstRun(policy: ChangedFiles): Promise<ModelDisk> {
      const disk = twoFiles();
      if (early) beforeCommit(disk, 1, () => change(disk, changed));
      await runModelQuery(disk, options(policy, keepBatches));
      const next = disk.nextProcess();
      if (!early) change(next, changed);
      expect(sorted(next)).toEqual(rows());
      return next;
    }

    test('ignore: is not read again, and told of once a run', async () => {
      const disk = await firstRun('ignore');
      await runModelQuery(disk, options('ignore', keepBatches));
      disk.writeFile(`${IN}/3.json`, '{"n":3}\n', 9e6);
      warnings.length = 0;
      await runModelQuery(disk.nextProcess(), options('ignore', keepBatches));
      expect(sorted(disk)).toEqual(rows(3));
      expect(warnings).toEqual([
        expect.stringMatching(/2\.json was changed after it was read: .* The change is not read/),
      ]);
    });

    test('fail: stops at every start until it is put back, with the checkpoint whole', async () => {
      const disk = await firstRun('fail');
      const before = disk.look(FILE)?.mtimeMs as number;
      disk.writeFile(`${IN}/3.json`, '{"n":3}\n', 9e6);
      for (let start = 0; start < 2; start++) {
        const stopped = runModelQuery(disk.nextProcess(), options('fail', keepBatches));
        await expect(stopped).rejects.toMatchObject({
          code: 'TAKEN_FILE_CHANGED',
          message: expect.stringContaining(
            `${FILE} was changed after it was read: it was 18 bytes, changed at ${new Date(before - 1000).toISOString()}, and now is ${changed.text.length} bytes, changed at ${new Date(before).toISOString()}.`,
          ),
        });
      }
      expect(sorted(disk)).toEqual(rows());
      disk.writeFile(FILE, OLD, before - 1000);
      await runModelQuery(disk.nextProcess(), options('fail', keepBatches));
      expect(sorted(disk)).toEqual(rows(3));
    });

    test('reprocess: is read again, whole, and then no more', async () => {
      const disk = await firstRun('reprocess');
      for (let start = 0; start < 3; start++) {
        await runModelQuery(disk.nextProcess(), options('reprocess', keepBatches));
        expect(sorted(disk)).toEqual(rows(...changed.rows));
      }
      expect(warnings).toEqual([
        expect.stringMatching(/2\.json was changed after it was read: .* It is read again, whole/),
      ]);
      change(disk, { text: '{"n":70}\n' });
      for (let start = 0; start < 2; start++) {
        await runModelQuery(disk.nextProcess(), options('reprocess', keepBatches));
        expect(sorted(disk)).toEqual(rows(...changed.rows, 70));
      }
    });
  });

  test.each<[ChangedFiles, string, readonly number[]]>([
    ['ignore', 'no error', []],
    ['fail', 'TAKEN_FILE_CHANGED', []],
    ['reprocess', 'no error', changed.rows],
  ])('while the query watches, %s: ends in %s', async (policy, code, more) => {
    const disk = twoFiles();
    const query = await modelQuery(disk, options(policy)).trigger({ manual: true }).start('/model/out');
    while (await query.runTrigger());
    change(disk, changed);
    expect(await codeOf(query.runTrigger())).toBe(code);
    if (code === 'no error') while (await query.runTrigger());
    await query.stop();
    expect(sorted(disk)).toEqual(rows(...more));
  });

  test.each<ChangedFiles>(['ignore', 'fail', 'reprocess'])(
    'before the commit of a batch that was killed, %s: the batch is not run with other rows, and runs once the file is back',
    async (policy) => {
      const disk = twoFiles();
      beforeCommit(disk, 1, () => disk.powerOffAt(0));
      await runModelQuery(disk, options(policy)).catch(() => {});
      const next = disk.nextProcess();
      const before = next.look(FILE)?.mtimeMs as number;
      change(next, changed);
      for (let start = 0; start < 2; start++) {
        expect(await codeOf(runModelQuery(next.nextProcess(), options(policy)))).toBe('SOURCE_FILE_CHANGED');
      }
      expect(sorted(next)).toEqual(rows());
      next.writeFile(FILE, OLD, before);
      await runModelQuery(next.nextProcess(), options(policy));
      expect(sorted(next)).toEqual(rows());
    },
  );

  test('once more before the batch that takes it again has read it: that batch goes on without it, and a later one takes it', async () => {
    const disk = twoFiles();
    await runModelQuery(disk, options('reprocess'));
    const next = disk.nextProcess();
    change(next, { text: '{"n":90}\n' });
    next.beforeCall = (op, path) => {
      if (op !== 'link' || path !== `${CHECKPOINT}/offsets/2`) return;
      next.beforeCall = () => {};
      change(next, changed);
    };
    await runModelQuery(next, options('reprocess'));
    expect(sorted(next)).toEqual(rows());
    for (let start = 0; start < 2; start++) {
      await runModelQuery(next.nextProcess(), options('reprocess'));
      expect(sorted(next)).toEqual(rows(...changed.rows));
    }
  });
});

test('reprocess: whenever the power goes, the change counts once', async () => {
  const disk = twoFiles();
  await runModelQuery(disk, options('reprocess', 1));
  change(disk, CHANGES[0] as Change);
  disk.writeFile(`${IN}/3.json`, '{"n":3}\n', 9e6);
  const run = (on: ModelDisk) => runModelQuery(on, options('reprocess', 1));
  let cuts = 0;
  await cutEverywhere(disk, run, async (cut) => {
    const after = ++cuts % 2 === 0 ? cut.crash() : cut;
    await run(after);
    await run(after.nextProcess());
    expect(sorted(after)).toEqual(rows(50, 51, 52, 3));
  });
  expect(cuts).toBeGreaterThan(20);
});

test('fail: what a killed run had begun is run to its end before the stop', async () => {
  const disk = twoFiles();
  await runModelQuery(disk, options('fail'));
  disk.writeFile(`${IN}/3.json`, '{"n":3}\n', 9e6);
  beforeCommit(disk, 2, () => disk.powerOffAt(0));
  await runModelQuery(disk, options('fail')).catch(() => {});
  const next = disk.nextProcess();
  change(next, CHANGES[1] as Change);
  expect(next.look(`${CHECKPOINT}/commits/2`)).toBeNull();
  expect(await codeOf(runModelQuery(next, options('fail')))).toBe('TAKEN_FILE_CHANGED');
  expect(next.look(`${CHECKPOINT}/commits/2`)).not.toBeNull();
  expect(sorted(next)).toEqual(rows(3));
});

test.each<ChangedFiles>(['fail', 'reprocess'])('%s: no file is passed over, however many there are', async (policy) => {
  const disk = new ModelDisk();
  for (let i = 0; i < 600; i++) disk.writeFile(`${IN}/${i}.json`, `{"n":${i}}\n`);
  const all = { source: { changedFiles: policy, maxFilesPerTrigger: 1000 } };
  await runModelQuery(disk, all);
  const next = disk.nextProcess();
  for (const i of [0, 299, 300, 599]) next.writeFile(`${IN}/${i}.json`, `{"n":${i + 1000}}\n`, 9e6);
  const code = await codeOf(runModelQuery(next, all));
  expect(code).toBe(policy === 'fail' ? 'TAKEN_FILE_CHANGED' : 'no error');
  expect(sorted(next).slice(600)).toEqual(policy === 'fail' ? [] : [1000, 1299, 1300, 1599]);
});

test('the progress counts changed files, each once for each time that it was taken, from the start of the run', async () => {
  const disk = twoFiles();
  const query = await modelQuery(disk, options('reprocess')).trigger({ manual: true }).start('/model/out');
  const counts: unknown[] = [];
  query.onProgress(({ sources }) => counts.push(sources[0]?.metrics.numChangedFiles));
  const runAll = async () => {
    while (await query.runTrigger());
  };
  await runAll();
  for (const { text } of CHANGES.slice(0, 2)) {
    change(disk, { text });
    await runAll();
  }
  disk.writeFile(`${IN}/3.json`, '{"n":3}\n', 9e6);
  await runAll();
  await query.stop();
  expect(counts).toEqual([undefined, undefined, 1, 2, 2]);
});

test('fail names the first changed file and the others', async () => {
  const disk = twoFiles();
  await runModelQuery(disk, options('fail'));
  for (const name of [1, 2]) disk.writeFile(`${IN}/${name}.json`, '', 9e6);
  await expect(runModelQuery(disk.nextProcess(), options('fail'))).rejects.toThrow(
    /^\/model\/in\/1\.json was changed after it was read: .* So were \/model\/in\/2\.json\. changedFiles \(--changed-files\) is "fail"/,
  );
});

test.each<ChangedFiles>(['fail', 'reprocess'])(
  '%s: a file that cannot be looked at is not taken for unchanged',
  async (policy) => {
    const disk = twoFiles();
    await runModelQuery(disk, options(policy));
    const next = disk.nextProcess();
    next.beforeCall = (op, path) => {
      if (op === 'stat' && path === FILE) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'stat' });
    };
    expect(await codeOf(runModelQuery(next, options(policy)))).toBe('SOURCE_FILE_UNREADABLE');
  },
);

test('reprocess: a changed file that may not be opened is in no batch, as a new one would not be', async () => {
  const disk = twoFiles();
  await runModelQuery(disk, options('reprocess'));
  const next = disk.nextProcess();
  change(next, CHANGES[1] as Change);
  next.writeFile(`${IN}/3.json`, '{"n":3}\n', 9e6);
  next.beforeCall = (op, path) => {
    if (op === 'openRead' && path === FILE)
      throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
  };
  expect(await codeOf(runModelQuery(next, options('reprocess')))).toBe('SOURCE_FILE_UNREADABLE');
  expect(sorted(next)).toEqual(rows(3));
  await runModelQuery(next.nextProcess(), options('reprocess'));
  expect(sorted(next)).toEqual(rows(20, 3));
});

test('reprocess: one that still changes is taken when it has rested', async () => {
  const disk = twoFiles();
  await runModelQuery(disk, options('reprocess'));
  let ms = 0;
  const growing = ['{"n":30}\n', '{"n":30}\n{"n":31}\n', '{"n":30}\n{"n":31}\n{"n":32}\n'];
  const grow = () => change(disk, { text: growing.shift() as string });
  grow();
  const clock = {
    nowMs: () => ms,
    monotonicMs: () => ms,
    async sleep(forMs: number) {
      ms += forMs;
      if (growing.length > 0) grow();
    },
  };
  await runModelQuery(disk, { source: { changedFiles: 'reprocess', settle: '500ms' }, clock });
  expect(sorted(disk)).toEqual(rows(30, 31, 32));
});

test('reprocess: one that is put back before it is taken is not read twice', async () => {
  const disk = twoFiles();
  await runModelQuery(disk, options('reprocess'));
  const next = disk.nextProcess();
  const before = next.look(FILE)?.mtimeMs as number;
  change(next, CHANGES[1] as Change);
  // After the listing, and before the look that comes with the taking.
  next.beforeCall = (op, path) => {
    if (op === 'openRead' && path === FILE) next.writeFile(FILE, OLD, before);
  };
  await runModelQuery(next, options('reprocess'));
  expect(sorted(next)).toEqual(rows());
});

test('reprocess with cleanSource: the first content stays until the second one is taken, which is cleaned away', async () => {
  const disk = twoFiles();
  const cleaning = { source: { changedFiles: 'reprocess', cleanSource: 'delete' } };
  beforeCommit(disk, 1, () => change(disk, CHANGES[1] as Change));
  await runModelQuery(disk, cleaning);
  for (const n of [3, 4]) {
    disk.writeFile(`${IN}/${n}.json`, `{"n":${n}}\n`, 9e6 + n);
    await runModelQuery(disk.nextProcess(), cleaning);
  }
  expect(sorted(disk)).toEqual(rows(20, 3, 4));
  expect(disk.look(FILE)).toBeNull();
});

test('reprocess: a quarantined file that is mended where it is is taken', async () => {
  const disk = twoFiles();
  const failfast = { source: { changedFiles: 'reprocess', mode: 'FAILFAST' } };
  disk.writeFile(FILE, '{"n":oops}\n');
  expect(await codeOf(runModelQuery(disk, failfast))).toBe('MALFORMED_RECORD');
  const checkpoint = await Checkpoint.open(disk, CHECKPOINT);
  quarantine(disk, { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => {} }, checkpoint, FILE);
  checkpoint.close();
  await runModelQuery(disk.nextProcess(), failfast);
  expect(sorted(disk)).toEqual([1]);
  change(disk, CHANGES[0] as Change);
  await runModelQuery(disk.nextProcess(), failfast);
  expect(sorted(disk)).toEqual([1, 50, 51, 52]);
});

test.each([
  ['was not flushed', 100],
  ['was flushed', 4],
])(
  'reprocess: a rewind takes back the batch that took a file again, of which the record %s',
  async (_, keepBatches) => {
    const disk = twoFiles();
    await runModelQuery(disk, options('reprocess', keepBatches));
    change(disk, CHANGES[0] as Change);
    for (const n of [3, 4, 5]) {
      await runModelQuery(disk.nextProcess(), options('reprocess', keepBatches));
      disk.writeFile(`${IN}/${n}.json`, `{"n":${n}}\n`, 9e6 + n);
    }
    expect(sorted(disk)).toEqual(rows(50, 51, 52, 3, 4));
    expect(disk.look(`${CHECKPOINT}/sources/0/3`) === null).toBe(keepBatches === 100);
    await rewindModel(disk.nextProcess(), 1);
    expect(sorted(disk)).toEqual(rows());
    for (let start = 0; start < 2; start++) {
      await runModelQuery(disk.nextProcess(), options('reprocess', keepBatches));
      expect(sorted(disk)).toEqual(rows(50, 51, 52, 3, 4, 5));
    }
  },
);
