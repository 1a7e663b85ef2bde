import { createRandom } from '../../src/generate/random.ts';
import type { Case, Step } from '../conformance/case.ts';
import { Driver } from '../conformance/driver.ts';
import { canonical, compareRows } from '../conformance/rows.ts';
import { randomCase } from './random-case.ts';
import { SparkModel } from './spark-model.ts';

/** Runs a case on the engine and on the model, step by step; null when they agree, else where they part. */
export async function compareWithModel(test: Case): Promise<string | null> {
  const driver = new Driver(test);
  const model = new SparkModel(test);
  try {
    for (const [index, step] of test.steps.entries()) {
      await drive(driver, step);
      model.apply(step);
      const difference = outputDifference(driver, model) ?? stateDifference(driver, model, step);
      if (difference !== null) return `step ${index + 1} ${canonical(step)}: ${difference}`;
    }
    return watermarkDifference(driver, model);
  } finally {
    await driver.close();
  }
}

async function drive(driver: Driver, step: Step): Promise<void> {
  const [name, argument] = Object.entries(step)[0] as [string, never];
  if (name === 'start') await driver.start();
  else if (name === 'addData') {
    const { input, rows } = argument as { input: string; rows: [] };
    driver.addData(input, rows);
  } else if (name === 'processBatch') await driver.processBatch();
  else if (name === 'processAllAvailable') await driver.processAllAvailable();
  else if (name === 'crash') await driver.crash((argument as { loseCommits: number }).loseCommits);
}

function outputDifference(driver: Driver, model: SparkModel): string | null {
  const engine = driver.recorder.untakenCalls;
  const ids = { expected: model.output.map((b) => b.batchId), found: engine.map((b) => b.batchId) };
  if (canonical(ids.expected) !== canonical(ids.found)) {
    return `expected batches ${canonical(ids.expected)}, found ${canonical(ids.found)}`;
  }
  for (const [at, batch] of model.output.entries()) {
    const rows = compareRows(batch.rows, engine[at]?.rows ?? []);
    if (rows !== null) return `batch ${batch.batchId}: ${rows}`;
  }
  return null;
}

/** Counted by the newest batch, so only after steps that run one. */
function stateDifference(driver: Driver, model: SparkModel, step: Step): string | null {
  const last = driver.progress.at(-1);
  if (last === undefined || !('processBatch' in step || 'processAllAvailable' in step)) return null;
  const total = last.stateOperators.reduce((sum, operator) => sum + operator.numRowsTotal, 0);
  return total === model.stateRows ? null : `expected ${model.stateRows} rows of state, found ${total}`;
}

function watermarkDifference(driver: Driver, model: SparkModel): string | null {
  const commits = driver.logs?.commits;
  const found = commits?.get(commits.newest)?.nextBatchWatermarkMs ?? 0;
  return found === model.currentWatermark ? null : `expected watermark ${model.currentWatermark}, found ${found}`;
}

/** Runs random cases; each has a seed of its own, so that one can be run again alone. Gives the failures, as texts. */
export async function compareRandomCases(count: number, seed: number): Promise<string[]> {
  const failures: string[] = [];
  for (let i = 0; i < count; i++) {
    const test = randomCase(`random-${seed + i}`, createRandom(seed + i));
    const difference = await compareWithModel(test).catch((error: Error) => `crashed: ${error.stack}`);
    if (difference !== null) failures.push(`FAIL ${test.id}: ${difference}\n  ${JSON.stringify(test)}`);
  }
  return failures;
}
