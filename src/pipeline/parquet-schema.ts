import { resolve } from 'node:path';
import { configError } from '../errors.ts';
import { parquetFormat } from '../formats/parquet/parquet-format.ts';
import { listFiles } from '../fs/list.ts';
import { nodeDisk } from '../fs/node-disk.ts';
import type { Schema } from '../schema.ts';

/**
 * The schema that a folder's Parquet files carry, read from the first of them: `read.schema(await parquetSchema(dir)).parquet(dir)`.
 * Errors: PARQUET_NO_FILES, PARQUET_FILE.
 */
export async function parquetSchema(path: string): Promise<Schema> {
  const [first] = [...listFiles(nodeDisk, resolve(path), { recursive: true, unreadable: () => {} })]
    .map((file) => file.path)
    .sort();
  if (first === undefined)
    throw configError('PARQUET_NO_FILES', `${path} holds no Parquet file to take the schema from.`);
  const file = nodeDisk.openRead(first);
  try {
    const { size } = nodeDisk.fstat(file);
    const reader = await parquetFormat.open({
      size,
      async read(start, endExclusive) {
        const bytes = new Uint8Array(endExclusive - start);
        let at = 0;
        while (at < bytes.length) {
          const read = nodeDisk.read(file, bytes, at, bytes.length - at, start + at);
          if (read === 0) break;
          at += read;
        }
        return bytes.subarray(0, at);
      },
    });
    return reader.schema;
  } finally {
    nodeDisk.close(file);
  }
}
