import type { Case, ExpectErrorStep, Row, StartStep } from './case.ts';
import { CHECKS, type Marks, type Outcome } from './checks.ts';
import { Driver } from './driver.ts';
import { expectError } from './errors.ts';
import { PURE_CHECKS } from './pure-checks.ts';

type Action = (driver: Driver, argument: never) => unknown;

const ACTIONS: Readonly<Record<string, Action>> = {
  start: (driver, step: StartStep) => driver.start(step),
  stop: (driver) => driver.stop(),
  awaitTermination: (driver) => driver.awaitTermination(),
  addData: (driver, { input, rows }: { input: string; rows: readonly Row[] }) => driver.addData(input, rows),
  addFile: (
    driver,
    { input, path, mtimeMs, content }: Record<'input' | 'path' | 'content', string> & { mtimeMs: number },
  ) => driver.workspace.addFile(input, path, mtimeMs, content),
  deleteFile: (driver, { input, path }: { input: string; path: string }) => driver.workspace.deleteFile(input, path),
  processAllAvailable: (driver) => driver.processAllAvailable(),
  processBatch: async (driver, { ran }: { ran?: boolean }) => {
    const found = await driver.processBatch();
    return ran === undefined || ran === found ? null : `expected ran ${ran}, found ${found}`;
  },
  advanceClock: (driver, { ms }: { ms: number }) => driver.advanceClock(ms),
  crash: (driver, { loseCommits = 0 }: { loseCommits?: number | 'all' }) => driver.crash(loseCommits),
  loseOffsets: (driver, { batchIds }: { batchIds: readonly number[] }) => {
    for (const id of batchIds) for (const log of ['offsets', 'commits'] as const) driver.workspace.lose(log, id);
  },
  clearSink: (driver) => driver.recorder.clear(),
  addForeignSinkFile: (driver, { path, content }: { path: string; content: string }) =>
    driver.workspace.addForeignSinkFile(path, content),
  expectStartOk: async (driver) => {
    await driver.start();
    await driver.stop();
  },
};

/** Runs a case to its first failure; null when there is none. */
export async function runCase(test: Case): Promise<string | null> {
  const driver = new Driver(test);
  const marks: Marks = { state: 0, dropped: 0 };
  try {
    for (const [index, step] of test.steps.entries()) {
      const [name, argument] = Object.entries(step)[0] as [string, unknown];
      const outcome = await runStep(driver, test, name, argument, marks).catch(
        (error: Error) => `expected it to work, found ${error.name === 'ClickstreamError' ? error : error.stack}`,
      );
      if (outcome !== null) return `step ${index + 1} ${name}: ${outcome}`;
    }
    return null;
  } finally {
    await driver.close();
  }
}

async function runStep(driver: Driver, test: Case, name: string, argument: unknown, marks: Marks): Promise<Outcome> {
  if (name === 'expectError') {
    const step = argument as ExpectErrorStep;
    const outcome = await expectError(driver, step, test.query.watermark);
    await driver.stop();
    return outcome;
  }
  const act = ACTIONS[name] ?? PURE_CHECKS[name];
  if (act !== undefined) {
    const outcome = await act(driver, argument as never);
    return typeof outcome === 'string' ? outcome : null;
  }
  const check = CHECKS[name];
  if (check === undefined) return `expected a step that this runner knows, found ${name}`;
  await driver.recordFiles();
  return await check(driver, argument as never, marks);
}
