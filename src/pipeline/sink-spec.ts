import type { ForeachWriter } from '../sinks/foreach.ts';
import type { ForeachBatchFunction } from '../sinks/foreach-batch.ts';

/** Where a stream goes, as its writer describes it. */
export type SinkSpec =
  /** A file format, `console` or `memory`. */
  | { readonly kind: 'format'; readonly format: string }
  | { readonly kind: 'foreach'; readonly writer: ForeachWriter }
  | { readonly kind: 'foreachBatch'; readonly call: ForeachBatchFunction };
