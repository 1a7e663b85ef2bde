import type { Batch } from '../../batch.ts';
import type { DecodeRequest } from '../../format.ts';
import { isRead } from '../unread.ts';
import { FastRecords } from './fast-records.ts';
import type { JsonOptions } from './options.ts';
import type { ReadContext } from './read-context.ts';
import { RowBuilder } from './row-builder.ts';

/** What a decoder makes of records. */
export interface RecordOutput<T> {
  /** Takes the rows that the plain decoder writes. */
  readonly rows: RowBuilder;
  /** The way past it; null: there is none. */
  readonly fast: FastRecords | null;
  /** Whether `ready` has something to give. */
  readonly isReady: boolean;
  /** Takes what is ready. */
  ready(): Iterable<T>;
  /** The input is over: all that is there is ready. */
  finish(): void;
  /** Another input begins; all that was ready is taken. */
  restart(): void;
}

export type OpenOutput<T> = (request: DecodeRequest, options: JsonOptions, context: ReadContext) => RecordOutput<T>;

/** Records become rows of batches, by the kernel where it can. */
export const kernelBatches: OpenOutput<Batch> = (request, options, context) => batches(request, options, context, true);

/** The same without the kernel. */
export const plainBatches: OpenOutput<Batch> = (request, options, context) => batches(request, options, context, false);

/** The corrupt-record column is written even if nobody reads it: it has no values to check. */
function readFields({ schema, needed }: DecodeRequest, options: JsonOptions): boolean[] {
  const read = isRead(schema, needed);
  return read.map((isNeeded, i) => isNeeded || schema.fields[i]?.name === options.columnNameOfCorruptRecord);
}

function batches(
  request: DecodeRequest,
  options: JsonOptions,
  context: ReadContext,
  useKernel: boolean,
): RecordOutput<Batch> {
  const rows = new RowBuilder(request.schema, context, request.reuse, readFields(request, options));
  const fast = useKernel ? FastRecords.of(request.schema, options, rows, request.range) : null;
  return {
    rows,
    fast,
    get isReady() {
      return rows.hasBatches;
    },
    ready: () => rows.batches(),
    finish: () => rows.flush(),
    restart: () => fast?.restart(),
  };
}
