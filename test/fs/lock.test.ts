import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeDirectoryDurable } from '../../src/fs/durable-folder.ts';
import { acquireLock, releaseLocks } from '../../src/fs/lock.ts';
import { type LockHost, systemLockHost } from '../../src/fs/lock-host.ts';
import { lookAtLock } from '../../src/fs/lock-owner.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { ModelDisk } from '../support/model-disk.ts';

/** A machine on which nothing can light a beacon: pids, start times and boots decide. */
function pidHost(changes: Partial<LockHost> = {}): LockHost {
  return {
    pid: 10,
    hostname: 'here',
    bootId: 'boot-1',
    processStart: () => '500',
    isRunning: () => true,
    light: async () => null,
    isLit: async () => false,
    isBeaconName: () => false,
    ...changes,
  };
}

function lockedBy(owner: Partial<LockHost>): Promise<ModelDisk> {
  const disk = new ModelDisk();
  makeDirectoryDurable(disk, '/c');
  return acquireLock(disk, '/c', 'task1', { host: pidHost(owner) }).then(() => disk.crash());
}

const inUse = { code: 'CHECKPOINT_IN_USE', category: 'busy' };

describe('without beacons', () => {
  test('a second taker in the same process is refused, a later one is not', async () => {
    const disk = new ModelDisk();
    makeDirectoryDurable(disk, '/c');
    const lock = await acquireLock(disk, '/c', 'task1', { host: pidHost() });
    await expect(acquireLock(disk, '/c', 'task1', { host: pidHost() })).rejects.toMatchObject(inUse);
    lock.release();
    lock.release();
    const next = await acquireLock(disk, '/c', 'task1', { host: pidHost() });
    expect(next.predecessorDied).toBe(false);
    next.release();
    expect(disk.files()).toEqual([]);
  });

  test('a process that ends at once gives all its folders free, so that nobody takes it for one that died', async () => {
    const disk = new ModelDisk();
    for (const dir of ['/c', '/d']) {
      makeDirectoryDurable(disk, dir);
      await acquireLock(disk, dir, 'task1', { host: pidHost() });
    }
    releaseLocks();
    expect(disk.files()).toEqual([]);
    expect((await acquireLock(disk, '/c', 'task1', { host: pidHost() })).predecessorDied).toBe(false);
  });

  test.each<[string, (disk: ModelDisk) => void, Partial<LockHost>, object]>([
    ['free', () => {}, {}, { state: 'free' }],
    ['held', () => {}, { pid: 42 }, { state: 'held', owner: expect.stringContaining('task1, process 42 on here') }],
    ['dead', () => {}, { pid: 42, bootId: 'boot-0' }, { state: 'dead' }],
    [
      'on another machine',
      () => {},
      { pid: 42, hostname: 'there', bootId: 'boot-9' },
      { state: 'held', remedy: expect.stringContaining('remove /c/lock') },
    ],
    ['unreadable', (disk) => disk.writeFile('/c/lock', '{'), { pid: 42 }, { state: 'unreadable' }],
  ])('who only looks sees that it is %s, and changes nothing', async (name, change, owner, seen) => {
    const disk = name === 'free' ? new ModelDisk() : await lockedBy(owner);
    change(disk);
    const files = disk.files();
    expect(await lookAtLock(disk, '/c', pidHost())).toMatchObject(seen);
    expect(disk.files()).toEqual(files);
  });

  test('a living owner is named', async () => {
    const disk = await lockedBy({ pid: 42 });
    const taken = acquireLock(disk, '/c', 'task2', { host: pidHost() });
    await expect(taken).rejects.toMatchObject(inUse);
    await expect(taken).rejects.toThrow(/task1, process 42 on here, since \d{4}-/);
    expect(disk.files()).toEqual(['/c/lock']);
  });

  test.each<[string, Partial<LockHost>, Partial<LockHost>]>([
    ['its pid does not run', { pid: 42 }, { isRunning: () => false }],
    ['its pid belongs to a younger process', { pid: 42 }, { processStart: (pid) => (pid === 42 ? '900' : '500') }],
    ['it had our pid', { pid: 10 }, {}],
    ['the machine was started again', { pid: 42 }, { bootId: 'boot-2' }],
  ])('a dead owner is followed: %s', async (_, owner, host) => {
    const disk = await lockedBy(owner);
    const lock = await acquireLock(disk, '/c', 'task1', { host: pidHost(host) });
    expect(lock.predecessorDied).toBe(true);
    expect(disk.files()).toEqual(['/c/lock']);
    lock.release();
    expect(disk.files()).toEqual([]);
  });

  test.each<[string, Partial<LockHost>]>([
    ['another machine', { hostname: 'there', bootId: 'boot-9', isRunning: () => false }],
    ['another container of this machine', { hostname: 'there', isRunning: () => false }],
  ])('an owner on %s is not presumed dead; the message says what to remove', async (_, host) => {
    const disk = await lockedBy({ pid: 42 });
    await expect(acquireLock(disk, '/c', 'task1', { host: pidHost(host) })).rejects.toThrow(/remove \/c\/lock/);
  });

  test('an unreadable lock is not presumed dead', async () => {
    const disk = new ModelDisk();
    disk.writeFile('/c/lock', '{"pid":');
    await expect(acquireLock(disk, '/c', 'task1', { host: pidHost() })).rejects.toMatchObject(inUse);
  });

  test('a lock that was replaced meanwhile is not removed by its former owner', async () => {
    const disk = new ModelDisk();
    makeDirectoryDurable(disk, '/c');
    const lock = await acquireLock(disk, '/c', 'task1', { host: pidHost() });
    disk.writeFile('/c/lock', 'another');
    lock.release();
    expect(disk.files()).toEqual(['/c/lock']);
  });
});

describe('on the real disk', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const owner = (changes: object) =>
    JSON.stringify({
      pid: process.ppid,
      processStart: systemLockHost.processStart(process.ppid),
      bootId: systemLockHost.bootId,
      hostname: hostname(),
      beacon: null,
      since: '2024-01-01T00:00:00.000Z',
      holder: 'task1',
      ...changes,
    });

  test('leaves nothing behind', async () => {
    const lock = await acquireLock(nodeDisk, dir, 'task1');
    expect(readdirSync(dir).length).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(dir, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid, holder: 'task1' });
    lock.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('a running process holds its lock, whatever path leads to it', async () => {
    writeFileSync(join(dir, 'lock'), owner({}));
    await expect(acquireLock(nodeDisk, `${dir}/.`, 'task1')).rejects.toMatchObject(inUse);
  });

  if (process.platform === 'linux') {
    test('a beacon that does not answer proves death, though a process has the pid', async () => {
      writeFileSync(join(dir, 'lock'), owner({ beacon: '.lock-x.sock' }));
      (await acquireLock(nodeDisk, dir, 'task1')).release();
      expect(readdirSync(dir)).toEqual([]);
    });

    test('a beacon that answers proves life, though the pid is not seen (another container)', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(dir, '.lock-x.sock'), resolve));
      writeFileSync(join(dir, 'lock'), owner({ pid: 999_999_999, hostname: 'container', beacon: '.lock-x.sock' }));
      await expect(acquireLock(nodeDisk, dir, 'task1')).rejects.toMatchObject(inUse);
      await new Promise((resolve) => server.close(resolve));
    });

    test('a killed process leaves a lock that the next one takes, with its beacon', async () => {
      const script = `require('node:net').createServer().listen(${JSON.stringify(join(dir, '.lock-k.sock'))}, () => console.log('up'))`;
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      writeFileSync(join(dir, 'lock'), owner({ pid: child.pid, beacon: '.lock-k.sock' }));
      await expect(acquireLock(nodeDisk, dir, 'task1')).rejects.toMatchObject(inUse);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      expect(readdirSync(dir)).toContain('.lock-k.sock');
      (await acquireLock(nodeDisk, dir, 'task1')).release();
      expect(readdirSync(dir)).toEqual([]);
    });
  }
});
