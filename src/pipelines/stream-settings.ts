import type { QueryConf, TriggerLike } from '../index.ts';

/** What task1 and task2 share: how a folder is watched and when batches run. */
export interface StreamSettings {
  readonly checkpoint: string;
  readonly in: string;
  readonly out: string;
  readonly timezone: string;
  readonly maxFilesPerTrigger: number;
  readonly settleMs: number;
  /** ignore, fail, reprocess: what happens to a file that changes after it was read; undefined: ignore. */
  readonly changedFiles?: string | undefined;
  readonly poll: boolean;
  readonly sparkManifest: boolean;
  /** Stops the query when a batch has more than this share of its rows rejected, 0 to 1; undefined: no limit. */
  readonly maxRejectRatio?: number | undefined;
  /** Threads that work on large batches; undefined: one for each core. */
  readonly workers?: number | undefined;
  readonly trigger:
    | { readonly kind: 'default' }
    | { readonly kind: 'availableNow' }
    | { readonly kind: 'processingTime'; readonly intervalMs: number };
}

export interface Task1Settings extends StreamSettings {
  /** Path of a JSON Schema of the events: their types, and what must be there. */
  readonly schema: string;
  /** reject, permissive, dropmalformed, failfast: what happens to a record that does not fit. */
  readonly mode: string;
  /** Puts `'` before texts that a spreadsheet would run. */
  readonly escapeFormulas?: boolean;
}

export interface Task2Settings extends StreamSettings {
  /** Durations as Spark writes them (`10 seconds`), or short (`10s`). */
  readonly window: string;
  /** Null: windows do not overlap. */
  readonly slide: string | null;
  readonly watermark: string;
  /** Events dated further past the batch's time than this do not move the watermark; undefined: all do. */
  readonly maxFutureSkew?: string | undefined;
  /** Close all open windows at the end of a bounded run. */
  readonly drain: boolean;
  /** Also print each batch's windows. */
  readonly console: boolean;
  readonly parquetWriter: string;
}

/** Options of the file source. */
export function sourceOptions({ maxFilesPerTrigger, settleMs, changedFiles, poll }: StreamSettings) {
  return { maxFilesPerTrigger, settle: settleMs, changedFiles, poll };
}

/** The settings of the engine that were given. */
export function engineConf({ maxRejectRatio, workers }: StreamSettings, maxFutureSkew?: string): QueryConf {
  return {
    ...(workers === undefined ? {} : { workers }),
    ...(maxRejectRatio === undefined ? {} : { maxRejectRatio }),
    ...(maxFutureSkew === undefined ? {} : { maxFutureSkew }),
  };
}

export function triggerOf({ trigger }: StreamSettings): TriggerLike {
  if (trigger.kind === 'processingTime') return { processingTime: `${trigger.intervalMs}ms` };
  return trigger.kind === 'availableNow' ? { availableNow: true } : { processingTime: '0 seconds' };
}
