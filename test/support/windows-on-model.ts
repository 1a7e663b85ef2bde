import { createHash } from 'node:crypto';
import { acquireLock } from '../../src/fs/lock.ts';
import { col, count, createSession, window } from '../../src/index.ts';
import { applyRewind } from '../../src/pipeline/care/rewind.ts';
import { planRewind } from '../../src/pipeline/care/rewind-plan.ts';
import { type ModelDisk, PowerLoss } from './model-disk.ts';

export const CHECKPOINT = '/model/checkpoint';
export const OUT = '/model/out';
const IN = '/model/in';

export interface ModelQuery {
  readonly checkpoint?: string;
  readonly out?: string;
  readonly sparkManifest?: boolean;
  /** Where its output goes; by default to files. */
  readonly foreachBatch?: boolean;
  /** Batches whose logs and state are kept; by default 100. */
  readonly keepBatches?: number;
}

export const inputFile = (n: number) => `${IN}/${String(n).padStart(3, '0')}.json`;

/** Puts the files of batches `from` to `to` - 1 there: two events each, ten seconds later than those before, and a broken one now and then. */
export function deliver(disk: ModelDisk, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + (n * 10 + second) * 1000).toISOString();
    const rows = [`{"ts":"${at(1)}","id":${n}}`, `{"ts":"${at(2)}","id":${n}}`, ...(n % 4 === 0 ? ['{"ts":'] : [])];
    disk.writeFile(inputFile(n), `${rows.join('\n')}\n`);
  }
}

/** Counts events in windows, a file per batch, until all is done, as a process of its own would. Rejects with what stopped it. */
export async function runModel(disk: ModelDisk, query: ModelQuery = {}): Promise<void> {
  const clock = { nowMs: () => 1_767_225_600_000, monotonicMs: () => 0, sleep: async () => {} };
  const table = createSession({ disk, clock })
    .readStream.format('json')
    .schema('ts TIMESTAMP NOT NULL, id INT NOT NULL')
    .options({ mode: 'REJECT', settle: 0, maxFilesPerTrigger: 1 })
    .load(IN)
    .withWatermark('ts', '5 seconds')
    .groupBy(window('ts', '10 seconds'))
    .agg(count().as('events'))
    .select(col('window.start').as('start'), col('events'));
  const out = query.out ?? OUT;
  const options = { header: true, checkpointLocation: query.checkpoint ?? CHECKPOINT };
  const writer = query.foreachBatch
    ? table.writeStream
        .foreachBatch((batch) => batch.write.csv(out).then(() => {}))
        .options({ checkpointLocation: options.checkpointLocation, rejectsPath: out })
    : table.writeStream.format('csv').options({ ...options, path: out, sparkManifest: query.sparkManifest === true });
  const kept = query.keepBatches === undefined ? {} : { keepBatches: query.keepBatches };
  const started = await writer.conf(kept).trigger({ availableNow: true }).start();
  await started.awaitTermination();
}

/** Takes the query back, as `clickstream checkpoint rewind` does. */
export async function rewindModel(disk: ModelDisk, toBatch: number, effectsUndone = false): Promise<void> {
  const lock = await acquireLock(disk, CHECKPOINT, 'rewind');
  try {
    applyRewind(disk, await planRewind(disk, CHECKPOINT, toBatch, effectsUndone));
  } finally {
    lock.release();
  }
}

/** Every output file by name: the hash of its bytes; the query's id and the files' times are taken out. */
export function outputOf(disk: ModelDisk, out = OUT): Record<string, string> {
  const text = (path: string) => Buffer.from(disk.readFile(path)).toString('latin1');
  const { queryId } = JSON.parse(text(`${out}/_clickstream/owner.json`)) as { queryId: string };
  const output: Record<string, string> = {};
  for (const path of disk.files().filter((file) => file.startsWith(`${out}/`))) {
    const name = path.slice(out.length + 1).replaceAll(queryId.slice(0, 8), 'QUERY');
    const content = text(path)
      .replaceAll(out, 'OUT')
      .replaceAll(queryId, 'QUERY')
      .replaceAll(queryId.slice(0, 8), 'QUERY')
      .replace(/"modificationTime":\d+/g, '');
    output[name] = createHash('sha256').update(content, 'latin1').digest('hex').slice(0, 12);
  }
  return output;
}

/** Operations that only look: a cut before one is the same as one before the next that does not. */
const LOOKS: ReadonlySet<string> = new Set(['openRead', 'read', 'close', 'stat', 'fstat', 'readdir', 'realpath']);

/**
 * Does `work` on a copy of `start` for each of its operations that change the disk, cutting the power before it.
 *
 * @param check called with each disk as it is then
 * @param isWanted whether to try the cut before an operation of a kind; by default all
 */
export async function cutEverywhere(
  start: ModelDisk,
  work: (disk: ModelDisk) => Promise<void>,
  check: (disk: ModelDisk) => Promise<void>,
  isWanted: (op: string) => boolean = () => true,
): Promise<void> {
  const whole = start.settled();
  await work(whole);
  for (const [at, { op }] of whole.calls.entries()) {
    if (LOOKS.has(op) || !isWanted(op)) continue;
    const disk = start.settled();
    disk.powerOffAt(at);
    try {
      await work(disk);
    } catch (error) {
      if (!isPowerLoss(error)) throw error;
    }
    disk.clearFailures();
    await check(disk);
  }
}

function isPowerLoss(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof PowerLoss) return true;
  return false;
}

export async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}
