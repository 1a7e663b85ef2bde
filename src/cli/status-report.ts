import { join, resolve } from 'node:path';
import { MAX_CRASHED_ATTEMPTS } from '../checkpoint/attempts.ts';
import { Checkpoint, type CheckpointView } from '../checkpoint/checkpoint.ts';
import type { CommitEntry } from '../checkpoint/commits.ts';
import { rewindCommand } from '../checkpoint/rewind-mark.ts';
import { splitName } from '../checkpoint/splits.ts';
import { configError } from '../errors.ts';
import type { DirectoryEntry, Disk } from '../fs/disk.ts';
import { exists } from '../fs/durable.ts';
import { explainOpenWindows, explainWatermarkAhead } from '../index.ts';
import { plural } from './table.ts';

/**
 * What the checkpoint in `folder` says about its query, for people. Takes no lock: works while a run is going on.
 *
 * @throws ClickstreamError NO_CHECKPOINT
 */
export function statusReport(disk: Disk, folder: string): string[] {
  const view = Checkpoint.inspect(disk, resolve(folder));
  if (view !== null) return statusLines(folder, view);
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

function statusLines(folder: string, view: CheckpointView): string[] {
  const { id, offsets, commits } = view;
  const committed = commits.newest;
  const lines = [folder, `  query      ${id}`, `  batches    ${plural(committed + 1, 'batch', 'batches')} committed`];
  if (view.rewindingTo !== null) {
    lines.push(
      `  rewind     to batch ${view.rewindingTo} was begun and not finished: ${rewindCommand(folder, view.rewindingTo)}`,
    );
  } else if (offsets.newest > committed) {
    lines.push(`  pending    batch ${offsets.newest} is logged, not committed: ${pendingText(folder, view)}`);
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

function pendingText(folder: string, { attempts }: CheckpointView): string {
  const crashed = attempts?.crashed ?? 0;
  if (crashed === 0) return 'it runs now, or again at the next start';
  const times = `it crashed ${plural(crashed, 'time')}`;
  if (crashed < MAX_CRASHED_ATTEMPTS) return `${times}, and runs now, or again at the next start`;
  return `${times}, and is not run again by itself; \`clickstream checkpoint doctor ${folder}\` says what to do`;
}

/** What the newest commit says of windows that wait for their end. The delay of the watermark is the query's, and not known here. */
function openWindowLines(commit: CommitEntry | undefined): string[] {
  const operators = (commit?.operators ?? []) as Parameters<typeof explainOpenWindows>[0];
  return explainOpenWindows(operators, commit?.nextBatchWatermarkMs ?? 0, null);
}
