import { availableParallelism } from 'node:os';
import type { SourceHandle, StageHandle } from '../../engine/query-parts.ts';
import { stageOf, stageSpec } from '../../engine/stage.ts';
import type { Disk } from '../../fs/disk.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import type { AnalyzedQuery } from '../../plan/physical.ts';
import type { OutputMode, Sink } from '../../sink.ts';
import type { ColumnThreads } from './column-threads.ts';
import { openStagePool } from './pool.ts';

export interface StageRequest {
  readonly query: AnalyzedQuery;
  readonly outputMode: OutputMode;
  readonly sources: readonly SourceHandle[];
  readonly sink: Sink;
  /** Other threads know the real disk only. */
  readonly disk: Disk;
  /** Null: as many as the process has cores. */
  readonly workers: number | null;
  readonly columns: ColumnThreads;
}

/** What is done of a query chunk by chunk, by several threads if it is much; null where there is nothing. */
export function openStage({
  query,
  outputMode,
  sources,
  sink,
  disk,
  workers,
  columns,
}: StageRequest): StageHandle | null {
  const threads = disk === nodeDisk ? (workers ?? availableParallelism()) : 1;
  const stage = stageOf(query.physical, sink.encoding ?? null);
  const reading = stage === null ? null : sources[stage.sourceIndex]?.source.parallel;
  if (stage === null || !reading) return null;
  const spec = stageSpec(query, outputMode, stage, reading.reader);
  return { stage, pool: openStagePool({ spec, disk, threads, columns }) };
}
