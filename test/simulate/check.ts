import { canonical, compareRows } from '../conformance/rows.ts';
import type { ModelDisk } from '../support/model-disk.ts';
import { runNaively } from './naive-run.ts';
import { readOutput, withoutNulls } from './output.ts';
import { CHECKPOINT, OUT, type Pipeline, type RunSettings } from './pipeline.ts';
import type { PinnedFile, PlannedBatch } from './plan.ts';
import type { Producer } from './producer.ts';
import { runUninterrupted } from './uninterrupted.ts';

/** What came of a simulation: the disk at its end, and the batches that were committed. */
export interface Outcome {
  readonly pipeline: Pipeline;
  readonly disk: ModelDisk;
  readonly plan: readonly PlannedBatch[];
  readonly settingsOf: (process: number) => RunSettings;
  readonly producer: Producer;
  /** Whether every file that was to be removed could be: else unfinished ones may be there until the next batch. */
  readonly canRemove: boolean;
}

/** Holds a simulation's end against the naive model and against the same batches run in peace. What is wrong, as sentences. */
export async function check(outcome: Outcome): Promise<string[]> {
  const problems = [...checkFiles(outcome), ...checkLeftovers(outcome), ...(await checkModel(outcome))];
  try {
    problems.push(...(await checkBytes(outcome)));
  } catch (error) {
    problems.push(`the same batches in peace: ${(error as Error).message}`);
  }
  return problems;
}

/** Every file that is there was read, and none was read twice. */
function checkFiles({ plan, producer, disk, pipeline }: Outcome): string[] {
  const problems: string[] = [];
  // A name that was cleaned away may come again, with another file.
  const keyOf = ({ path, size, mtimeMs }: PinnedFile) =>
    pipeline.cleanSource === 'off' ? path : `${path} (${size} bytes, of ${mtimeMs})`;
  const all = plan.flatMap(({ files }) => files.flat());
  const times = new Map<string, number>();
  for (const file of all) times.set(keyOf(file), (times.get(keyOf(file)) ?? 0) + 1);
  for (const [file, count] of times) if (count > 1) problems.push(`${file} was read ${count} times`);
  const read = new Set(all.map(({ path }) => path));
  for (const path of producer.present) if (!read.has(path)) problems.push(`${path} was never read`);
  if (pipeline.cleanSource === 'off') {
    const there = new Set(disk.files());
    for (const path of producer.present) if (!there.has(path)) problems.push(`${path} was taken away`);
  }
  return problems;
}

/** Nothing unfinished stays. */
function checkLeftovers({ disk, canRemove }: Outcome): string[] {
  const files = disk.files().filter((path) => path.startsWith(`${OUT}/`) || path.startsWith(`${CHECKPOINT}/`));
  return [...files.filter((path) => canRemove && isUnfinished(path)).map((path) => `${path} was left behind`)];
}

function isUnfinished(path: string): boolean {
  return path.endsWith('.tmp') || path.endsWith('/lock');
}

/** Each batch's rows, rejects, late rows, state and watermark are what Spark's rules say. */
async function checkModel({ pipeline, plan, settingsOf, producer, disk }: Outcome): Promise<string[]> {
  const problems: string[] = [];
  const output = await readOutput(disk, pipeline);
  for (const [id, expected] of runNaively(pipeline, plan, settingsOf, producer).entries()) {
    const found = output.get(id) ?? { rows: [], rejected: 0, late: 0 };
    const tell = (what: string, wanted: unknown, got: unknown) => {
      if (wanted !== got) problems.push(`batch ${id}: expected ${wanted} ${what}, found ${got}`);
    };
    const rows = compareRows(expected.rows.map(withoutNulls), found.rows);
    if (rows !== null) problems.push(`batch ${id}: ${rows}`);
    tell('rejected records', expected.rejected, found.rejected);
    tell('late rows', expected.late, found.late);
    const { commit } = plan[id] as PlannedBatch;
    tell('as watermark', expected.nextWatermarkMs, commit.nextBatchWatermarkMs);
    tell(
      'rows of state',
      expected.stateRows,
      commit.operators.reduce((sum, one) => sum + one.numRowsTotal, 0),
    );
  }
  const last = Math.max(-1, ...output.keys());
  if (last >= plan.length) problems.push(`there is output of batch ${last}, which was never committed`);
  return problems;
}

/** The output is byte for byte that of a run that was left alone, which accounts for every row. */
async function checkBytes({ pipeline, plan, settingsOf, producer, disk }: Outcome): Promise<string[]> {
  if (plan.length === 0) return [];
  const { id } = JSON.parse(new TextDecoder().decode(disk.readFile(`${CHECKPOINT}/metadata`))) as { id: string };
  const peaceful = await runUninterrupted(pipeline, plan, settingsOf, producer, id);
  const problems = differences(outputOf(peaceful.disk), outputOf(disk));
  const expected = runNaively(pipeline, plan, settingsOf, producer);
  for (const [batchId, { numInputRows, account }] of peaceful.progress) {
    const { input, rejected } = expected[batchId] ?? { input: 0, rejected: 0 };
    const sources = account.operators.filter(({ operator }) => operator.startsWith('source'));
    const sum = (name: 'in' | 'passed' | 'rejected') => sources.reduce((total, one) => total + one[name], 0);
    const found = [numInputRows, sum('in'), sum('passed') + sum('rejected'), sum('rejected')];
    if (canonical(found) !== canonical([input, input, input, rejected])) {
      problems.push(
        `batch ${batchId}: of ${input} records, ${rejected} of them broken, ${canonical(found)} are accounted for`,
      );
    }
  }
  return problems;
}

/** Files of the output folder; Spark's manifest holds times of the disk, which are its own. */
function outputOf(disk: ModelDisk): Map<string, Uint8Array> {
  const paths = disk.files().filter((path) => path.startsWith(`${OUT}/`) && !isUnfinished(path));
  return new Map(
    paths.map((path) => {
      const bytes = disk.readFile(path);
      if (!path.includes('/_spark_metadata/')) return [path, bytes];
      return [
        path,
        Buffer.from(
          Buffer.from(bytes)
            .toString()
            .replace(/"modificationTime":\d+/g, ''),
        ),
      ];
    }),
  );
}

function differences(wanted: ReadonlyMap<string, Uint8Array>, found: ReadonlyMap<string, Uint8Array>): string[] {
  const paths = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return paths.flatMap((path) => {
    const [a, b] = [wanted.get(path), found.get(path)];
    if (a === undefined) return [`too many: ${path}`];
    if (b === undefined) return [`missing: ${path}`];
    return Buffer.compare(a, b) === 0 ? [] : [`other bytes: ${path}`];
  });
}
