import type { Batch } from './batch.ts';
import type { Schema } from './schema.ts';
import type { RejectedRecord, RepeatedName } from './source.ts';

/**
 * A format turns bytes into batches and batches into bytes. It knows nothing of paths, sources and sinks.
 * Law: decoding does not depend on how the bytes were cut into chunks; encode then decode gives the same rows.
 */
export interface Format {
  readonly name: string;
  /** File name ending of what `encode` writes, with the dot. */
  readonly extension: string;
  /** Options with which `encode` gives the bytes of rows alone, for files that are their rows one behind another, behind a header maybe. */
  readonly rowOptions?: (options: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Whether files can be decoded in parts, each by itself (`DecodeRequest.range`). */
  readonly decodesRanges?: (options: Readonly<Record<string, unknown>>) => boolean;
  decoder(request: DecodeRequest): Decoder;
  encoder(request: EncodeRequest): Encoder;
}

export interface DecodeRequest {
  /** The columns wanted, in this order. */
  readonly schema: Schema;
  /** Options of the format, already checked; unknown keys were refused. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where a record that does not fit goes in `mode: reject`. `source` is filled in by the caller. */
  reject(record: Omit<RejectedRecord, 'source'>): void;
  /** Rows dropped by DROPMALFORMED. */
  dropped(rows: number): void;
  /** A record that became a row has a name more than once. Absent: nobody asks. */
  repeatedName?(found: Omit<RepeatedName, 'source'>): void;
  /** The columns of `schema` that will be read, by position; absent: all. The others are checked as ever, but have no values. */
  readonly needed?: readonly number[] | undefined;
  /** Each batch is given back when the next is asked for: its memory may be used again. */
  readonly reuse?: boolean;
  /** The part of the file that is wanted, where the format can decode parts; absent: the whole file. */
  readonly range?: DecodeRange;
}

/** The records of a file that begin at or behind byte `start`, where one begins, and before byte `until`. */
export interface DecodeRange {
  readonly start: number;
  readonly until: number;
  /** 1-based line at `start`. */
  readonly line: number;
}

/** Decodes one file. A row-less result is not yielded. */
export interface Decoder<T = Batch> {
  /**
   * Takes the next bytes. They belong to the caller again when the iteration is over; until then the `headroom` bytes in front of them, in
   * their buffer, may be written.
   */
  push(chunk: Uint8Array, headroom?: number): Iterable<T>;
  /** The input is complete. */
  finish(): Iterable<T>;

  /**
   * Takes bytes from the beginning of the file, for a range that begins further on, where they say what its records mean (the header of
   * CSV). True: that is known now; then the range's bytes are pushed.
   */
  readHead?(chunk: Uint8Array): boolean;
  /**
   * Begins another file, as a new decoder of the same request would: after `finish`, where the whole file was wanted. Absent: each file needs
   * a decoder of its own.
   */
  restart?(): void;
  /** Where the first record behind the range begins, and its line, once that is known; bytes behind it are not looked at. */
  readonly stopped?: { readonly offset: number; readonly line: number } | null;
}

export interface EncodeRequest {
  readonly schema: Schema;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Encodes one file. */
export interface Encoder {
  encode(batch: Batch): Uint8Array;
  finish(): Uint8Array;
}

/** Formats that are read from their end (Parquet) decode from random access instead of a stream. */
export interface RandomAccess {
  readonly size: number;
  read(start: number, endExclusive: number): Promise<Uint8Array>;
}
