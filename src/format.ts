import type { Batch } from './batch.ts';
import type { Schema } from './schema.ts';
import type { RejectedRecord } from './source.ts';

/**
 * A format turns bytes into batches and batches into bytes. It knows nothing of paths, sources and sinks.
 * Law: decoding does not depend on how the bytes were cut into chunks; encode then decode gives the same rows.
 */
export interface Format {
  readonly name: string;
  /** File name ending of what `encode` writes, with the dot. */
  readonly extension: string;
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
}

/** Decodes one file. A row-less result is not yielded. */
export interface Decoder {
  /** Takes the next bytes. They belong to the caller again when the iteration is over. */
  push(chunk: Uint8Array): Iterable<Batch>;
  /** The input is complete. */
  finish(): Iterable<Batch>;
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
