import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import { errnoOf } from './disk-error.ts';

/** What the lock must know of this process and its machine. Given to `acquireLock` in tests, else `systemLockHost`. */
export interface LockHost {
  readonly pid: number;
  readonly hostname: string;
  /** New with each start of the machine; null where the system does not tell. */
  readonly bootId: string | null;
  /** When a process began, so that a reused pid is not taken for the old process; null when unknown. */
  processStart(pid: number): string | null;
  isRunning(pid: number): boolean;
  /** Lights a sign of life in a folder that goes out with this process; null where that cannot be had. */
  light(dir: string): Promise<Beacon | null>;
  isLit(dir: string, name: string): Promise<boolean>;
  isBeaconName(name: string): boolean;
}

export interface Beacon {
  readonly name: string;
  close(): void;
}

function readLine(path: string): string | null {
  try {
    return fs.readFileSync(path, 'latin1').trim();
  } catch {
    return null;
  }
}

/** The running process on its own machine. */
export const systemLockHost: LockHost = {
  pid: process.pid,
  get hostname() {
    return os.hostname();
  },
  get bootId() {
    return readLine('/proc/sys/kernel/random/boot_id');
  },
  processStart(pid) {
    // Field 22 of proc_pid_stat(5), counted behind the command's name, which may hold blanks and brackets.
    const stat = readLine(`/proc/${pid}/stat`);
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  },
  isRunning(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return errnoOf(error) !== 'ESRCH';
    }
  },
  light: lightSocket,
  isLit: probeSocket,
  isBeaconName: (name) => name.startsWith('.lock-') && name.endsWith('.sock'),
};

/**
 * A beacon is a listening socket with a name in the folder. Unlike a pid it cannot be mistaken for another process's, and unlike an
 * abstract socket it is seen by every container on the machine that shares the folder.
 */
async function lightSocket(dir: string): Promise<Beacon | null> {
  if (process.platform !== 'linux') return null;
  const name = `.lock-${crypto.randomUUID().slice(0, 13)}.sock`;
  let folder: number | null = null;
  try {
    folder = fs.openSync(dir, 'r');
    const server = await listen(shortPath(folder, name));
    const opened = folder;
    return {
      name,
      close() {
        // Closing a listening socket removes its name, which it knows by way of the open folder.
        server.close(() => fs.closeSync(opened));
      },
    };
  } catch {
    // A file system without sockets, or a folder that only a test knows: pid and start time must do.
    if (folder !== null) fs.closeSync(folder);
    return null;
  }
}

function listen(path: string): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ path, exclusive: true }, () => resolve(server));
    server.unref();
  });
}

async function probeSocket(dir: string, name: string): Promise<boolean> {
  let folder: number;
  try {
    folder = fs.openSync(dir, 'r');
  } catch {
    return false;
  }
  try {
    return await connects(shortPath(folder, name));
  } finally {
    fs.closeSync(folder);
  }
}

/** True unless the kernel says that nobody listens: on any doubt the owner lives. */
function connects(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    const end = (lit: boolean) => {
      socket.destroy();
      resolve(lit);
    };
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(!['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error))));
  });
}

/** A socket's path may have 107 bytes; by way of the open folder it is short. */
function shortPath(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}
