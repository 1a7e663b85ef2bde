import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BIN, buildProduct, startProcess } from '../support/cli.ts';
import { clickText } from '../support/clicks-text.ts';
import { createWorkspace, filesBelow } from '../support/workspace.ts';
import { outputOf, succeed } from '../tools/task-runs.ts';

const work = createWorkspace('full');
beforeAll(buildProduct);
afterAll(() => work.remove());

const words = (name: string) => [
  ...['task1', '--in', work.path('in'), '--out', work.path(name, 'out'), '--checkpoint', work.path(name, 'state')],
  ...['--once', '--settle', '0', '--max-files-per-trigger', '1', '--quiet'],
];

/** The system takes part of a write, then none: what a full disk does, for one process. */
test('files may not grow beyond a limit: a clear stop; without the limit the same output as ever', async () => {
  for (const [n, rows] of [10, 4000, 20].entries()) {
    const row = (i: number) => clickText(`2026-01-01T00:00:${String(i % 60).padStart(2, '0')}.${n}Z`);
    work.deliver(`in/${n}.ndjson`, `${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`);
  }
  await succeed(words('whole'), work.dir);
  // In units of 1,024 bytes: enough for the checkpoint, not for the second file of output.
  const limited = ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath, BIN, ...words('limited')];
  const { code, stderr } = await startProcess('bash', limited, work.dir).ended;
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/error: cannot write .*part-000000001.*size limit of the process/),
  ]);
  expect(filesBelow(work.path('limited/out')).filter((name) => name.startsWith('part-'))).toHaveLength(1);
  await succeed(words('limited'), work.dir);
  expect(outputOf(work.path('limited/out'))).toEqual(outputOf(work.path('whole/out')));
}, 60_000);
