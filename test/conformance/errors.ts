import { ClickstreamError } from '../../src/index.ts';
import type { ExpectErrorStep, Watermark } from './case.ts';
import type { Outcome } from './checks.ts';
import type { Driver } from './driver.ts';

/** Error codes that say a kind of FORMAT.md in Spark's words, where those are finer. */
const FINER_CODES: Readonly<Record<string, RegExp>> = {
  COLUMN_NOT_FOUND: /^UNRESOLVED_COLUMN/,
};

/** The query must fail as the step says, or earlier. */
export async function expectError(driver: Driver, step: ExpectErrorStep, watermark: unknown): Promise<Outcome> {
  for (const text of step.delayTexts ?? []) {
    const { column } = watermark as Watermark;
    const outcome = await failing(step.kind, async () => {
      const [input] = [driver.define({ from: 'in', outputMode: 'append' })];
      input.withWatermark(column, text).schema;
    });
    if (outcome !== null) return `delay ${text}: ${outcome}`;
  }
  return await failing(step.kind, async () => {
    if (!driver.isRunning) await driver.start(step.start, false);
    if (step.when === 'run') await driver.processAllAvailable();
  });
}

async function failing(kind: string, act: () => Promise<void>): Promise<Outcome> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ClickstreamError)) return `expected ${kind}, found a crash: ${(error as Error).stack}`;
    if (error.code === kind || FINER_CODES[kind]?.test(error.code)) return null;
    return `expected ${kind}, found ${error.code}: ${error.message}`;
  }
  return `expected ${kind}, found no error`;
}
