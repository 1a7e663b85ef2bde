import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemLockHost } from '../../src/fs/lock-host.ts';
import { createRandom } from '../../src/generate/random.ts';
import { buildProduct, startCli } from '../support/cli.ts';
import { clicksArray } from '../support/clicks-text.ts';
import { until } from '../support/until.ts';
import { createWorkspace, dataFiles } from '../support/workspace.ts';

/** More rounds: CLICKSTREAM_ROUNDS=200. */
const ROUNDS = Number(process.env.CLICKSTREAM_ROUNDS ?? 25);

describe('processes that take one folder at the same time', () => {
  const work = createWorkspace('races');
  const racers: ChildProcess[] = [];

  beforeAll(async () => {
    const tools = join(import.meta.dirname, '..', 'tools');
    for (let i = 0; i < 8; i++) {
      const execArgv = ['--import', join(tools, 'typescript.js')];
      racers.push(fork(join(tools, 'lock-racer.ts'), { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
    }
    // Each has loaded its code once it answers.
    await Promise.all(racers.map((racer) => tell(racer, null)));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(racers.map((racer) => racer.kill() && once(racer, 'exit')));
    work.remove();
  });

  async function tell(racer: ChildProcess, message: string | null): Promise<string> {
    const answer = once(racer, 'message');
    racer.send(message as never);
    return (await answer)[0] as string;
  }

  test(`exactly one has it, in ${ROUNDS} rounds of 2 to 8, and nothing is left behind`, async () => {
    const random = createRandom(1);
    for (let round = 0; round < ROUNDS; round++) {
      const dir = work.path(`round-${round}`);
      mkdirSync(dir);
      // Every other time they find the lock of a process that died.
      if (round % 2 === 1) writeFileSync(join(dir, 'lock'), deadLock());
      const running = racers.slice(0, random.integer(2, 8));
      const answers = await Promise.all(running.map((racer) => tell(racer, dir)));
      const expected = ['taken', ...running.slice(1).map(() => 'CHECKPOINT_IN_USE')];
      expect({ round, answers: answers.sort() }).toEqual({ round, answers: expected.sort() });
      await Promise.all(running.map((racer) => tell(racer, null)));
      await until(() => readdirSync(dir).length === 0, 'the beacon is gone');
    }
  }, 300_000);

  /** On this machine, since this boot, of a process that does not run any more. */
  function deadLock(): string {
    const owner = {
      pid: 2 ** 22 + 1,
      processStart: '1',
      bootId: systemLockHost.bootId,
      hostname: hostname(),
      beacon: null,
    };
    return JSON.stringify({ ...owner, since: '2024-01-01T00:00:00.000Z', holder: 'task1' });
  }
});

test('eight runs of one query started at once: one works, seven say who does', async () => {
  buildProduct();
  const work = createWorkspace('eight');
  try {
    work.deliver('in/a.json', clicksArray('2026-01-01T00:00:01Z'));
    const words = ['task1', '--in', 'in', '--out', 'out', '--checkpoint', 'state', '--settle', '0', '--quiet'];
    const runs = Array.from({ length: 8 }, () => startCli(words, work.dir));
    await until(() => runs.filter((run) => run.isRunning()).length === 1, 'seven have given up');
    await until(() => dataFiles(work.path('out'), '.csv').length === 1, 'the one has worked');
    const [winner] = runs.filter((run) => run.isRunning());
    for (const run of runs.filter((each) => each !== winner)) {
      const { code, stderr } = await run.ended;
      expect([code, stderr]).toEqual([75, expect.stringContaining(`process ${winner?.child.pid} on ${hostname()}`)]);
    }
    winner?.kill('SIGTERM');
    expect((await winner?.ended)?.code).toBe(0);
    expect(existsSync(work.path('state/lock'))).toBe(false);
  } finally {
    work.remove();
  }
}, 120_000);
