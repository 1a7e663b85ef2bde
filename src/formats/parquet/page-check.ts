import { readThriftStruct, type ThriftStruct } from './thrift.ts';

/**
 * What a page says of itself is held against what is there, before the library reads it: it trusts its numbers, and one flipped
 * bit in the length of a run makes it grow an array until the process is ended.
 */

/** A column of a row group, as far as its pages are checked by it. */
export interface ColumnChunk {
  /** For people. */
  readonly name: string;
  readonly isBoolean: boolean;
  /** Values, nulls included, in all its pages. */
  readonly values: number;
  readonly maxDefinitionLevel: number;
  readonly maxRepetitionLevel: number;
  readonly codec: string;
}

export class PageError extends Error {}

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
const RUN_LENGTH_ENCODINGS = [2, 3, 8];
const RUN_LENGTH = 3;

/** How many times longer the pages of a codec can become. Others are bounded by `MAX_PAGE_BYTES` alone. */
const MOST_TIMES: Readonly<Record<string, number>> = { UNCOMPRESSED: 1, SNAPPY: 64, GZIP: 1100 };
/** Writers end with whole groups of eight, some with as many as one byte can count. */
const MOST_FILLED_UP = 63 * 8;
const MAX_PAGE_BYTES = 1024 * 1024 * 1024;

interface Page {
  readonly kind: number;
  readonly size: number;
  readonly values: number;
  readonly encoding: number;
}

/** The pages of one column chunk. */
export class PageCheck {
  /** By where their bytes begin in the chunk. */
  private readonly pages = new Map<number, Page>();

  constructor(
    private readonly column: ColumnChunk,
    private readonly inflate: (bytes: Uint8Array, size: number) => Uint8Array,
  ) {}

  /** Checks the headers of all pages, and what of them is never compressed. @throws PageError */
  chunk(bytes: Uint8Array): void {
    let values = 0;
    for (let at = 0; at < bytes.length - 1; ) {
      const header = readThriftStruct(bytes, at);
      const size = this.count(header, 3, 'a compressed size');
      const start = header.end;
      at = start + size;
      if (at > bytes.length) this.fail('a page is longer than its column');
      const page = this.page(header, size);
      this.pages.set(start, page);
      if (page.kind !== DICTIONARY_PAGE) values += page.values;
      if (values > this.column.values) this.fail(`its pages hold more than its ${this.column.values} values`);
      if (page.kind !== DATA_PAGE_V2) continue;
      const levels = this.levelsBefore(header, bytes.subarray(start, at), page);
      this.pages.set(start + levels, page);
    }
  }

  /** Undoes the compression of the page whose bytes begin at `start` of the chunk, and checks its runs. @throws PageError */
  readonly decompress = (start: number, bytes: Uint8Array, size: number): Uint8Array => {
    const page = this.pages.get(start) ?? this.fail('the library found a page where none begins');
    const content = size === 0 ? new Uint8Array(0) : this.inflate(bytes, size);
    if (page.kind === DATA_PAGE) this.content(content, page);
    return content;
  };

  private page(header: ThriftStruct, size: number): Page {
    const { codec } = this.column;
    const kind = header.fields.get(1);
    const whole = this.count(header, 2, 'a size');
    if (whole > Math.min(MAX_PAGE_BYTES, (MOST_TIMES[codec] ?? MAX_PAGE_BYTES) * size + 1024)) {
      this.fail(`a page of ${size} bytes says that it becomes ${whole}`);
    }
    if (kind !== DATA_PAGE && kind !== DICTIONARY_PAGE && kind !== DATA_PAGE_V2) this.fail(`a page of kind ${kind}`);
    const own = header.fields.get(kind === DATA_PAGE ? 5 : kind === DICTIONARY_PAGE ? 7 : 8);
    if (typeof own !== 'object') return this.fail('a page has no header of its kind');
    const values = this.count(own, 1, 'a number of values');
    const encoding = own.fields.get(kind === DATA_PAGE_V2 ? 4 : 2);
    if (kind === DICTIONARY_PAGE && values > whole * 8) this.fail(`a dictionary of ${values} values in ${whole} bytes`);
    return { kind, size: whole, values, encoding: typeof encoding === 'number' ? encoding : -1 };
  }

  /** The first version: lengths stand before the levels, all of it compressed. */
  private content(bytes: Uint8Array, { values, encoding }: Page): void {
    const { maxRepetitionLevel, maxDefinitionLevel, isBoolean } = this.column;
    let at = 0;
    for (const most of [maxRepetitionLevel, maxDefinitionLevel]) {
      if (most === 0) continue;
      at = this.sized(bytes, at, bitWidth(most), values);
    }
    if (!RUN_LENGTH_ENCODINGS.includes(encoding)) return;
    if (isBoolean && encoding === RUN_LENGTH) this.sized(bytes, at, 1, values);
    else this.runs(bytes.subarray(at + 1), bytes[at] ?? 0, values, false);
  }

  /** The second version: levels stand before what is compressed. Gives their length. */
  private levelsBefore(header: ThriftStruct, bytes: Uint8Array, page: Page): number {
    const own = header.fields.get(8) as ThriftStruct;
    const nulls = this.count(own, 2, 'a number of nulls');
    const rows = this.count(own, 3, 'a number of rows');
    const definitions = this.count(own, 5, 'a length of levels');
    const repetitions = this.count(own, 6, 'a length of levels');
    const { maxRepetitionLevel, maxDefinitionLevel, isBoolean } = this.column;
    if (nulls > page.values || rows > page.values) this.fail('a page has more nulls or rows than values');
    if (repetitions + definitions > Math.min(bytes.length, page.size)) this.fail('levels are longer than their page');
    if (maxRepetitionLevel > 0)
      this.runs(bytes.subarray(0, repetitions), bitWidth(maxRepetitionLevel), page.values, true);
    const behind = bytes.subarray(repetitions, repetitions + definitions);
    if (maxDefinitionLevel > 0) this.runs(behind, bitWidth(maxDefinitionLevel), page.values, true);
    if (!RUN_LENGTH_ENCODINGS.includes(page.encoding)) return repetitions + definitions;
    const compressed = bytes.subarray(repetitions + definitions);
    const isCompressed = own.fields.get(7) !== false;
    const size = page.size - repetitions - definitions;
    const content = isCompressed && size > 0 ? this.inflate(compressed, size) : compressed;
    if (isBoolean && page.encoding === RUN_LENGTH) this.sized(content, 0, 1, page.values - nulls);
    else this.runs(content.subarray(1), content[0] ?? 0, page.values - nulls, true);
    return repetitions + definitions;
  }

  /** Runs behind their length; gives where they end. */
  private sized(bytes: Uint8Array, at: number, width: number, values: number): number {
    const length = at + 4 > bytes.length ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
    const end = at + 4 + length;
    if (length < 0 || end > bytes.length) this.fail('levels are longer than their page');
    this.runs(bytes.subarray(at + 4, end), width, values, true);
    return end;
  }

  /** Runs of numbers of `width` bits: `values` of them, or, without `exact`, at most. */
  private runs(bytes: Uint8Array, width: number, values: number, exact: boolean): void {
    if (width > 32) this.fail(`numbers of ${width} bits`);
    let seen = 0;
    for (let at = 0; seen < values; ) {
      if (at >= bytes.length) {
        if (exact) this.fail(`its runs end after ${seen} of ${values} values`);
        return;
      }
      let head = 0;
      let shift = 0;
      for (; ; shift += 7) {
        const byte = bytes[at++] ?? 0;
        head += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
        if (shift > 28) this.fail('a run without a length');
      }
      const groups = head % 2 === 1 ? (head - 1) / 2 : 0;
      const count = head % 2 === 1 ? groups * 8 : head / 2;
      // Groups of eight may be filled up; nothing else goes past the end.
      const left = values - seen;
      if (count > (groups > 0 ? left + MOST_FILLED_UP : left))
        this.fail(`a run of ${count} where ${left} values are left`);
      at += groups > 0 ? groups * width : Math.ceil(width / 8);
      seen += count;
    }
  }

  private count(header: ThriftStruct, field: number, what: string): number {
    const value = header.fields.get(field);
    if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff) return value;
    return this.fail(`a page header lacks ${what}`);
  }

  private fail(what: string): never {
    throw new PageError(`column "${this.column.name}": ${what}`);
  }
}

function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}
