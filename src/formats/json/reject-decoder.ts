import type { Batch } from '../../batch.ts';
import type { DecodeRequest, Decoder } from '../../format.ts';
import { rawFields } from '../raw-fields.ts';
import { FastRecords } from './fast-records.ts';
import type { JsonOptions } from './options.ts';
import { ReadContext } from './read-context.ts';
import { JsonRecords, RECORD, REJECTED, WAIT } from './records.ts';
import { RowBuilder } from './row-builder.ts';
import { schemaCheck } from './schema-check.ts';
import { OBJECT } from './tokenizer.ts';
import { zoneOffset } from './zone-offset.ts';

/**
 * Mode `reject`: each record becomes a row or is set aside with the reason; none is lost, none stops the rest. A
 * field that is not nullable must be there and have a value; see `cellReader` for what fits a type.
 */
export class RejectDecoder implements Decoder {
  private readonly records: JsonRecords;
  private readonly context: ReadContext;
  private readonly rows: RowBuilder;
  private readonly fast: FastRecords | null;
  private readonly check: ((record: Uint8Array) => string | null) | null;

  constructor(
    private readonly request: DecodeRequest,
    options: JsonOptions,
    useKernel: boolean,
  ) {
    this.records = new JsonRecords(options, request.range);
    this.context = new ReadContext(this.records.tokens, true, zoneOffset(options.timeZone));
    this.rows = new RowBuilder(request.schema, this.context);
    this.fast = useKernel ? FastRecords.of(request.schema, options, this.rows, request.range) : null;
    this.records.runner = this.fast;
    this.check = options.jsonSchema === null ? null : schemaCheck(options.jsonSchema);
  }

  *push(chunk: Uint8Array): Iterable<Batch> {
    this.records.push(chunk);
    yield* this.read();
  }

  *finish(): Iterable<Batch> {
    this.records.finish();
    yield* this.read();
    this.rows.flush();
    yield* this.rows.batches();
  }

  get stopped() {
    return this.records.stopped;
  }

  private *read(): Iterable<Batch> {
    const { records, rows } = this;
    for (let found = records.next(); found !== WAIT; found = records.next()) {
      if (found === RECORD) this.record();
      else if (found === REJECTED) this.request.reject(records.rejected);
      if (rows.hasBatches) yield* rows.batches();
    }
  }

  private record(): void {
    const { window, start, end } = this.records;
    const reason = this.misfit(window.bytes, start, end);
    if (reason === null) {
      this.fast?.learn(this.records.tokens, window.offsetOf(start));
      this.rows.commit(end - start);
    } else {
      this.request.reject({
        line: window.lineOf(start),
        byteOffset: window.offsetOf(start),
        reason,
        ...rawFields(window.bytes.subarray(start, end)),
      });
    }
  }

  /** Writes the record as a row; why it is none, or null. */
  private misfit(bytes: Uint8Array, start: number, end: number): string | null {
    const { context, rows } = this;
    context.clear();
    if (context.tokens.tape[0] !== OBJECT) context.fail('', 'an object', 0);
    else rows.columns.read(0, rows.row);
    if (context.failed) return context.reason();
    return this.check === null ? null : this.check(bytes.subarray(start, end));
  }
}
