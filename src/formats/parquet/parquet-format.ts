import { openParquetEncoder } from './encoder.ts';
import { openParquet, verifyParquet } from './reader.ts';

/**
 * Parquet. It is no `Format`: a file is read from its end, and the libraries are asynchronous and loaded only when a
 * Parquet file is read or written.
 */
export const parquetFormat = {
  name: 'parquet',
  extension: '.parquet',
  openEncoder: openParquetEncoder,
  open: openParquet,
  verify: verifyParquet,
} as const;
