import { join, resolve } from 'node:path';
import { Checkpoint, type CheckpointView } from '../checkpoint/checkpoint.ts';
import type { CommitEntry } from '../checkpoint/commits.ts';
import { configError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
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
  const entries = exists(disk, path) ? disk.readdir(path).filter(({ kind }) => kind === 'directory') : [];
  const found = entries.map(({ name }) => join(folder, name)).filter((dir) => exists(disk, resolve(dir, 'metadata')));
  if (found.length > 0) return found.sort();
  throw configError(
    'NO_CHECKPOINT',
    `there is no checkpoint in ${folder}/: nothing has run here yet, or it is elsewhere (--checkpoint DIR).`,
  );
}

function statusLines(folder: string, { id, offsets, commits }: CheckpointView): string[] {
  const committed = commits.newest;
  const lines = [folder, `  query      ${id}`, `  batches    ${plural(committed + 1, 'batch', 'batches')} committed`];
  if (offsets.newest > committed) {
    lines.push(
      `  pending    batch ${offsets.newest} is logged, not committed: it runs now, or again at the next start`,
    );
  }
  const commit = commits.get(committed);
  const watermarkMs = commit?.nextBatchWatermarkMs ?? 0;
  if (watermarkMs > 0) lines.push(`  watermark  ${new Date(watermarkMs).toISOString()}`);
  const ahead = explainWatermarkAhead(watermarkMs, offsets.get(committed)?.batchTimestampMs ?? watermarkMs);
  if (ahead !== null) lines.push(`  warning    ${ahead}`);
  const [first, ...more] = openWindowLines(commit);
  if (first !== undefined) lines.push(`  windows    ${first}`, ...more.map((line) => `             ${line}`));
  return lines;
}

/** What the newest commit says of windows that wait for their end. The delay of the watermark is the query's, and not known here. */
function openWindowLines(commit: CommitEntry | undefined): string[] {
  const operators = (commit?.operators ?? []) as Parameters<typeof explainOpenWindows>[0];
  return explainOpenWindows(operators, commit?.nextBatchWatermarkMs ?? 0, null);
}
