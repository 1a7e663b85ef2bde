import type { Clock } from '../../src/clock.ts';
import { createSession, type DataFrame, type DataStreamWriter } from '../../src/index.ts';
import type { ModelDisk } from './model-disk.ts';

/** Where a query on a model disk reads and writes. */
export const IN = '/model/in';
export const OUT = '/model/out';
export const CHECKPOINT = '/model/checkpoint';

export interface ModelQueryOptions {
  /** Options of the file source; a batch takes one file unless they say otherwise. */
  readonly source?: Readonly<Record<string, unknown>>;
  /** Options of the writer. */
  readonly writer?: Readonly<Record<string, unknown>>;
  readonly conf?: Parameters<DataStreamWriter['conf']>[0];
  readonly filter?: string;
  readonly clock?: Clock;
}

/** A query over JSON files of `n LONG` to JSON files, on a model disk, to be started. */
export function modelQuery(disk: ModelDisk, options: ModelQueryOptions = {}): DataStreamWriter {
  const clock = options.clock ?? { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => {} };
  const table: DataFrame = createSession({ disk, clock })
    .readStream.format('json')
    .schema('n LONG')
    .options({ settle: 0, maxFilesPerTrigger: 1, poll: true, ...options.source })
    .load(IN);
  return (options.filter === undefined ? table : table.filter(options.filter)).writeStream
    .format('json')
    .options({ checkpointLocation: CHECKPOINT, ...options.writer })
    .conf(options.conf ?? {})
    .trigger({ availableNow: true });
}

/** Runs it over all that is there. */
export async function runModelQuery(disk: ModelDisk, options: ModelQueryOptions = {}): Promise<void> {
  const query = await modelQuery(disk, options).start(OUT);
  await query.awaitTermination();
}

/** The numbers in all output files, in order of the batches. */
export function numbersIn(disk: ModelDisk): number[] {
  const files = disk.files().filter((path) => path.startsWith(`${OUT}/part-`));
  return files.flatMap((path) =>
    new TextDecoder()
      .decode(disk.readFile(path))
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n),
  );
}

/** Files that are not hidden, below a folder. */
export function filesIn(disk: ModelDisk, folder: string): string[] {
  return disk.files().filter((path) => path.startsWith(`${folder}/`) && !/\/[._]/.test(path));
}
