import type { Session, StreamingQuery } from '../../src/index.ts';
import type { Query, Row } from '../conformance/case.ts';

export const CHECKPOINT = '/model/checkpoint';
export const OUT = '/model/out';
export const ARCHIVE = '/model/archive';

/** How the files of an input look. */
export interface InputShape {
  readonly folder: string;
  readonly format: 'json' | 'csv';
  /** `rows`: ts, k and n. `clicks`: the click events of the tasks, made of them. */
  readonly columns: 'rows' | 'clicks';
}

export type TriggerChoice =
  | { readonly kind: 'default' | 'availableNow' | 'once' }
  | { readonly kind: 'processingTime'; readonly intervalMs: number };

/** What may change from one run of a query to the next. */
export interface RunSettings {
  readonly trigger: TriggerChoice;
  readonly maxFilesPerTrigger: number | null;
  readonly settleMs: number;
  readonly latestFirst: boolean;
  readonly drain: boolean;
  /** How long rows may be late; only where there is a watermark. */
  readonly delayMs: number | null;
  /** In place of the query's own. */
  readonly filter: unknown;
}

/** A query as the simulation runs it, and as the naive model does. */
export interface Pipeline {
  readonly name: string;
  readonly inputs: readonly InputShape[];
  /** What happens to input files that were taken. */
  readonly cleanSource: 'off' | 'delete' | 'archive';
  readonly outputFormat: 'json' | 'csv' | 'parquet';
  /** Whether a run may change the filter. */
  readonly hasFilter: boolean;
  readonly noDataBatches: boolean;
  readonly watermarkPolicy: 'min' | 'max';
  /** What it computes under given settings. */
  query(settings: RunSettings): Query;
  /** The row that comes out for a row of the model's. */
  outputRow(row: Row): Row;
  start(session: Session, settings: RunSettings): Promise<StreamingQuery>;
}
