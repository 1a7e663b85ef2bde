import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BIN, buildProduct, type CliResult, runCli, startProcess } from '../support/cli.ts';
import { clicksArray, clickText } from '../support/clicks-text.ts';
import { createWorkspace, dataFiles, type Workspace } from '../support/workspace.ts';

const TASK1 = ['task1', '--in', 'json', '--out', 'csv', '--checkpoint', 'state/task1', '--once', '--settle', '0'];
const hasStrace = spawnSync('strace', ['-V']).status === 0;
const isRoot = process.getuid?.() === 0;

let work: Workspace;
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('limits');
});
afterEach(() => work.remove());

/** Runs task1 under a limit of the shell's. */
function runLimited(limit: string): Promise<CliResult> {
  const script = `ulimit ${limit} && exec "$0" "$@"`;
  return startProcess('sh', ['-c', script, process.execPath, BIN, ...TASK1], work.dir, process.env).ended;
}

const rows = () =>
  dataFiles(work.path('csv'), '.csv').flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(1));

describe('the limits of a process', () => {
  test('on the size of files: stops in words in the middle of a file, and goes on without the limit', async () => {
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    work.deliver('json/b.ndjson', `${clickText('2026-01-01T00:00:02Z')}\n`.repeat(5000));
    const limited = await runLimited('-f 64');
    expect(limited).toMatchObject({ code: 1 });
    expect(limited.stderr).toMatch(/cannot write .*\.csv.*EFBIG/);
    expect(limited.stderr).toContain('ulimit -f');
    expect(rows()).toEqual([]);
    expect(await runCli(TASK1, work.dir)).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(5001);
  });

  test('on open files: a thousand files need no more of them than one', async () => {
    for (let n = 0; n < 1000; n++) work.deliver(`json/${n}.json`, clicksArray('2026-01-01T00:00:01Z'));
    expect(await runLimited('-n 40')).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(1000);
  });
});

(hasStrace ? test : test.skip)(
  'a flush that fails ends the run; the next one redoes the batch (needs strace)',
  async () => {
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'));
    for (const nth of [3, 12, 18]) {
      const inject = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', `inject=fsync:error=EIO:when=${nth}`];
      const { code, stderr } = await startProcess('strace', [...inject, process.execPath, BIN, ...TASK1], work.dir)
        .ended;
      expect(stderr).toMatch(/cannot make .* durable: fsync failed \(EIO\)/);
      expect(code).toBe(1);
    }
    expect(await runCli(TASK1, work.dir)).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(2);
  },
);

(isRoot ? describe.skip : describe)('a file that may not be read (skipped for root, who may read all)', () => {
  test('is left out, the others are processed, and the exit code shows it', async () => {
    for (const n of [1, 2, 3]) work.deliver(`json/${n}.json`, clicksArray('2026-01-01T00:00:01Z'));
    chmodSync(work.path('json/2.json'), 0);
    const refused = await runCli(TASK1, work.dir);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(/2\.json.*EACCES/);
    expect(rows()).toHaveLength(2);
    chmodSync(work.path('json/2.json'), 0o600);
    expect(await runCli(TASK1, work.dir)).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(3);
  });
});
