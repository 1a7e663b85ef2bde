import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Batch, batchOf, type Cell, cellAt } from '../../src/batch.ts';
import { readWhole } from '../../src/fs/read-whole.ts';
import { DOUBLE, field, INT, LONG, type Schema, STRING, struct } from '../../src/schema.ts';
import { encodeStateRows } from '../../src/state/encode-rows.ts';
import { compareStateSchema } from '../../src/state/state-schema.ts';
import { openStateStore } from '../../src/state/state-store.ts';
import type { StateChange, StateStore } from '../../src/state-store.ts';
import { ModelDisk } from '../support/model-disk.ts';

const DIR = '/ck/state/0';
const SCHEMA: Schema = struct([field('k', STRING), field('t', LONG), field('v', DOUBLE)]);
const KEYS = struct(SCHEMA.fields.slice(0, 2));

const open = (disk: ModelDisk) => openStateStore(disk, DIR, SCHEMA, 2);

type Row = [string, number, number];
interface Change {
  evicted: number | null;
  removals: [string, number][];
  upserts: Row[];
}

const changeOf = ({ evicted, removals, upserts }: Change): StateChange => ({
  evictedThroughMicros: evicted,
  removals: removals.length === 0 ? [] : [batchOf(KEYS, removals)],
  upserts: upserts.length === 0 ? [] : [batchOf(SCHEMA, upserts)],
});

/** What an operator would hold after these changes. */
class Model {
  constructor(readonly rows = new Map<string, Row>()) {}

  after(change: StateChange): Model {
    const rows = new Map(this.rows);
    const through = change.evictedThroughMicros;
    if (through !== null) for (const [key, [, time]] of rows) if (time <= through) rows.delete(key);
    for (const batch of change.removals) {
      for (const row of rowsOf(batch)) rows.delete(JSON.stringify(row));
    }
    for (const batch of change.upserts) {
      for (const row of rowsOf(batch)) rows.set(JSON.stringify(row.slice(0, 2)), row as Row);
    }
    return new Model(rows);
  }

  batches() {
    return [...this.rows.values()].map((row) => batchOf(SCHEMA, [row]));
  }
}

function rowsOf(batch: { length: number; vectors: readonly Parameters<typeof cellAt>[0][] }): Cell[][] {
  return Array.from({ length: batch.length }, (_, row) => batch.vectors.map((vector) => cellAt(vector, row)));
}

async function restored(store: StateStore, version: number): Promise<Model> {
  let model = new Model();
  for await (const change of store.restore(version)) model = model.after(change);
  return model;
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}

const upsert = (version: number, value = version): StateChange =>
  changeOf({ evicted: null, removals: [], upserts: [[`k${version % 3}`, version, value]] });

/** Versions 0 to 5 with a snapshot at 2. */
async function used(): Promise<{ disk: ModelDisk; models: Model[] }> {
  const disk = new ModelDisk();
  const store = open(disk);
  const models: Model[] = [];
  for (let version = 0; version < 6; version++) {
    await store.commit(version, upsert(version));
    models.push((models.at(-1) ?? new Model()).after(upsert(version)));
    if (version === 2) await store.snapshot(2, (models[2] as Model).batches());
  }
  return { disk, models };
}

test('the empty state, a commit, evictions beyond 2^53', async () => {
  const disk = new ModelDisk();
  const store = open(disk);
  expect((await restored(store, -1)).rows.size).toBe(0);
  await store.commit(0, { ...upsert(0), evictedThroughMicros: 2n ** 60n });
  const changes: StateChange[] = [];
  for await (const change of store.restore(0)) changes.push(change);
  expect(changes.map(({ evictedThroughMicros }) => evictedThroughMicros)).toEqual([2n ** 60n]);
});

test('rows that were encoded beforehand leave the file that the rows themselves leave', async () => {
  const files = await Promise.all(
    [(rows: Batch) => rows, encodeStateRows].map(async (form) => {
      const disk = new ModelDisk();
      const change = upsert(0);
      await open(disk).commit(0, { ...change, upserts: change.upserts.map((rows) => form(rows)) });
      return readWhole(disk, `${DIR}/0.delta`);
    }),
  );
  expect(files[1]).toEqual(files[0]);
});

test('a commit costs an fsync of the file and one of the folder', async () => {
  const disk = new ModelDisk();
  const store = open(disk);
  const before = [disk.count('fsync'), disk.count('fsyncDirectory')];
  await store.commit(0, upsert(0));
  expect([disk.count('fsync'), disk.count('fsyncDirectory')]).toEqual(before.map((count) => (count as number) + 1));
});

test('a version that is written again replaces what came of the abandoned run, snapshots too', async () => {
  const { disk } = await used();
  const store = open(disk);
  const at1 = await restored(store, 1);
  await store.commit(2, upsert(2, 99));
  expect(disk.files()).toEqual(['0.delta', '1.delta', '2.delta', 'schema'].map((name) => `${DIR}/${name}`));
  expect(await restored(open(disk), 2)).toEqual(at1.after(upsert(2, 99)));
});

test('deltas are counted since the snapshot', async () => {
  const { disk } = await used();
  const store = open(disk);
  await restored(store, 5);
  expect(store.deltasSinceSnapshot).toBe(3);
  await store.snapshot(5, []);
  expect(store.deltasSinceSnapshot).toBe(0);
});

test('purge keeps what the versions from there on need', async () => {
  const { disk, models } = await used();
  const store = open(disk);
  await store.purge(1);
  expect(disk.files()).toHaveLength(8);
  await store.purge(4);
  expect(disk.files()).toEqual(
    ['2.snapshot', '3.delta', '4.delta', '5.delta', 'schema'].map((name) => `${DIR}/${name}`),
  );
  for (const version of [2, 3, 4, 5]) expect(await restored(open(disk), version)).toEqual(models[version]);
  expect(await codeOf(restored(open(disk), 1))).toBe('STATE_CORRUPT');
});

describe('damage', () => {
  test.each([
    ['4.delta', 5, 'STATE_CORRUPT'],
    ['2.snapshot', 5, 'no error'],
    ['1.delta', 5, 'no error'],
    ['1.delta', 1, 'STATE_CORRUPT'],
    ['5.delta', 4, 'no error'],
  ])('%s is gone, version %d is wanted: %s', async (name, version, code) => {
    const { disk, models } = await used();
    disk.removeFile(`${DIR}/${name}`);
    const found = restored(open(disk), version);
    expect(await codeOf(found)).toBe(code);
    if (code === 'no error') expect(await found).toEqual(models[version]);
    else await expect(found).rejects.toThrow(`${DIR}/${name}`);
  });

  test('every file, cut or changed at every byte: exact, or stopped', async () => {
    const { disk: pristine, models } = await used();
    const outcomes = new Set<string>();
    for (const path of pristine.files()) {
      const whole = pristine.readFile(path);
      for (let at = 0; at < whole.length; at++) {
        const changed = whole.slice();
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        for (const bytes of [whole.slice(0, at), changed]) {
          const disk = pristine.crash();
          disk.writeFile(path, bytes);
          const found = (async () => restored(open(disk), 5))();
          const outcome = await codeOf(found);
          outcomes.add(outcome);
          if (outcome === 'no error') expect(await found).toEqual(models[5]);
        }
      }
    }
    expect([...outcomes].sort()).toEqual(['STATE_CORRUPT', 'STATE_VERSION', 'no error']);
  });

  test('files of the version before, whose forms of columns are still known, are read', async () => {
    const { disk, models } = await used();
    for (const path of disk.files().filter((name) => /\.(delta|snapshot)$/.test(name))) {
      const bytes = disk.readFile(path).slice();
      const at = 'clickstream state v'.length;
      expect(String.fromCharCode(bytes[at] as number)).toBe('2');
      bytes[at] = '1'.charCodeAt(0);
      disk.writeFile(path, bytes);
    }
    expect(await restored(open(disk), 5)).toEqual(models[5]);
  });

  test('a file under another number is found out', async () => {
    const { disk } = await used();
    disk.writeFile(`${DIR}/5.delta`, disk.readFile(`${DIR}/4.delta`));
    expect(await codeOf(restored(open(disk), 5))).toBe('STATE_CORRUPT');
  });
});

test('a restore that fails at any operation leaves no file open', async () => {
  const { disk } = await used();
  const before = disk.calls.length;
  await restored(open(disk), 5);
  for (let at = 0, operations = disk.calls.length - before; at < operations; at++) {
    const next = disk.nextProcess();
    next.failAt(at, 'EIO');
    await codeOf((async () => restored(open(next), 5))());
    expect(next.openHandles).toBe(0);
  }
});

test('a snapshot that a killed process left is durable before what it replaces is purged', async () => {
  const { disk, models } = await used();
  const first = open(disk);
  disk.failAt(0, 'EIO', { op: 'fsyncDirectory' });
  await expect(first.snapshot(5, (models[5] as Model).batches())).rejects.toMatchObject({ code: 'FSYNC_FAILED' });
  const next = disk.nextProcess();
  await open(next).purge(5);
  const after = next.crash({ survive: ({ op }) => op === 'remove' });
  expect(await restored(open(after), 5)).toEqual(models[5]);
});

test('any changes, snapshots, purges, kills and losses of power: a committed version is exact', async () => {
  const key = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(5));
  const change: fc.Arbitrary<Change> = fc.record({
    evicted: fc.option(fc.nat(5)),
    removals: fc.array(key, { maxLength: 2 }),
    upserts: fc.array(
      key.chain(([k, t]) => fc.nat(9).map((v): Row => [k, t, v])),
      { maxLength: 3 },
    ),
  });
  const step = fc.record({ change, snapshot: fc.boolean(), purge: fc.boolean() });
  const run = fc.record({
    steps: fc.array(step, { maxLength: 8 }),
    endsAt: fc.nat(150),
    /** Killed, so that the next process finds all that was done, synced or not; else the power goes. */
    killed: fc.boolean(),
    coins: fc.infiniteStream(fc.boolean()),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 4 }), async (runs) => {
      let disk = new ModelDisk();
      /** State after each batch whose commit was promised. */
      const committed: Model[] = [];
      let oldest = -1;
      for (const { steps, endsAt, killed, coins } of runs) {
        const end = disk.calls.length + endsAt;
        disk.powerOffAt(end);
        try {
          const store = open(disk);
          let model = await restored(store, committed.length - 1);
          expect(model).toEqual(committed.at(-1) ?? new Model());
          for (const { change, snapshot, purge } of steps) {
            const version = committed.length;
            await store.commit(version, changeOf(change));
            model = model.after(changeOf(change));
            committed.push(model);
            if (snapshot) await store.snapshot(version, model.batches());
            if (purge) {
              oldest = Math.max(oldest, version - 1);
              await store.purge(oldest);
            }
          }
        } catch (error) {
          if (disk.calls.length <= end) throw error;
        }
        const crashed = disk.crash({ survive: () => coins.next().value as boolean });
        disk = killed ? disk.nextProcess() : crashed;
        const store = open(crashed);
        for (let version = Math.max(oldest, 0); version < committed.length; version++) {
          expect(await restored(store, version)).toEqual(committed[version]);
        }
      }
    }),
    { numRuns: 150 },
  );
});

describe('schema', () => {
  const state = (...fields: ReturnType<typeof field>[]) => ({ schema: struct(fields), keyColumns: 1 });
  const stored = state(field('k', STRING), field('v', LONG, false));

  test.each<[string, ReturnType<typeof state>, RegExp[]]>([
    ['the same', stored, []],
    ['other names', state(field('key', STRING), field('value', LONG, false)), []],
    ['a key that is not null any more', state(field('k', STRING, false), field('v', LONG, false)), []],
    [
      'a value that may be null now',
      state(field('k', STRING), field('v', LONG)),
      [/value column 1 \(v\): was not null/],
    ],
    ['another type', state(field('k', INT), field('v', LONG, false)), [/key column 1 \(k\): was string, is int/]],
    ['one more value', state(field('k', STRING), field('v', LONG, false), field('w', INT)), [/value columns: .*1 .*2/]],
  ])('%s', (_, wanted, differences) => {
    const found = compareStateSchema(stored, wanted);
    expect(found).toHaveLength(differences.length);
    for (const [index, pattern] of differences.entries()) expect(found[index]).toMatch(pattern);
  });

  test('names within a struct do not count', () => {
    const nested = (name: string) => state(field('k', struct([field(name, INT)])), field('v', LONG));
    expect(compareStateSchema(nested('a'), nested('b'))).toEqual([]);
  });

  test('state of another query is refused', () => {
    const disk = new ModelDisk();
    openStateStore(disk, DIR, SCHEMA, 2);
    expect(() => openStateStore(disk, DIR, SCHEMA, 1)).toThrow(
      expect.objectContaining({ code: 'STATE_SCHEMA_INCOMPATIBLE', category: 'config' }),
    );
    openStateStore(disk, DIR, SCHEMA, 2);
  });
});
