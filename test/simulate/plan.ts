import type { OffsetEntry } from '../../src/checkpoint/offsets.ts';
import { decodeFrame } from '../../src/fs/framed-text.ts';
import type { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT } from './pipeline.ts';

export interface PinnedFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What a batch was, as the checkpoint says. */
export interface PlannedBatch {
  readonly entry: OffsetEntry;
  /** Per source: the files that it read, in order. */
  readonly files: readonly (readonly PinnedFile[])[];
  /** Files that were left out of it, as they had changed. */
  readonly excluded: readonly PinnedFile[];
  readonly commit: { readonly nextBatchWatermarkMs: number; readonly operators: readonly { numRowsTotal: number }[] };
  /** Number of the process that committed it. */
  readonly process: number;
}

type LogName = 'offsets' | 'commits' | 'exclusions';

/**
 * Takes down what a checkpoint says of its batches before it forgets it. A batch that was logged, lost with the power and logged anew is what
 * it was in the end.
 */
export class PlanRecorder {
  private readonly logs: Record<LogName, Map<number, readonly string[]>> = {
    offsets: new Map(),
    commits: new Map(),
    exclusions: new Map(),
  };
  private readonly processes = new Map<number, number>();

  /** Looks at the checkpoint of a process that is no more. */
  take(disk: ModelDisk, process: number): void {
    for (const name of ['offsets', 'commits', 'exclusions'] as const) {
      const found = this.entriesOf(disk, name);
      const [oldest, newest] = [Math.min(...found.keys()), Math.max(-1, ...found.keys())];
      const log = this.logs[name];
      for (const id of log.keys()) {
        // Older ones were forgotten on purpose, and were recorded then.
        const isLost = id > newest || (id >= oldest && !found.has(id));
        if (isLost && (name !== 'exclusions' || id >= this.oldestLogged(disk))) log.delete(id);
      }
      for (const [id, lines] of found) log.set(id, lines);
    }
    for (const id of this.processes.keys()) if (!this.logs.commits.has(id)) this.processes.delete(id);
    for (const id of this.logs.commits.keys()) if (!this.processes.has(id)) this.processes.set(id, process);
  }

  /** To be told of every file that is about to be removed. */
  beforeUnlink(disk: ModelDisk, path: string): void {
    const [, name, id] = /^\/model\/checkpoint\/(offsets|commits|exclusions)\/(\d+)$/.exec(path) ?? [];
    if (name === undefined) return;
    const lines = linesOf(disk, path);
    if (lines !== null) this.logs[name as LogName].set(Number(id), lines);
  }

  get batches(): PlannedBatch[] {
    const { offsets, commits, exclusions } = this.logs;
    return Array.from({ length: commits.size }, (_, id) => {
      const [metadata, ...sources] = offsets.get(id) ?? [];
      if (metadata === undefined || !commits.has(id)) throw new Error(`batch ${id} was committed and is not known`);
      const left = (exclusions.get(id) ?? []).map(splitText);
      const splits = splitsOf(sources);
      return {
        entry: {
          ...JSON.parse(metadata),
          sources: splits.map((list) => ({ offset: null, splits: list })),
        } as OffsetEntry,
        files: splits.map((list) => list.filter((file) => !left.includes(JSON.stringify(file)))),
        excluded: left.map((line) => JSON.parse(line) as PinnedFile),
        commit: JSON.parse(commits.get(id)?.[0] as string),
        process: this.processes.get(id) as number,
      };
    });
  }

  /** The files of the batch that was logged and not committed. */
  get pendingFiles(): readonly PinnedFile[] {
    const { offsets, commits, exclusions } = this.logs;
    const newest = Math.max(-1, ...offsets.keys());
    if (commits.has(newest)) return [];
    const [, ...sources] = offsets.get(newest) ?? [];
    const left = (exclusions.get(newest) ?? []).map(splitText);
    return splitsOf(sources)
      .flat()
      .filter((file) => !left.includes(JSON.stringify(file)));
  }

  private oldestLogged(disk: ModelDisk): number {
    return Math.min(...this.entriesOf(disk, 'offsets').keys());
  }

  private entriesOf(disk: ModelDisk, name: LogName): Map<number, readonly string[]> {
    const folder = `${CHECKPOINT}/${name}/`;
    const found = new Map<number, readonly string[]>();
    for (const path of disk.files()) {
      if (!path.startsWith(folder) || !/\/\d+$/.test(path)) continue;
      const lines = linesOf(disk, path);
      if (lines !== null) found.set(Number(path.slice(folder.length)), lines);
    }
    return found;
  }
}

function splitsOf(sourceLines: readonly string[]): PinnedFile[][] {
  return sourceLines.map((line) => (line === '-' ? [] : (JSON.parse(line) as { splits: PinnedFile[] }).splits));
}

/** The split of an exclusion's line. */
function splitText(line: string): string {
  const exclusion = JSON.parse(line) as { readonly split?: unknown };
  return JSON.stringify(exclusion.split ?? exclusion);
}

/** Null when the file is not whole. */
function linesOf(disk: ModelDisk, path: string): readonly string[] | null {
  const content = decodeFrame(disk.readFile(path));
  return content.kind === 'whole' ? content.lines : null;
}
