import { configError, dataError } from '../../errors.ts';
import type { DecodeRequest, Decoder } from '../../format.ts';
import { Lines } from '../lines.ts';
import { invalidUtf8At } from '../utf8.ts';
import { WholeInput } from '../whole-input.ts';
import { type Column, TextColumn } from './columns.ts';
import type { JsonOptions } from './options.ts';
import { ReadContext } from './read-context.ts';
import type { OpenOutput, RecordOutput } from './record-output.ts';
import type { RowBuilder } from './row-builder.ts';
import { utf8Text } from './strings.ts';
import { ARRAY, OBJECT, Tokenizer, VALUE } from './tokenizer.ts';
import { zoneOffset } from './zone-offset.ts';

const textEncoder = new TextEncoder();
const HORIZONTAL_BLANKS = [32, 9, 10, 13];

/**
 * Spark's modes (`JacksonParser`, `FailureSafeParser`): a record is a line, or with `multiLine` the whole file. An
 * array gives one row per element. Behind the first value, the rest of a record does not count. A record that is not JSON has no partial result;
 * in one that has a field of the wrong type, that field is null and the rest is kept.
 *
 * permissive: the row with what could be kept, the record's text in the corrupt-record column; dropmalformed: no row;
 * failfast: MALFORMED_RECORD is thrown.
 */
export class SparkDecoder<T> implements Decoder<T> {
  private readonly records: Lines | WholeInput;
  private readonly tokens: Tokenizer;
  private readonly context: ReadContext;
  private readonly rows: RowBuilder;
  private readonly corrupt: TextColumn | null;
  private readonly output: RecordOutput<T>;
  /** The tape entries of the objects in the record that are rows, as far as they are JSON. */
  private entries: number[] = [];
  private ran = false;

  constructor(
    private readonly request: DecodeRequest,
    private readonly options: JsonOptions,
    open: OpenOutput<T>,
  ) {
    const { schema } = request;
    this.records = options.multiLine
      ? new WholeInput(options.maxRecordBytes)
      : new Lines(options.maxRecordBytes, request.range);
    this.tokens = new Tokenizer(options, 'spark');
    this.context = new ReadContext(this.tokens, false, zoneOffset(options.timeZone));
    const corruptIndex = schema.fields.findIndex(({ name }) => name === options.columnNameOfCorruptRecord);
    this.output = open(request, options, this.context);
    this.rows = this.output.rows;
    this.corrupt = corruptIndex < 0 ? null : corruptColumn(this.rows.columns.children[corruptIndex], options);
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

  get stopped() {
    return this.records instanceof Lines ? this.records.stopped : null;
  }

  private *read(): Iterable<T> {
    while (this.run() || this.records.next()) {
      if (!this.ran) this.record();
      if (this.output.isReady) yield* this.output.ready();
    }
  }

  /** Takes the next lines through the kernel, as far as they fit. */
  private run(): boolean {
    const { records } = this;
    const { fast } = this.output;
    this.ran = fast !== null && records instanceof Lines && records.pass(fast);
    return this.ran;
  }

  private record(): void {
    const { bytes, start, end, tooLong } = this.records;
    // Of what is too long only the beginning is here, which may well be blank.
    if (!tooLong && isBlank(bytes, start, end)) return;
    const reason = this.misfit();
    if (reason !== null) this.malformed(reason);
    else {
      const { records, tokens } = this;
      if (records instanceof Lines) this.output.fast?.learn(tokens, records.byteOffset);
      for (const entry of this.entries) this.keep(entry, false);
    }
  }

  /** Why the record is malformed, or null. Sets `entries`. A single row is written then, several are not yet. */
  private misfit(): string | null {
    const { tokens, context, rows } = this;
    const { bytes, start, end, tooLong } = this.records;
    this.entries = [];
    context.clear();
    if (tooLong) return `longer than ${this.options.maxRecordBytes} bytes (maxRecordBytes)`;
    if (tokens.tokenize(bytes, start, end, true) !== VALUE) return tokens.reason;
    const entries = objectsOf(tokens.tape);
    if (entries === null) return 'expected an object or an array of objects';
    this.entries = entries;
    // All rows of a record share its fate, which is known when all are read.
    for (const entry of entries) rows.columns.read(entry, rows.row);
    return context.failed ? context.reason() : null;
  }

  private malformed(reason: string): void {
    const { mode, multiLine } = this.options;
    const { entries } = this;
    if (mode === 'failfast') {
      const where = multiLine ? '' : `line ${this.records.number}: `;
      throw dataError(
        'MALFORMED_RECORD',
        `${where}${reason}. Mode failfast stops at the first malformed record; use mode permissive, dropmalformed or reject to go on.`,
      );
    }
    if (mode === 'dropmalformed') this.request.dropped(Math.max(1, entries.length));
    else if (entries.length > 0) for (const entry of entries) this.keep(entry, true);
    else {
      for (const child of this.rows.columns.children) child.setNull(this.rows.row);
      this.commit(true);
    }
  }

  private keep(entry: number, malformed: boolean): void {
    if (this.entries.length > 1) {
      this.context.clear();
      this.rows.columns.read(entry, this.rows.row);
    }
    this.commit(malformed);
  }

  private commit(malformed: boolean): void {
    const { rows, corrupt, records } = this;
    const field = this.context.repeated;
    if (field !== null) this.request.repeatedName?.({ line: records.number, field });
    // Whatever a field of that name in the record held, the column is ours.
    if (malformed && corrupt !== null) this.setCorrupt(corrupt);
    else corrupt?.setNull(rows.row);
    rows.commit(records.end - records.start);
  }

  private setCorrupt(column: TextColumn): void {
    const { bytes, start, end } = this.records;
    if (invalidUtf8At(bytes, start, end) < 0) column.setBytes(bytes, start, end, this.rows.row);
    else {
      const text = textEncoder.encode(utf8Text(bytes, start, end));
      column.setBytes(text, 0, text.length, this.rows.row);
    }
  }
}

function corruptColumn(column: Column | undefined, options: JsonOptions): TextColumn {
  if (column instanceof TextColumn) return column;
  const name = options.columnNameOfCorruptRecord;
  throw configError(
    'JSON_OPTION',
    `json: column "${name}" takes the text of malformed records, so its type is string.`,
  );
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!HORIZONTAL_BLANKS.includes(bytes[at] as number)) return false;
  return true;
}

/** The tape entries of the objects that are rows; null when the value is not made of objects. */
function objectsOf(tape: Int32Array): number[] | null {
  if (tape[0] === OBJECT) return [0];
  if (tape[0] !== ARRAY) return null;
  const entries: number[] = [];
  const last = tape[3] as number;
  for (let entry = 4; entry < last; entry = tape[entry + 3] as number) {
    if (tape[entry] !== OBJECT) return null;
    entries.push(entry);
  }
  return entries;
}
