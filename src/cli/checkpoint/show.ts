import { join, resolve } from 'node:path';
import { Checkpoint, type CheckpointView } from '../../checkpoint/checkpoint.ts';
import { splitName, splitsOf } from '../../checkpoint/splits.ts';
import { configError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';
import { listFiles } from '../../fs/list.ts';
import { statusReport } from '../status-report.ts';
import { plural } from '../table.ts';

/** All that a checkpoint says of itself, for people: where the query stands, its logs, what it was, and its state. Errors: NO_CHECKPOINT. */
export async function checkpointReport(disk: Disk, folder: string): Promise<string[]> {
  const view = inspect(disk, folder);
  return [
    ...(await statusReport(disk, folder)),
    `  offsets    ${logText(view.offsets)}`,
    `  commits    ${logText(view.commits)}`,
    ...descriptionLines(view.description),
    ...(view.fork === null ? [] : [`  fork of    ${view.fork.from}, after batch ${view.fork.afterBatch}`]),
    ...stateLines(disk, resolve(folder), view),
    ...pendingLines(view),
  ];
}

/** The files of the batch that is logged and not committed: an operator may have to decide about them. */
function pendingLines({ offsets, exclusions, attempts }: CheckpointView): string[] {
  const entry = offsets.get(offsets.newest);
  if (entry === undefined || attempts === null) return [];
  const kept = splitsOf(entry).filter((split) => !exclusions.has(entry.batchId, split));
  return [
    `  batch ${entry.batchId} has ${plural(kept.length, 'file')}`,
    ...kept.map((split) => `    ${splitName(split)}`),
  ];
}

function inspect(disk: Disk, folder: string): CheckpointView {
  const view = Checkpoint.inspect(disk, resolve(folder));
  if (view !== null) return view;
  throw configError('NO_CHECKPOINT', `there is no checkpoint in ${folder}: no query has run with it yet.`);
}

function logText({ oldest, newest }: { readonly oldest: number; readonly newest: number }): string {
  if (newest < oldest) return 'none';
  return oldest === newest ? `batch ${newest}` : `batches ${oldest} to ${newest}`;
}

function descriptionLines(description: unknown): string[] {
  const {
    sources = [],
    output = null,
    operators = [],
  } = (description ?? {}) as {
    readonly sources?: readonly string[];
    readonly output?: string | null;
    readonly operators?: readonly string[];
  };
  return [
    ...sources.map((source) => `  source     ${source}`),
    ...(output === null ? [] : [`  output     ${output}`]),
    ...operators.map((operator, index) => `  stateful   ${index}: ${operator}`),
  ];
}

/** Rows as the newest commit counted them, bytes as they lie on the disk. */
function stateLines(disk: Disk, folder: string, { commits }: CheckpointView): string[] {
  const operators = (commits.get(commits.newest)?.operators ?? []) as readonly { readonly numRowsTotal: number }[];
  return operators.map(({ numRowsTotal }, index) => {
    const path = join(folder, 'state', String(index));
    const files = exists(disk, path) ? [...listFiles(disk, path, { recursive: true, unreadable: () => {} })] : [];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    return `  state      ${index}: ${plural(numRowsTotal, 'row')}, ${bytes.toLocaleString('en')} bytes in ${plural(files.length, 'file')}`;
  });
}
