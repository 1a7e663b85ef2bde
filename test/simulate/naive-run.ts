import type { Row, Watermark } from '../conformance/case.ts';
import { EMPTY_STATE, type ModelRow, type ModelState, runModelBatch, stateSize } from '../model/model-query.ts';
import { filterRows } from '../model/spark-model.ts';
import type { Content } from './content.ts';
import type { Pipeline, RunSettings } from './pipeline.ts';
import type { PlannedBatch } from './plan.ts';
import type { Producer } from './producer.ts';

/** What a batch gives by the rules of Spark, and by the watermark that they give the next one. */
export interface ExpectedBatch {
  readonly rows: readonly Row[];
  readonly rejected: number;
  readonly late: number;
  readonly input: number;
  readonly stateRows: number;
  readonly nextWatermarkMs: number;
}

/** Runs the plan's batches on the naive model. Throws when a batch read a file that never was. */
export function runNaively(
  pipeline: Pipeline,
  plan: readonly PlannedBatch[],
  settingsOf: (process: number) => RunSettings,
  producer: Producer,
): ExpectedBatch[] {
  let state: ModelState = EMPTY_STATE;
  let process = -1;
  let nodes: (number | null)[] = [];
  return plan.map((batch, id): ExpectedBatch => {
    if (batch.process !== process) nodes = pipeline.inputs.map(() => null);
    process = batch.process;
    const query = pipeline.query(settingsOf(process));
    const records = batch.files.map((files) => files.flatMap((file) => recordsOf(producer, file)));
    const inputs = records.map((list) =>
      filterRows(
        query,
        list.filter((record): record is ModelRow => record !== 'bad'),
      ),
    );
    const delayMs = (query.watermark as Watermark | undefined)?.delayMs ?? 0;
    for (const [index, { reaching }] of inputs.entries()) {
      if (reaching.length === 0) continue;
      const newest = Math.max(...reaching.map((row) => row.ts ?? 0)) - delayMs;
      nodes[index] = Math.max(nodes[index] ?? newest, newest);
    }
    const result = runModelBatch(
      query,
      inputs.flatMap(({ passed }) => passed),
      state,
      { late: plan[id - 1]?.entry.batchWatermarkMs ?? 0, evict: batch.entry.batchWatermarkMs },
    );
    state = result.state;
    const values = nodes.map((value) => value ?? 0);
    const candidate = pipeline.watermarkPolicy === 'max' ? Math.max(...values) : Math.min(...values);
    const all = records.flat();
    return {
      rows: result.rows.map((row) => pipeline.outputRow(row)),
      late: result.late,
      rejected: all.filter((record) => record === 'bad').length,
      input: all.length,
      stateRows: stateSize(query, state),
      nextWatermarkMs:
        query.watermark === undefined
          ? batch.entry.batchWatermarkMs
          : Math.max(batch.entry.batchWatermarkMs, candidate),
    };
  });
}

function recordsOf(producer: Producer, file: PlannedBatch['files'][number][number]): Content['records'] {
  const version = producer.find(file);
  if (version === undefined) throw new Error(`a batch read ${JSON.stringify(file)}, which never was`);
  return version.records;
}
