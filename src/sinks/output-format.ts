import type { Batch } from '../batch.ts';
import type { EncodeRequest, Format } from '../format.ts';

/** A format encodes at once, or, when its library has to be loaded first (Parquet), opens an encoder. */
export type OutputFormat = Pick<Format, 'name' | 'extension' | 'encoder' | 'rowOptions'> | FileWritingFormat;

export interface FileWritingFormat {
  readonly name: string;
  readonly extension: string;
  openEncoder(request: EncodeRequest): Promise<OutputEncoder>;
}

/** Encodes one file. */
export interface OutputEncoder {
  encode(batch: Batch): Uint8Array | Promise<Uint8Array>;
  finish(): Uint8Array | Promise<Uint8Array>;
}

/** An encoder of one file, whichever way the format has. */
export async function openEncoder(format: OutputFormat, request: EncodeRequest): Promise<OutputEncoder> {
  return 'openEncoder' in format ? await format.openEncoder(request) : format.encoder(request);
}
