import type { Batch } from '../../batch.ts';
import type { EncodeRequest } from '../../format.ts';
import type { EncodeElsewhere } from './encode-columns.ts';
import { openHyparquetWriter } from './hyparquet-writer.ts';
import { type ParquetOptions, parquetOptions } from './options.ts';
import type { ParquetWriter } from './parquet-writer.ts';
import { openParquetjsLite } from './parquetjs-lite-writer.ts';
import { RowGroups } from './row-groups.ts';

/**
 * Encodes one Parquet file. As `Encoder`, but for the promises: the libraries are loaded when they are needed, and one of them
 * is asynchronous. A file whose `finish` was not reached has no footer and must not be published.
 */
export interface ParquetEncoder {
  /** The bytes that became ready; mostly none, because rows gather until there is a row group. */
  encode(batch: Batch): Promise<Uint8Array>;
  finish(): Promise<Uint8Array>;
}

/**
 * Opens an encoder of one file; `request.options` are `ParquetOptions`. `elsewhere` may have other threads encode row groups.
 *
 * @throws PARQUET_TYPE when the schema has a column that the writer cannot write.
 */
export async function openParquetEncoder(
  request: EncodeRequest,
  elsewhere: EncodeElsewhere = () => null,
): Promise<ParquetEncoder> {
  const options = parquetOptions(request.options);
  const writer = await openWriter(request, options, elsewhere);
  const groups = new RowGroups(request.schema, options.rowGroupRows);
  return {
    async encode(batch) {
      writer.check(batch);
      const parts: Uint8Array[] = [];
      for (const group of groups.push(batch)) parts.push(await writer.writeRowGroup(group));
      return Buffer.concat(parts);
    },
    async finish() {
      const rest = groups.finish();
      const parts = rest === null ? [] : [await writer.writeRowGroup(rest)];
      parts.push(await writer.finish());
      return Buffer.concat(parts);
    },
  };
}

function openWriter(
  request: EncodeRequest,
  options: ParquetOptions,
  elsewhere: EncodeElsewhere,
): Promise<ParquetWriter> {
  return options.parquetWriter === 'parquetjs-lite'
    ? openParquetjsLite(request.schema, options)
    : openHyparquetWriter(request.schema, options, elsewhere);
}
