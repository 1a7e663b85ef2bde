import { join } from 'node:path';
import { type Batch, canonicalInt64, type Int64 } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { isTemporaryName } from '../fs/durable-file.ts';
import { makeDirectoryDurable, syncDirectory } from '../fs/durable-folder.ts';
import { entriesIn, removeIfThere } from '../fs/entries.ts';
import { type Schema, struct } from '../schema.ts';
import type { NewStateChange, StateChange, StateStore } from '../state-store.ts';
import { ByteWriter } from './bytes.ts';
import { decodeBatch, encodeBatch } from './column-codec.ts';
import { stateError } from './errors.ts';
import { FRAME, type Frame, readStateFile, StateFileWriter } from './state-file.ts';
import { ensureStateSchema } from './state-schema.ts';

type FileKind = 'delta' | 'snapshot';

/**
 * Opens the state of one operator in `dir` (made when missing), for the one process that has the checkpoint.
 * Files: `<version>.delta` one batch's change, `<version>.snapshot` the whole state, `schema`. A commit costs an fsync of the file and one of the folder.
 *
 * Errors: STATE_SCHEMA_INCOMPATIBLE; from `restore` STATE_CORRUPT with the file that is missing or broken.
 */
export function openStateStore(disk: Disk, dir: string, schema: Schema, keyColumns: number): StateStore {
  makeDirectoryDurable(disk, dir);
  ensureStateSchema(disk, dir, { schema, keyColumns });
  const store = new FileStateStore(disk, dir, schema, keyColumns);
  store.open();
  return store;
}

class FileStateStore implements StateStore {
  private readonly versions: Record<FileKind, Set<number>> = { delta: new Set(), snapshot: new Set() };
  private readonly keySchema: Schema;
  /** The version restored or committed last. */
  private current = -1;

  constructor(
    private readonly disk: Disk,
    private readonly dir: string,
    private readonly schema: Schema,
    keyColumns: number,
  ) {
    this.keySchema = struct(schema.fields.slice(0, keyColumns));
  }

  open(): void {
    for (const { name } of entriesIn(this.disk, this.dir)) {
      const [, version, kind] = /^(0|[1-9]\d{0,14})\.(delta|snapshot)$/.exec(name) ?? [];
      if (kind !== undefined) this.versions[kind as FileKind].add(Number(version));
      else if (isTemporaryName(name)) removeIfThere(this.disk, join(this.dir, name));
    }
    // A snapshot that was named by a process that died before the folder's fsync must not be lost once its deltas are purged.
    syncDirectory(this.disk, this.dir);
  }

  get deltasSinceSnapshot(): number {
    return this.current - this.snapshotBefore(this.current);
  }

  async *restore(version: number): AsyncGenerator<StateChange> {
    const snapshot = this.snapshotBefore(version);
    for (let delta = snapshot + 1; delta <= version; delta++) {
      if (!this.versions.delta.has(delta)) throw stateError(this.path('delta', delta), 'the file is missing');
    }
    if (snapshot >= 0) yield* this.readSnapshot(snapshot);
    for (let delta = snapshot + 1; delta <= version; delta++) yield this.readDelta(delta);
    this.current = version;
  }

  async commit(version: number, change: NewStateChange): Promise<void> {
    invariant(
      version === 0 || this.has(version - 1),
      `state version ${version} has no version before it in ${this.dir}`,
    );
    this.discardFrom(version);
    const file = new StateFileWriter(this.disk, this.path('delta', version), {
      kind: 'delta',
      version,
      evictedThroughMicros: change.evictedThroughMicros === null ? null : String(change.evictedThroughMicros),
    });
    const encoded = new ByteWriter();
    for (const batch of change.removals) file.add(FRAME.removals, encodeBatch(batch, encoded));
    for (const rows of change.upserts)
      file.add(FRAME.upserts, 'bytes' in rows ? rows.bytes : encodeBatch(rows, encoded));
    await file.finish();
    this.versions.delta.add(version);
    this.current = version;
  }

  async snapshot(version: number, rows: Iterable<Batch>): Promise<void> {
    invariant(this.has(version), `state version ${version} is not committed in ${this.dir}`);
    const file = new StateFileWriter(this.disk, this.path('snapshot', version), {
      kind: 'snapshot',
      version,
      evictedThroughMicros: null,
    });
    const encoded = new ByteWriter();
    try {
      for (const batch of rows) {
        file.add(FRAME.upserts, encodeBatch(batch, encoded));
        // A large state must not hold up watchers and signals.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      file.abandon();
      throw error;
    }
    await file.finish();
    this.versions.snapshot.add(version);
  }

  async purge(oldest: number): Promise<void> {
    const base = this.snapshotBefore(oldest);
    // Without fsync: a file that comes back after a loss of power is not read, and goes with the next purge.
    this.discard('delta', (version) => version <= base);
    this.discard('snapshot', (version) => version < base);
  }

  private has(version: number): boolean {
    return this.versions.delta.has(version) || this.versions.snapshot.has(version);
  }

  /** The newest snapshot of `version` or before; -1 when the state must be built from nothing. */
  private snapshotBefore(version: number): number {
    let newest = -1;
    for (const snapshot of this.versions.snapshot) if (snapshot <= version && snapshot > newest) newest = snapshot;
    return newest;
  }

  /** Removes what an abandoned run wrote at `version` and after it. Publishing the version makes this durable with it. */
  private discardFrom(version: number): void {
    this.discard('snapshot', (found) => found >= version);
    this.discard('delta', (found) => found > version);
  }

  private discard(kind: FileKind, which: (version: number) => boolean): void {
    for (const version of [...this.versions[kind]].filter(which)) {
      removeIfThere(this.disk, this.path(kind, version));
      this.versions[kind].delete(version);
    }
  }

  private async *readSnapshot(version: number): AsyncGenerator<StateChange> {
    for (const { frame } of this.read('snapshot', version)) {
      if (frame === null) continue;
      yield { evictedThroughMicros: null, removals: [], upserts: [this.decode('snapshot', version, frame)] };
    }
  }

  private readDelta(version: number): StateChange {
    let evictedThroughMicros: Int64 | null = null;
    const removals: Batch[] = [];
    const upserts: Batch[] = [];
    for (const { header, frame } of this.read('delta', version)) {
      if (frame !== null) {
        (frame.kind === FRAME.removals ? removals : upserts).push(this.decode('delta', version, frame));
      } else if (header.evictedThroughMicros !== null) {
        evictedThroughMicros = canonicalInt64(BigInt(header.evictedThroughMicros));
      }
    }
    return { evictedThroughMicros, removals, upserts };
  }

  private read(kind: FileKind, version: number): ReturnType<typeof readStateFile> {
    return readStateFile(this.disk, this.path(kind, version), { kind, version });
  }

  private decode(kind: FileKind, version: number, frame: Frame): Batch {
    try {
      return decodeBatch(frame.kind === FRAME.removals ? this.keySchema : this.schema, frame.payload);
    } catch (error) {
      throw stateError(this.path(kind, version), `not the columns expected here (${(error as Error).message})`, error);
    }
  }

  private path(kind: FileKind, version: number): string {
    return join(this.dir, `${version}.${kind}`);
  }
}
