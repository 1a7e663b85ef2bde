import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildProduct, type RunningCli, startCli } from '../support/cli.ts';
import { clicksArray } from '../support/clicks-text.ts';
import { until } from '../support/until.ts';
import { createWorkspace, dataFiles, type Workspace } from '../support/workspace.ts';

const TIME_LIMIT = 300_000;
const WORDS = ['task1', '--in', 'json', '--out', 'csv', '--checkpoint', 'state/task1'];

let work: Workspace;
let running: RunningCli[] = [];
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('storms');
});
afterEach(async () => {
  for (const process of running) {
    process.kill('SIGCONT');
    process.kill('SIGKILL');
    await process.ended;
  }
  running = [];
  work.remove();
});

/** Starts task1; resolves when it has taken a first file, and so watches. */
async function watching(settle = '0'): Promise<RunningCli> {
  work.deliver('json/first.json', clicksArray('2026-01-01T00:00:00Z'));
  const process = startCli([...WORDS, '--settle', settle], work.dir);
  running.push(process);
  await until(() => rows().length > 0, 'a first file is taken');
  return process;
}

function rows(): string[] {
  return dataFiles(work.path('csv'), '.csv').flatMap((file) =>
    readFileSync(file, 'utf8').trimEnd().split('\n').slice(1),
  );
}

async function endsWith(process: RunningCli, count: number): Promise<void> {
  await until(() => rows().length >= count, `there are ${count} rows`, TIME_LIMIT);
  process.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ code: 0 });
  expect(rows()).toHaveLength(count);
}

describe('events are hints, the listing decides', () => {
  test(
    'a hundred events for each file do not make its rows more',
    async () => {
      const process = await watching();
      for (let n = 0; n < 20; n++) {
        const file = work.deliver(`json/${n}.json`, clicksArray('2026-01-01T00:00:01Z'));
        for (let times = 0; times < 100; times++) chmodSync(file, times % 2 === 0 ? 0o600 : 0o644);
      }
      await endsWith(process, 21);
      expect(process.stderr()).not.toContain('changed');
    },
    TIME_LIMIT,
  );

  test(
    'more events than the system keeps: every file is found all the same',
    async () => {
      const kept = Number(readOr('/proc/sys/fs/inotify/max_queued_events', '16384'));
      // Each delivery makes four events: created, written, moved from, moved to.
      const files = Math.ceil(kept / 4) + 500;
      if (files > 10_000) {
        console.log(`skipped: this system keeps ${kept} events, too many to overflow them here`);
        return;
      }
      const process = await watching();
      process.kill('SIGSTOP');
      for (let n = 0; n < files; n++) work.deliver(`json/${n}.json`, clicksArray('2026-01-01T00:00:01Z'));
      process.kill('SIGCONT');
      await endsWith(process, files + 1);
    },
    TIME_LIMIT,
  );

  test(
    'a folder within folders, made at once with a file in it, again and again: each file is found',
    async () => {
      const process = await watching();
      for (let n = 0; n < 300; n++) {
        // What is ready under another name appears in one step, faster than any watch can follow.
        const ready = work.path('ready', `day=${n}`);
        mkdirSync(join(ready, 'hour=1', 'minute=2'), { recursive: true });
        writeFileSync(join(ready, 'hour=1', 'minute=2', 'a.json'), clicksArray('2026-01-01T00:00:01Z'));
        if (n % 2 === 0) renameSync(ready, work.path('json', `day=${n}`));
        else work.deliver(`json/day=${n}/hour=1/minute=2/a.json`, clicksArray('2026-01-01T00:00:01Z'));
      }
      await endsWith(process, 301);
    },
    TIME_LIMIT,
  );
});

test(
  'files of any time are taken: 1970, before it, 2038, 2106, and many of the same second',
  async () => {
    const seconds = [0, -86_400, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 1_700_000_000, 1_700_000_000, 1_700_000_000];
    for (const [n, time] of seconds.entries()) {
      utimesSync(work.deliver(`json/${n}.json`, clicksArray(`2026-01-01T00:00:0${n}Z`)), time, time);
    }
    const process = await watching();
    // Older than all that was taken before.
    utimesSync(work.deliver('json/old.json', clicksArray('2026-01-01T00:00:09Z')), 1, 1);
    await endsWith(process, seconds.length + 2);
  },
  TIME_LIMIT,
);

test(
  'what is no file is passed over, and holds up nothing: a socket, a pipe without a writer, a device behind a link',
  async () => {
    mkdirSync(work.path('json'));
    execFileSync('mkfifo', [work.path('json', 'pipe.json')]);
    symlinkSync('/dev/zero', work.path('json', 'zero.json'));
    symlinkSync('pipe.json', work.path('json', 'link-to-pipe.json'));
    symlinkSync('two.json', work.path('json', 'one.json'));
    symlinkSync('one.json', work.path('json', 'two.json'));
    const server = createServer().listen(work.path('json', 'socket.json'));
    try {
      await endsWith(await watching(), 1);
    } finally {
      server.close();
    }
  },
  TIME_LIMIT,
);

test(
  'a file that is written to without end does not keep the others waiting',
  async () => {
    // Far longer than this process may be kept from writing on a busy machine.
    const process = await watching('3s');
    const file = work.path('json/endless.ndjson');
    const write = () => appendFileSync(file, `${clicksArray('2026-01-01T00:00:01Z').slice(1, -1)}\n`);
    // Not delivered, as an old file: from its first moment on it is being written to.
    write();
    const timer = setInterval(write, 20);
    try {
      for (let n = 0; n < 5; n++) work.deliver(`json/${n}.json`, clicksArray('2026-01-01T00:00:02Z'));
      await until(() => rows().length >= 6, 'the others are taken', TIME_LIMIT);
      expect(rows()).toHaveLength(6);
    } finally {
      clearInterval(timer);
    }
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    await endsWith(process, 6 + lines);
  },
  TIME_LIMIT,
);

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return otherwise;
  }
}
