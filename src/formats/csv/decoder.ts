import { isUtf8 } from 'node:buffer';
import type { Batch } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import type { DecodeRange, DecodeRequest, Decoder } from '../../format.ts';
import type { ShapeProgram } from '../../kernel/program.ts';
import { WHOLE } from '../lines.ts';
import { shapeText } from '../shape-text.ts';
import { FastRows } from './fast-rows.ts';
import { layoutByName } from './header.ts';
import { endOfLine, isBlankLine, lineEndLength, lineEnds, wholeLineEnd } from './line-ends.ts';
import { type CsvOptions, csvOptions } from './options.ts';
import { PendingBytes } from './pending-bytes.ts';
import { RowBuilder } from './row-builder.ts';
import { CsvTokenizer, Scan } from './tokenizer.ts';
import { csvVerdict, oddQuoteReason } from './verdict.ts';

const LF = 10;
const CR = 13;
/** How much of a too long record is kept for its reject. */
const RAW_PREFIX_BYTES = 4096;
/** How often csv-parse is asked about an odd record of one file before its answer is taken as known. */
const MAX_VERDICTS = 1000;
const BOM = [0xef, 0xbb, 0xbf];
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads one CSV file; see `csvFormat` for the rules. */
export function csvDecoder(request: DecodeRequest): Decoder {
  return decoderOf(request, true);
}

/** The same without the kernel, to hold the two against each other. */
export function plainCsvDecoder(request: DecodeRequest): Decoder {
  return decoderOf(request, false);
}

function decoderOf(request: DecodeRequest, useKernel: boolean): Decoder {
  const read = new CsvDecoder(request, useKernel);
  return {
    push: (chunk, headroom) => read.push(chunk, headroom),
    finish: () => read.finish(),
    readHead: (chunk) => read.readHead(chunk),
    get stopped() {
      return read.stopped;
    },
  };
}

/** The shape that the kernel looks for in the rows of a file that begins like this, as people read it; none where it decodes nothing. */
export function csvShapes(request: DecodeRequest, bytes: Uint8Array): string[] {
  const decoder = new CsvDecoder(request, true);
  for (const _ of decoder.push(bytes)); // what its rows are does not matter
  const names = request.schema.fields.map(({ name }) => name);
  return decoder.shapes?.shapes.map((shape) => shapeText(shape, names)) ?? [];
}

class CsvDecoder {
  private readonly options: CsvOptions;
  private readonly tokenizer: CsvTokenizer;
  private readonly rows: RowBuilder;
  private readonly comment: number;
  private readonly pending: PendingBytes;
  /** Byte offset of `view[0]` in the file, and 1-based line of the record in hand. */
  private base: number;
  private line: number;
  /** Where the first record behind the range begins, once it is reached. */
  stopped: { readonly offset: number; readonly line: number } | null = null;
  private readonly range: DecodeRange;
  /** The beginning of the file is read again for its header; what is wrong with it was told when its records were read. */
  private inHead = false;
  private view: Uint8Array = new Uint8Array(0);
  private viewIsUtf8 = false;
  private atStart: boolean;
  private headerWanted: boolean;
  /** In the tail of a line that is too long. */
  private skipping = false;
  private verdicts = 0;
  private fast: FastRows | null = null;

  constructor(
    private readonly request: DecodeRequest,
    private readonly useKernel: boolean,
  ) {
    this.options = csvOptions(request.options);
    this.pending = new PendingBytes(this.options.maxRecordBytes);
    this.range = request.range ?? WHOLE;
    this.base = this.range.start;
    this.line = this.range.line;
    this.atStart = this.range.start === 0;
    this.tokenizer = new CsvTokenizer(this.options, request.schema.fields.length);
    this.rows = new RowBuilder(request, this.options);
    this.comment = this.options.comment === '' ? -1 : this.options.comment.charCodeAt(0);
    this.headerWanted = this.options.header;
    if (!this.headerWanted) this.speedUp();
  }

  /** The layout of the records is known: the kernel may take those that fit it. */
  private speedUp(): void {
    this.fast = this.useKernel ? FastRows.of(this.options, this.rows) : null;
  }

  get shapes(): ShapeProgram | null {
    return this.fast?.program ?? null;
  }

  *push(chunk: Uint8Array, headroom = 0): Iterable<Batch> {
    if (this.inHead) this.endHead();
    yield* this.take(chunk, headroom);
  }

  private *take(chunk: Uint8Array, headroom: number): Iterable<Batch> {
    const view = this.pending.with(chunk, headroom);
    if (view === null) return;
    this.view = view;
    yield* this.decode(false);
  }

  readHead(chunk: Uint8Array): boolean {
    if (!this.headerWanted || this.range.start === 0) return true;
    if (!this.inHead) {
      this.inHead = this.atStart = true;
      this.base = 0;
      this.line = 1;
    }
    // There may be no further bytes to wait for.
    this.pending.tryAgain();
    for (const _ of this.take(chunk, 0)); // no rows come before the header is known
    if (this.headerWanted) return false;
    this.endHead();
    return true;
  }

  /** From here on bytes are those of the range. A header that did not end was all of the file, and is malformed. */
  private endHead(): void {
    if (this.headerWanted) {
      this.view = this.pending.bytes;
      for (const _ of this.decode(true));
    }
    this.inHead = false;
    this.stopped = null;
    this.pending.clear();
    this.base = this.range.start;
    this.line = this.range.line;
  }

  *finish(): Iterable<Batch> {
    if (this.inHead) this.endHead();
    this.view = this.pending.bytes;
    yield* this.decode(true);
    const rest = this.rows.take();
    if (rest !== null) yield rest;
  }

  private *decode(final: boolean): Iterable<Batch> {
    let at = this.atStart ? this.skipBom(final) : 0;
    this.viewIsUtf8 = isUtf8(this.view.subarray(0, final ? undefined : wholeCharacters(this.view)));
    while (at >= 0 && at < this.view.length) {
      if (this.isBehind(at)) break;
      const next = this.run(at) ?? this.step(at, final);
      if (next < 0) break;
      at = next;
      if (this.rows.isFull) yield this.rows.take() as Batch;
    }
    const used = Math.max(at, 0);
    this.base += used;
    this.pending.keep(this.view.subarray(used));
  }

  /** Whether the record at `at` is not wanted any more. */
  private isBehind(at: number): boolean {
    if (this.skipping || this.headerWanted) return false;
    const offset = this.base + at;
    if (offset < this.range.until && !this.inHead) return false;
    this.stopped = { offset, line: this.line };
    return true;
  }

  /** Takes the records at `at` that the kernel can; gives where the next begins, or null when it takes none. */
  private run(at: number): number | null {
    const { fast } = this;
    if (fast === null || this.skipping) return null;
    const end = Math.min(this.view.length, this.range.until - this.base);
    const next = fast.take(this.view, at, end, this.base + at);
    if (next === at) return null;
    this.line += fast.taken;
    return next;
  }

  /** Takes one line or record at `at`; gives where the next begins, or -1 when more bytes are needed. */
  private step(at: number, final: boolean): number {
    const { view } = this;
    const byte = view[at] as number;
    if (this.skipping) return this.skipLine(at, final);
    if (byte === LF || byte === CR || byte === this.comment) {
      if (byte === this.comment || this.skipsEmptyLines()) return this.skipLine(at, final);
    }
    const scan = this.tokenizer.scan(view, at, final);
    const { maxRecordBytes } = this.options;
    if (scan === Scan.record) {
      const { end, next } = this.tokenizer;
      if (end - at > maxRecordBytes) return this.tooLong(at, final);
      if (this.options.mode !== 'reject' && isBlankLine(view, at, end)) return this.skipLine(at, final);
      this.record(at, end);
      this.line += this.tokenizer.anyQuoted ? lineEnds(view, at, next) : 1;
      return next;
    }
    if (scan === Scan.unclosed) return view.length - at > maxRecordBytes ? this.tooLong(at, final) : this.unclosed(at);
    if (scan === Scan.irregular) {
      const end = wholeLineEnd(view, this.tokenizer.at, final);
      if (end >= 0) return end - at > maxRecordBytes ? this.tooLong(at, final) : this.irregular(at, end, final);
    }
    // Two bytes more than the limit are enough to know: the line end, and whether LF follows CR.
    return view.length - at > maxRecordBytes + 2 ? this.tooLong(at, final) : -1;
  }

  private record(at: number, end: number): void {
    const text = this.viewIsUtf8 || isUtf8(this.view.subarray(at, end));
    if (!text) {
      this.headerOrMalformed(at, end, 'not valid UTF-8');
    } else if (this.headerWanted) {
      this.header();
    } else {
      const problem = this.rows.add(this.tokenizer, end - at);
      if (problem !== null) this.malformed(at, end, problem, true);
    }
  }

  private header(): void {
    const { tokenizer } = this;
    this.headerWanted = false;
    if (tokenizer.count > this.options.maxColumns) {
      this.rows.layout = {
        ...this.rows.layout,
        problem: `line ${this.line}: the header has ${tokenizer.count} columns, maxColumns is ${this.options.maxColumns}`,
      };
      return;
    }
    const names = Array.from({ length: tokenizer.count }, (_, i) =>
      decoder.decode(tokenizer.bytes.subarray(tokenizer.starts[i], tokenizer.ends[i])),
    );
    this.rows.layout = layoutByName(this.rows.fileColumns, names, this.line);
    this.speedUp();
  }

  /** A record whose quotes are not RFC 4180's, up to the end of the line where that shows: csv-parse decides. */
  private irregular(at: number, end: number, final: boolean): number {
    const { tokenizer } = this;
    const record = this.view.subarray(at, end);
    if (!isUtf8(record)) return this.brokenLine(at, 'not valid UTF-8');
    if (!this.asksCsvParse()) return this.brokenLine(at, oddQuoteReason(tokenizer.odd, tokenizer.count));
    const verdict = csvVerdict(record, this.options);
    if ('reason' in verdict) return this.brokenLine(at, verdict.reason);
    tokenizer.take(verdict.fields);
    this.record(at, end);
    this.line += lineEnds(this.view, at, end);
    return this.skipLine(end, final);
  }

  /**
   * Asking takes some 50 microseconds, so a file full of odd quotes would take hours. csv-parse takes a record that the
   * tokenizer refuses only when a NUL follows a closing quote, or some white space where it is to be trimmed; all others
   * have an answer that is known once it was heard often enough.
   */
  private asksCsvParse(): boolean {
    const { ignoreLeadingWhiteSpace, ignoreTrailingWhiteSpace } = this.options;
    if (ignoreLeadingWhiteSpace || ignoreTrailingWhiteSpace || this.view[this.tokenizer.at] === 0) return true;
    return this.verdicts++ < MAX_VERDICTS;
  }

  /** An open quote would swallow the rest of the file: only its line is given up, and the next is read afresh. */
  private unclosed(at: number): number {
    return this.brokenLine(at, `a quote opened in line ${this.line} is never closed`);
  }

  /** The record at `at` is malformed; what follows its first line is read on its own. */
  private brokenLine(at: number, reason: string): number {
    const found = endOfLine(this.view, at);
    const end = found < 0 ? this.view.length : found;
    this.headerOrMalformed(at, end, reason);
    this.line++;
    return end + lineEndLength(this.view, end);
  }

  private tooLong(at: number, final: boolean): number {
    const limit = at + this.options.maxRecordBytes;
    const lineEnd = endOfLine(this.view, at);
    const oneLine = lineEnd < 0 || lineEnd > limit;
    const reason = oneLine
      ? `longer than maxRecordBytes (${this.options.maxRecordBytes})`
      : `a quote opened in line ${this.line} is not closed within maxRecordBytes (${this.options.maxRecordBytes})`;
    if (!oneLine) return this.brokenLine(at, reason);
    this.headerOrMalformed(at, at + Math.min(RAW_PREFIX_BYTES, this.options.maxRecordBytes), reason);
    this.skipping = true;
    return this.skipLine(limit, final);
  }

  private headerOrMalformed(at: number, end: number, reason: string): void {
    if (this.headerWanted) {
      this.headerWanted = false;
      this.rows.layout = { ...this.rows.layout, problem: `line ${this.line}: the header is malformed (${reason})` };
    }
    this.malformed(at, end, reason);
  }

  /** Goes on behind the line end, over several chunks if need be. */
  private skipLine(at: number, final: boolean): number {
    const { view } = this;
    const end = wholeLineEnd(view, at, final);
    if (end < 0) {
      // All but a CR at the end, which may be half of a line end.
      const skipped = view[view.length - 1] === CR ? view.length - 1 : view.length;
      this.skipping = true;
      return skipped > at ? skipped : -1;
    }
    this.skipping = false;
    this.line++;
    return end + lineEndLength(view, end);
  }

  /**
   * An empty line is no record, but where a record is one field it is that field, null. Spark drops it there too.
   */
  private skipsEmptyLines(): boolean {
    return this.options.mode !== 'reject' || this.headerWanted || this.rows.layout.width !== 1;
  }

  /** Does with the record `view[at .. end)` what the mode says. `partial`: the row builder holds what could be read. */
  private malformed(at: number, end: number, reason: string, partial = false): void {
    if (this.inHead) return;
    const bytes = this.view.subarray(at, end);
    const byteOffset = this.base + at;
    switch (this.options.mode) {
      case 'reject': {
        const raw = isUtf8(bytes)
          ? { raw: decoder.decode(bytes) }
          : { rawBase64: Buffer.from(bytes).toString('base64') };
        this.request.reject({ line: this.line, byteOffset, reason, ...raw });
        return;
      }
      case 'permissive':
        this.rows.addMalformed(bytes, partial);
        return;
      case 'dropmalformed':
        this.request.dropped(1);
        return;
      case 'failfast':
        throw dataError(
          'MALFORMED_RECORD',
          `line ${this.line} (byte ${byteOffset}): ${reason}. The record is ${JSON.stringify(decoder.decode(bytes.subarray(0, 200)))}. ` +
            'Mend the input, or set mode to reject, permissive or dropmalformed.',
        );
    }
  }

  private skipBom(final: boolean): number {
    const { view } = this;
    const length = Math.min(3, view.length);
    for (let i = 0; i < length; i++) {
      if (view[i] !== BOM[i]) {
        this.atStart = false;
        return 0;
      }
    }
    if (length < 3 && !final) return -1;
    this.atStart = false;
    return length === 3 ? 3 : 0;
  }
}

/** How many bytes hold whole characters: a character that the end cuts off does not count. */
function wholeCharacters(bytes: Uint8Array): number {
  let p = bytes.length;
  while (p > 0 && p > bytes.length - 4 && ((bytes[p - 1] as number) & 0xc0) === 0x80) p--;
  return p > 0 && (bytes[p - 1] as number) >= 0xc0 ? p - 1 : bytes.length;
}
