import type { CrashPoint, RecordedChange } from './crash-disk.ts';

/** What one run of a pipeline in a process of its own is to do. Plain JSON, handed over on the command line. */
export interface CrashRequest {
  /** The pipeline file. */
  readonly file: string;
  /** Where each source reads, by its name: a path or a glob over copies. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The folder of this run's output and checkpoint. */
  readonly folder: string;
  /** The time on its clock, the same for every run: `current_timestamp` must not tell them apart. */
  readonly nowMs: number;
  /** Where it dies; null: it runs to its end. */
  readonly point: CrashPoint | null;
}

/** What a run that came to its end tells on stdout, as one line of JSON. */
export interface CrashReply {
  readonly batches: number;
  readonly changes: readonly RecordedChange[];
}
