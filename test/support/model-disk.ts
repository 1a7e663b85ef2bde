import { dirname } from 'node:path';
import type { DirectoryEntry, Disk, FileHandle, FileStat } from '../../src/fs/disk.ts';

/**
 * A disk in memory that can lose power. Bytes of a file are safe after `fsync`, names of a folder after `fsyncDirectory`; until then each
 * write, create, link, rename, unlink and mkdir is pending, and a crash keeps any subset of them (the strictest reading of POSIX). A lost
 * write under a later one that survived reads as zeros.
 */
export class ModelDisk implements Disk {
  /** Every call, in order; `calls.length` numbers the operations for `failAt` and `powerOffAt`. */
  readonly calls: Call[] = [];
  /** How many of the asked bytes a write takes; by default all. */
  shortWrite: (asked: number, path: string) => number = (asked) => asked;
  /** False: `link` fails with EPERM, as on file systems without hard links. */
  hasLinks = true;
  /** Bytes that all files together may have; then writes take what fits, and fail with ENOSPC when nothing does. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Called before every operation that the power is there for; fails it by throwing. A process of its own has one of its own. */
  beforeCall: (op: keyof Disk, path: string) => void = () => {};
  /** The time that changes get, milliseconds; by default each change has its own. */
  timeMs: () => number = () => this.ticks++;
  /** Files that were flushed again after a flush of theirs had failed: what it then says is worth nothing. */
  readonly flushedAgain: string[] = [];

  private readonly root: DirectoryNode = { kind: 'directory', names: new Map(), safeNames: new Map(), mtimeMs: 0 };
  private readonly handles = new Map<FileHandle, { node: FileNode; path: string }>();
  private readonly pendingOps: Pending[] = [];
  private readonly failures: Failure[] = [];
  private powerOff = Number.POSITIVE_INFINITY;
  private nextHandle = 3;
  private ticks = 0;

  /** Fails operation number `at` (0-based, counted over all calls of `op`, or of every kind), and all later ones if `lasting`. */
  failAt(at: number, code: string, options: { lasting?: boolean; op?: keyof Disk } = {}): void {
    this.failures.push({ at, code, lasting: options.lasting ?? false, op: options.op ?? null, seen: 0 });
  }

  /**
   * The same disk as the next process sees it after this one was killed: everything is there, synced or not; handles and failures are gone.
   */
  nextProcess(): ModelDisk {
    const next = Object.create(this) as ModelDisk;
    next.clearFailures();
    next.beforeCall = () => {};
    return next;
  }

  /** Ends the failures and the power cut asked for. */
  clearFailures(): void {
    this.failures.length = 0;
    this.powerOff = Number.POSITIVE_INFINITY;
    this.handles.clear();
  }

  /** From operation number `at` on (0-based, all kinds) nothing works any more, as the power is gone. */
  powerOffAt(at: number): void {
    this.powerOff = at;
  }

  /** Whether an operation found the power gone. */
  get powerIsOff(): boolean {
    return this.calls.length > this.powerOff;
  }

  /** How often `op` was called, on paths that contain `path`. */
  count(op: keyof Disk, path = ''): number {
    return this.calls.filter((call) => call.op === op && call.path.includes(path)).length;
  }

  /** What a crash may lose, oldest first. */
  pending(): readonly PendingOp[] {
    return this.pendingOps.map(describe);
  }

  /**
   * The disk after power loss: what was synced, and those pending operations that `survive` keeps. A surviving write is torn at `tornAt` bytes
   * (rounded down to 512) when given.
   */
  crash(options: { survive?: (op: PendingOp, index: number) => boolean; tornAt?: number } = {}): ModelDisk {
    const survive = options.survive ?? (() => false);
    const kept = this.pendingOps.filter((op, index) => survive(describe(op), index));
    const names = new Map<DirectoryNode, Map<string, Node>>();
    const namesOf = (node: DirectoryNode) => {
      const found = names.get(node) ?? new Map(node.safeNames);
      names.set(node, found);
      return found;
    };
    const bytes = new Map<FileNode, Uint8Array>();
    for (const op of kept) {
      if (op.op === 'write') {
        const torn = options.tornAt === undefined ? op.bytes.length : Math.floor(options.tornAt / 512) * 512;
        bytes.set(op.node, patched(bytes.get(op.node) ?? op.node.safe, op.position, op.bytes.subarray(0, torn)));
      } else applyNames(op, namesOf);
    }
    return ModelDisk.from(this.root, namesOf, (file) => bytes.get(file) ?? file.safe);
  }

  /** The same contents, all of them safe: what a process finds that starts after this one was killed and the disk had time to sync. */
  settled(): ModelDisk {
    return this.crash({ survive: () => true });
  }

  private static from(
    root: DirectoryNode,
    namesOf: (node: DirectoryNode) => Map<string, Node>,
    bytesOf: (node: FileNode) => Uint8Array,
  ): ModelDisk {
    const disk = new ModelDisk();
    const copies = new Map<Node, Node>();
    const copy = (node: Node): Node => {
      const known = copies.get(node);
      if (known !== undefined) return known;
      if (node.kind === 'file') {
        const data = bytesOf(node).slice();
        const file: FileNode = { kind: 'file', data, safe: data, mtimeMs: node.mtimeMs, flushFailed: false };
        copies.set(node, file);
        return file;
      }
      const folder = node === root ? disk.root : newDirectory(node.mtimeMs);
      copies.set(node, folder);
      for (const [name, child] of namesOf(node)) folder.names.set(name, copy(child));
      folder.safeNames = new Map(folder.names);
      return folder;
    };
    copy(root);
    disk.ticks = 1_000_000;
    return disk;
  }

  // Helpers for tests: not operations, not counted, safe at once.

  /** Every file's path, sorted. */
  files(): string[] {
    const paths: string[] = [];
    const walk = (node: DirectoryNode, path: string) => {
      for (const [name, child] of node.names) {
        if (child.kind === 'file') paths.push(`${path}/${name}`);
        else walk(child, `${path}/${name}`);
      }
    };
    walk(this.root, '');
    return paths.sort();
  }

  /** Bytes in all files that have a name. */
  bytesUsed(): number {
    return this.files().reduce((sum, path) => sum + this.readFile(path).length, 0);
  }

  /** What `stat` would tell; null when there is nothing. */
  look(path: string): FileStat | null {
    try {
      return statOf(this.nodeAt(path, 'stat'));
    } catch {
      return null;
    }
  }

  readFile(path: string): Uint8Array {
    return this.fileAt(path, 'open').data;
  }

  /** Puts a file there, with its folders, in place of one that may be there. */
  writeFile(path: string, data: Uint8Array | string, mtimeMs = this.timeMs()): void {
    let folder = this.root;
    for (const name of partsOf(dirname(path))) {
      const next = folder.names.get(name) ?? newDirectory(this.timeMs());
      if (next.kind !== 'directory') throw errnoError('ENOTDIR', 'open', path);
      folder.names.set(name, next);
      folder.safeNames.set(name, next);
      folder = next;
    }
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    const node: FileNode = { kind: 'file', data: bytes, safe: bytes, mtimeMs, flushFailed: false };
    folder.names.set(nameOf(path), node);
    folder.safeNames.set(nameOf(path), node);
  }

  /** Changes a file where it is: who has it open sees it. */
  changeFile(path: string, data: Uint8Array, mtimeMs: number): void {
    Object.assign(this.fileAt(path, 'open'), { data, safe: data, mtimeMs });
  }

  removeFile(path: string): void {
    const folder = this.folderOf(path, 'unlink');
    folder.names.delete(nameOf(path));
    folder.safeNames.delete(nameOf(path));
  }

  // Disk

  openRead(path: string): FileHandle {
    this.step('openRead', path);
    return this.handle(this.fileAt(path, 'open'), path);
  }

  create(path: string): FileHandle {
    this.step('create', path);
    const folder = this.folderOf(path, 'open');
    const name = nameOf(path);
    if (folder.names.has(name)) throw errnoError('EEXIST', 'open', path);
    const empty = new Uint8Array(0);
    const node: FileNode = { kind: 'file', data: empty, safe: empty, mtimeMs: this.timeMs(), flushFailed: false };
    this.change({ op: 'add', path, folder, name, node });
    return this.handle(node, path);
  }

  read(file: FileHandle, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const { node, path } = this.open(file);
    this.step('read', path);
    const bytes = node.data.subarray(position, position + length);
    buffer.set(bytes, offset);
    return bytes.length;
  }

  write(file: FileHandle, buffer: Uint8Array, offset: number, length: number): number {
    const { node, path } = this.open(file);
    this.step('write', path);
    const room = Number.isFinite(this.capacityBytes) ? this.capacityBytes - this.bytesUsed() : length;
    if (room <= 0) throw errnoError('ENOSPC', 'write', path);
    const taken = Math.min(length, room, Math.max(0, this.shortWrite(length, path)));
    const bytes = buffer.slice(offset, offset + taken);
    this.pendingOps.push({ op: 'write', path, node, position: node.data.length, bytes });
    node.data = patched(node.data, node.data.length, bytes);
    node.mtimeMs = this.timeMs();
    return taken;
  }

  fsync(file: FileHandle): void {
    const { node, path } = this.open(file);
    if (node.flushFailed) this.flushedAgain.push(path);
    try {
      this.step('fsync', path);
    } catch (error) {
      node.flushFailed ||= !(error instanceof PowerLoss);
      throw error;
    }
    // The system took the bytes for written when it told of the failure: a second flush succeeds and writes nothing.
    if (node.flushFailed) return;
    node.safe = node.data;
    this.settle((op) => op.op === 'write' && op.node === node);
  }

  close(file: FileHandle): void {
    const { path } = this.open(file);
    this.handles.delete(file);
    this.step('close', path);
  }

  setTime(file: FileHandle, mtimeMs: number): void {
    const { node, path } = this.open(file);
    this.step('setTime', path);
    node.mtimeMs = mtimeMs;
  }

  stat(path: string): FileStat {
    this.step('stat', path);
    return statOf(this.nodeAt(path, 'stat'));
  }

  fstat(file: FileHandle): FileStat {
    const { node, path } = this.open(file);
    this.step('fstat', path);
    return statOf(node);
  }

  mkdir(path: string): void {
    this.step('mkdir', path);
    const folder = this.folderOf(path, 'mkdir');
    if (folder.names.has(nameOf(path))) throw errnoError('EEXIST', 'mkdir', path);
    this.change({ op: 'add', path, folder, name: nameOf(path), node: newDirectory(this.timeMs()) });
  }

  readdir(path: string): DirectoryEntry[] {
    this.step('readdir', path);
    const node = this.nodeAt(path, 'scandir');
    if (node.kind !== 'directory') throw errnoError('ENOTDIR', 'scandir', path);
    return Array.from(node.names, ([name, child]) => ({ name, kind: child.kind }));
  }

  link(from: string, to: string): void {
    this.step('link', to);
    if (!this.hasLinks) throw errnoError('EPERM', 'link', to);
    const node = this.fileAt(from, 'link');
    const folder = this.folderOf(to, 'link');
    if (folder.names.has(nameOf(to))) throw errnoError('EEXIST', 'link', to);
    this.change({ op: 'add', path: to, folder, name: nameOf(to), node });
  }

  rename(from: string, to: string): void {
    this.step('rename', to);
    const node = this.nodeAt(from, 'rename');
    const fromFolder = this.folderOf(from, 'rename');
    const folder = this.folderOf(to, 'rename');
    this.change({ op: 'rename', path: to, fromFolder, fromName: nameOf(from), folder, name: nameOf(to), node });
  }

  unlink(path: string): void {
    this.step('unlink', path);
    this.fileAt(path, 'unlink');
    this.change({ op: 'remove', path, folder: this.folderOf(path, 'unlink'), name: nameOf(path) });
  }

  rmdir(path: string): void {
    this.step('rmdir', path);
    const node = this.nodeAt(path, 'rmdir');
    if (node.kind !== 'directory') throw errnoError('ENOTDIR', 'rmdir', path);
    if (node.names.size > 0) throw errnoError('ENOTEMPTY', 'rmdir', path);
    this.change({ op: 'remove', path, folder: this.folderOf(path, 'rmdir'), name: nameOf(path) });
  }

  fsyncDirectory(path: string): void {
    this.step('fsyncDirectory', path);
    const node = this.nodeAt(path, 'fsync');
    if (node.kind !== 'directory') throw errnoError('ENOTDIR', 'fsync', path);
    this.settle((op) => op.op !== 'write' && (op.folder === node || (op.op === 'rename' && op.fromFolder === node)));
  }

  realpath(path: string): string {
    this.step('realpath', path);
    this.nodeAt(path, 'realpath');
    return `/${partsOf(path).join('/')}`;
  }

  private step(op: keyof Disk, path: string): void {
    const number = this.calls.length;
    this.calls.push({ op, path });
    if (number >= this.powerOff) throw new PowerLoss();
    this.beforeCall(op, path);
    for (const failure of this.failures) {
      if (failure.op !== null && failure.op !== op) continue;
      const seen = failure.seen++;
      if (seen === failure.at || (failure.lasting && seen > failure.at)) throw errnoError(failure.code, op, path);
    }
  }

  private change(op: NameOp): void {
    applyNames(op, (node) => node.names);
    this.pendingOps.push(op);
  }

  private settle(done: (op: Pending) => boolean): void {
    let kept = 0;
    for (const op of this.pendingOps) {
      if (!done(op)) this.pendingOps[kept++] = op;
      else if (op.op !== 'write') applyNames(op, (node) => node.safeNames);
    }
    this.pendingOps.length = kept;
  }

  private handle(node: FileNode, path: string): FileHandle {
    const handle = this.nextHandle++;
    this.handles.set(handle, { node, path });
    return handle;
  }

  private open(file: FileHandle): { node: FileNode; path: string } {
    const open = this.handles.get(file);
    if (open === undefined) throw errnoError('EBADF', 'use', String(file));
    return open;
  }

  /** Handles that were opened and not closed: a leak. */
  get openHandles(): number {
    return this.handles.size;
  }

  private nodeAt(path: string, call: string): Node {
    let node: Node = this.root;
    for (const name of partsOf(path)) {
      const next: Node | undefined = node.kind === 'directory' ? node.names.get(name) : undefined;
      if (next === undefined) throw errnoError(node.kind === 'file' ? 'ENOTDIR' : 'ENOENT', call, path);
      node = next;
    }
    return node;
  }

  private fileAt(path: string, call: string): FileNode {
    const node = this.nodeAt(path, call);
    if (node.kind !== 'file') throw errnoError('EISDIR', call, path);
    return node;
  }

  private folderOf(path: string, call: string): DirectoryNode {
    const node = this.nodeAt(dirname(path), call);
    if (node.kind !== 'directory') throw errnoError('ENOTDIR', call, path);
    return node;
  }
}

/** Thrown by every operation once the power is gone. No `code`: nothing may take it for an error of the system and go on. */
export class PowerLoss extends Error {
  override readonly name = 'PowerLoss';
}

export interface Call {
  readonly op: keyof Disk;
  readonly path: string;
}

/** A change that power loss may take back. */
export interface PendingOp {
  readonly op: 'write' | 'add' | 'remove' | 'rename';
  readonly path: string;
}

interface FileNode {
  readonly kind: 'file';
  data: Uint8Array;
  safe: Uint8Array;
  mtimeMs: number;
  flushFailed: boolean;
}

interface DirectoryNode {
  readonly kind: 'directory';
  readonly names: Map<string, Node>;
  safeNames: Map<string, Node>;
  mtimeMs: number;
}

type Node = FileNode | DirectoryNode;

type NameOp =
  | { op: 'add'; path: string; folder: DirectoryNode; name: string; node: Node }
  | { op: 'remove'; path: string; folder: DirectoryNode; name: string }
  | {
      op: 'rename';
      path: string;
      fromFolder: DirectoryNode;
      fromName: string;
      folder: DirectoryNode;
      name: string;
      node: Node;
    };

type Pending = NameOp | { op: 'write'; path: string; node: FileNode; position: number; bytes: Uint8Array };

interface Failure {
  readonly at: number;
  readonly code: string;
  readonly lasting: boolean;
  readonly op: keyof Disk | null;
  seen: number;
}

function applyNames(op: NameOp, namesOf: (node: DirectoryNode) => Map<string, Node>): void {
  if (op.op === 'rename') namesOf(op.fromFolder).delete(op.fromName);
  if (op.op === 'remove') namesOf(op.folder).delete(op.name);
  else namesOf(op.folder).set(op.name, op.node);
}

function describe({ op, path }: Pending): PendingOp {
  return { op, path };
}

function newDirectory(mtimeMs: number): DirectoryNode {
  return { kind: 'directory', names: new Map(), safeNames: new Map(), mtimeMs };
}

function patched(data: Uint8Array, position: number, bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.max(data.length, position + bytes.length));
  result.set(data);
  result.set(bytes, position);
  return result;
}

function statOf(node: Node): FileStat {
  return { kind: node.kind, size: node.kind === 'file' ? node.data.length : 0, mtimeMs: node.mtimeMs };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? '';
}

/** An error as Node throws it. */
export function errnoError(code: string, call: string, path: string): Error {
  const { stackTraceLimit } = Error;
  // Files that are not there are asked for all the time; where from would cost more than the rest of a disk in memory.
  if (code === 'ENOENT') Error.stackTraceLimit = 0;
  const error = new Error(`${code}: ${call} '${path}'`);
  Error.stackTraceLimit = stackTraceLimit;
  return Object.assign(error, { code, path, syscall: call });
}
