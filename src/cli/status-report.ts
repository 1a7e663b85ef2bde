import { join, resolve } from 'node:path';
import { MAX_CRASHED_ATTEMPTS } from '../checkpoint/attempts.ts';
import { Checkpoint, type CheckpointView } from '../checkpoint/checkpoint.ts';
import type { CommitEntry } from '../checkpoint/commits.ts';
import { rewindCommand } from '../checkpoint/rewind-mark.ts';
import { splitName } from '../checkpoint/splits.ts';
import { configError } from '../errors.ts';
import type { DirectoryEntry, Disk } from '../fs/disk.ts';
import { exists } from '../fs/entries.ts';
import type { LockHost } from '../fs/lock-host.ts';
import { type LockView, lookAtLock } from '../fs/lock-owner.ts';
import { explainOpenWindows, explainWatermarkAhead } from '../index.ts';
import { plural } from './table.ts';

/**
 * What the checkpoint in `folder` says about its query, for people. Takes no lock: works while a run is going on.
 *
 * @throws ClickstreamError NO_CHECKPOINT
 */
export async function statusReport(disk: Disk, folder: string, host?: LockHost): Promise<string[]> {
  const lock = await lookAtLock(disk, resolve(folder), host);
  const view = Checkpoint.inspect(disk, resolve(folder));
  if (view !== null) return statusLines(folder, view, lock);
  throw configError('NO_CHECKPOINT', `there is no checkpoint in ${folder}: no query has run with it yet.`);
}

/** The checkpoints directly below `folder`, by name. */
export function findCheckpoints(disk: Disk, folder: string): string[] {
  const path = resolve(folder);
  const isFolder = ({ kind, name }: DirectoryEntry) => kind === 'directory' && !name.startsWith('.');
  const entries = exists(disk, path) ? disk.readdir(path).filter(isFolder) : [];
  const found = entries.map(({ name }) => join(folder, name)).filter((dir) => exists(disk, resolve(dir, 'metadata')));
  if (found.length > 0) return found.sort();
  throw configError(
    'NO_CHECKPOINT',
    `there is no checkpoint in ${folder}/: nothing has run here yet, or it is elsewhere (--checkpoint DIR).`,
  );
}

function statusLines(folder: string, view: CheckpointView, lock: LockView): string[] {
  const { id, offsets, commits } = view;
  const committed = commits.newest;
  const lines = [folder, `  query      ${id}`];
  if (lock.state === 'held') lines.push(`  in use     by ${lock.owner}`);
  if (lock.state === 'dead') {
    lines.push(`  in use     no more: ${lock.owner}, was killed, or the power went; the next start goes on from there`);
  }
  lines.push(`  batches    ${plural(committed + 1, 'batch', 'batches')} committed`);
  if (view.rewindingTo !== null) {
    lines.push(
      `  rewind     to batch ${view.rewindingTo} was begun and not finished: ${rewindCommand(folder, view.rewindingTo)}`,
    );
  } else if (offsets.newest > committed) {
    lines.push(`  pending    batch ${offsets.newest} is logged, not committed: ${pendingText(folder, view, lock)}`);
  }
  const commit = commits.get(committed);
  const watermarkMs = commit?.nextBatchWatermarkMs ?? 0;
  if (watermarkMs > 0) lines.push(`  watermark  ${new Date(watermarkMs).toISOString()}`);
  const ahead = explainWatermarkAhead(watermarkMs, offsets.get(committed)?.batchTimestampMs ?? watermarkMs);
  if (ahead !== null) lines.push(`  warning    ${ahead}`);
  const [first, ...more] = openWindowLines(commit);
  if (first !== undefined) lines.push(`  windows    ${first}`, ...more.map((line) => `             ${line}`));
  for (const { split, batchId } of view.exclusions.quarantined()) {
    lines.push(`  set aside  ${splitName(split)}, left out of batch ${batchId} by quarantine`);
  }
  return lines;
}

function pendingText(folder: string, { attempts }: CheckpointView, { state }: LockView): string {
  const runs = {
    held: 'runs now',
    free: 'runs again at the next start',
    dead: 'runs again at the next start',
    unreadable: 'runs now, or again at the next start',
  }[state];
  const crashed = attempts?.crashed ?? 0;
  if (crashed === 0) return `it ${runs}`;
  const times = `it crashed ${plural(crashed, 'time')}`;
  if (crashed < MAX_CRASHED_ATTEMPTS) return `${times}, and ${runs}`;
  return `${times}, and is not run again by itself; \`clickstream checkpoint doctor ${folder}\` says what to do`;
}

/** What the newest commit says of windows that wait for their end. The delay of the watermark is the query's, and not known here. */
function openWindowLines(commit: CommitEntry | undefined): string[] {
  const operators = (commit?.operators ?? []) as Parameters<typeof explainOpenWindows>[0];
  return explainOpenWindows(operators, commit?.nextBatchWatermarkMs ?? 0, null);
}
