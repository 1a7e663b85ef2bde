import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Batch, cellAt, type Vector } from '../../src/batch.ts';
import type { Clock } from '../../src/clock.ts';
import type { ReadContext, RejectedRecord, Source } from '../../src/source.ts';

const folders: string[] = [];

/** A new folder; `removeFolders` takes it away. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clickstream-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A clock that stands still until it is moved; a sleep moves it. */
export function handClock(): Clock & { advance(ms: number): void } {
  let ms = 0;
  return {
    nowMs: () => 1_700_000_000_000 + ms,
    monotonicMs: () => ms,
    async sleep(forMs) {
      ms += forMs;
    },
    advance(byMs) {
      ms += byMs;
    },
  };
}

/** A clock whose sleeps end when it is advanced far enough. */
export function patientClock(): Clock & { advance(ms: number): Promise<void> } {
  let now = 0;
  let sleepers: { atMs: number; done: () => void }[] = [];
  return {
    nowMs: () => 1_700_000_000_000 + now,
    monotonicMs: () => now,
    sleep: (ms) => new Promise((done) => void sleepers.push({ atMs: now + ms, done })),
    async advance(ms) {
      now += ms;
      const due = sleepers.filter((sleeper) => sleeper.atMs <= now);
      sleepers = sleepers.filter((sleeper) => sleeper.atMs > now);
      for (const { done } of due) done();
      await Promise.resolve();
    },
  };
}

export interface Collected {
  readonly rows: unknown[][];
  readonly rejects: RejectedRecord[];
  readonly input: number;
  readonly dropped: number;
}

/** Reads splits to their end. */
export async function collect(source: Source, splits: readonly unknown[]): Promise<Collected> {
  const rows: unknown[][] = [];
  const rejects: RejectedRecord[] = [];
  let input = 0;
  let dropped = 0;
  const context: ReadContext = {
    reject: (record) => void rejects.push(record),
    countInput: (count) => void (input += count),
    countDropped: (count) => void (dropped += count),
    countRepeatedName: () => {},
    beginChunk: () => {},
    signal: new AbortController().signal,
  };
  for (const split of splits) {
    for await (const batch of source.read(split, context)) rows.push(...rowsOf(batch));
  }
  return { rows, rejects, input, dropped };
}

export function rowsOf(batch: Batch): unknown[][] {
  return Array.from({ length: batch.length }, (_, row) => batch.vectors.map((vector: Vector) => cellAt(vector, row)));
}

/** One trigger: the splits of the next batch, or null when there is nothing new. */
export async function nextSplits(
  source: Source,
  start: unknown,
  limit = {},
): Promise<{ end: unknown; splits: unknown[] } | null> {
  const end = await source.latestOffset(start, limit);
  if (JSON.stringify(end) === JSON.stringify(start)) return null;
  return { end, splits: await source.plan(start, end) };
}

/** Calls `check` until it answers true; fails after a generous time. For real watchers, which have no other sign. */
export async function until(check: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!check()) {
    if (performance.now() > endMs) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
