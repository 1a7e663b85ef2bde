import type { DecodeRequest, Decoder } from '../../format.ts';
import { rawFields } from '../raw-fields.ts';
import type { JsonOptions } from './options.ts';
import { ReadContext } from './read-context.ts';
import type { OpenOutput, RecordOutput } from './record-output.ts';
import { JsonRecords, RECORD, REJECTED, WAIT } from './records.ts';
import { schemaCheck } from './schema-check.ts';
import { OBJECT, Tokenizer } from './tokenizer.ts';
import { zoneOffset } from './zone-offset.ts';

/**
 * Mode `reject`: each record becomes a row or is set aside with the reason; none is lost, none stops the rest. A
 * field that is not nullable must be there and have a value; see `cellReader` for what fits a type.
 */
export class RejectDecoder<T> implements Decoder<T> {
  private records: JsonRecords;
  private readonly context: ReadContext;
  private readonly output: RecordOutput<T>;
  private readonly check: ((record: Uint8Array) => string | null) | null;

  constructor(
    private readonly request: DecodeRequest,
    private readonly options: JsonOptions,
    open: OpenOutput<T>,
  ) {
    const tokens = new Tokenizer(options);
    this.records = new JsonRecords(options, tokens, request.range);
    this.context = new ReadContext(tokens, true, zoneOffset(options.timeZone));
    this.output = open(request, options, this.context);
    this.records.runner = this.output.fast;
    this.check = options.jsonSchema === null ? null : schemaCheck(options.jsonSchema);
  }

  *push(chunk: Uint8Array, headroom = 0): Iterable<T> {
    this.records.push(chunk, headroom);
    try {
      yield* this.read();
    } finally {
      this.records.release();
    }
  }

  *finish(): Iterable<T> {
    this.records.finish();
    yield* this.read();
    this.output.finish();
    yield* this.output.ready();
  }

  restart(): void {
    this.records = new JsonRecords(this.options, this.context.tokens);
    this.records.runner = this.output.fast;
    this.output.restart();
  }

  get stopped() {
    return this.records.stopped;
  }

  private *read(): Iterable<T> {
    const { records, output } = this;
    for (let found = records.next(); found !== WAIT; found = records.next()) {
      if (found === RECORD) this.record();
      else if (found === REJECTED) this.request.reject(records.rejected);
      if (output.isReady) yield* output.ready();
    }
  }

  private record(): void {
    const { window, start, end } = this.records;
    const reason = this.misfit(window.bytes, start, end);
    if (reason === null) {
      this.output.fast?.learn(this.records.tokens, window.offsetOf(start));
      this.output.rows.commit(end - start);
      const field = this.context.repeated;
      if (field !== null) this.request.repeatedName?.({ line: window.lineOf(start), field });
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
    const { context } = this;
    const { rows } = this.output;
    context.clear();
    if (context.tokens.tape[0] !== OBJECT) context.fail('', 'an object', 0);
    else rows.columns.read(0, rows.row);
    if (context.failed) return context.reason();
    return this.check === null ? null : this.check(bytes.subarray(start, end));
  }
}
