import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { type Batch, batchOf, type Cell } from '../../../src/batch.ts';
import { SeenFiles } from '../../../src/checkpoint/seen-files.ts';
import { csvFormat } from '../../../src/formats/csv/csv-format.ts';
import { jsonFormat } from '../../../src/formats/json/index.ts';
import { parquetFormat } from '../../../src/formats/parquet/parquet-format.ts';
import { nodeDisk } from '../../../src/fs/node-disk.ts';
import { field, INT, LONG, type Schema, STRING, struct, TIMESTAMP } from '../../../src/schema.ts';
import { openFileSink } from '../../../src/sinks/file.ts';
import { openFileSource } from '../../../src/sources/file/file-source.ts';
import { checkFileSourceOptions } from '../../../src/sources/file/options.ts';
import type { InputFormat } from '../../../src/sources/file/read-split.ts';
import { collect, newFolder, nextSplits, patientClock, removeFolders } from '../support.ts';

afterEach(removeFolders);

const SCHEMA: Schema = struct([field('k', STRING), field('t', TIMESTAMP), field('v', LONG), field('p', INT)]);
const ROWS: Cell[][] = [
  ['a, "quoted"\nline', 1_700_000_000_123_456, 9007199254740993n, 1],
  ['é', 0, -5, 2],
  ['x', -1, 7, 1],
];

async function* rows(): AsyncGenerator<Batch> {
  yield batchOf(SCHEMA, ROWS);
}

function sourceOver(folder: string, format: InputFormat, seen: SeenFiles) {
  return openFileSource({
    disk: nodeDisk,
    clock: patientClock(),
    path: folder,
    format,
    formatOptions: format.name === 'csv' ? { header: true } : {},
    schema: SCHEMA,
    options: checkFileSourceOptions({ maxFilesPerTrigger: 1, settle: format.name === 'parquet' ? 500 : 0 }),
    seen,
    onWarning: (message) => {
      throw new Error(message);
    },
  });
}

test.each([
  ['csv', csvFormat],
  ['json', jsonFormat],
  ['parquet', parquetFormat],
] as const)(
  'what the file sink writes as %s, the file source reads, each file once over restarts',
  async (_, format) => {
    const [folder, checkpoint] = [newFolder(), newFolder()];
    const formatOptions = format.name === 'csv' ? { header: true } : {};
    const sink = openFileSink({
      disk: nodeDisk,
      directory: folder,
      format,
      formatOptions,
      queryId: 'abcdefgh',
      partitionBy: ['p'],
    });
    await sink.write({
      batchId: 0,
      schema: SCHEMA,
      batchTimeMs: 0,
      outputMode: 'append',
      rows: rows(),
      signal: new AbortController().signal,
    });
    let start: unknown = { logOffset: -1 };
    const read: unknown[][] = [];
    for (let batchId = 0; batchId < 3; batchId++) {
      const source = sourceOver(folder, format, SeenFiles.open(nodeDisk, join(checkpoint, 'seen')));
      async function* held() {
        for (const [id, offset] of offsets.entries()) yield { batchId: id, ...offset };
      }
      await source.restore?.(held());
      const next = await nextSplits(source, start, source.readLimit);
      if (batchId === 2) {
        expect(next).toBeNull();
        break;
      }
      offsets.push({ offset: next?.end, splits: next?.splits ?? [] });
      read.push(...(await collect(source, next?.splits ?? [])).rows);
      await source.commit?.(batchId, next?.end, next?.splits ?? []);
      start = next?.end;
      await source.close();
    }
    const byText = (list: unknown[][]) => [...list].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    expect(byText(read)).toEqual(byText(ROWS));
  },
);

const offsets: { offset: unknown; splits: unknown[] }[] = [];
afterEach(() => void offsets.splice(0));
