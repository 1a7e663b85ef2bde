import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickstreamError } from '../../errors.ts';
import { exists } from '../../fs/entries.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { removeTree } from '../../fs/remove-tree.ts';
import { scratchDisk } from '../../fs/scratch-disk.ts';
import type { Schema } from '../../schema.ts';
import type { PlainRow } from '../../sql/values/plain.ts';
import { DataFrame } from '../data-frame.ts';
import type { Pipeline } from '../file/build-pipeline.ts';
import type { Environment } from '../file/environment.ts';
import { loadPipeline } from '../file/load.ts';
import { compareRows } from './compare-rows.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { QueryUnderTest, type TestInput } from './query-under-test.ts';
import type { Arrival, TestValue, Then, When } from './tests-value.ts';
import { durationMs, timeMicros } from './times.ts';

/** A step of a test whose expectation did not hold. */
export interface Mismatch {
  /** Position of the step, from 0. */
  readonly step: number;
  /** What was checked: `rows`, `late`, ...; null: the step itself failed. */
  readonly what: keyof Then | null;
  /** What is different, a line each. */
  readonly lines: readonly string[];
}

const DEFAULT_NOW = '2026-01-01T00:00:00Z';

/** Runs one test, which was checked, in temporary folders on a clock of its own. Errors: PIPELINE_INVALID. */
export async function runCase(pipelineFile: string, test: TestValue, environment: Environment): Promise<Mismatch[]> {
  const folder = join(tmpdir(), `clickstream-test-${crypto.randomUUID()}`);
  const clock = manualClock(timeMicros(test.given?.now ?? DEFAULT_NOW) / 1000);
  try {
    const inputs = new Map<string, TestInput>();
    const pipeline = await loadPipeline(pipelineFile, {
      environment: { ...environment, ...stringsOf(test.given?.env ?? {}) },
      clock,
      disk: scratchDisk,
      replacements: {
        sourceFolder(name, found) {
          const replaced = join(folder, 'sources', name);
          if (found !== null) inputs.set(name, { kind: 'files', folder: replaced, found });
          return replaced;
        },
        memoryStream: (name, stream) => void inputs.set(name, { kind: 'memory', stream }),
        tableRows: (name) => test.given?.tables?.[name],
      },
    });
    const query = new QueryUnderTest(pipeline.definition, inputs, join(folder, 'checkpoint'));
    return await new CaseRun(pipeline, query, clock).run(test);
  } finally {
    if (exists(nodeDisk, folder)) removeTree(nodeDisk, folder);
  }
}

class CaseRun {
  private readonly mismatches: Mismatch[] = [];
  private readonly schema: Schema;
  private readonly timeZone: string;
  private readonly isComplete: boolean;
  private seenBatches = 0;
  private seen = { late: 0, rejected: 0, duplicates: 0 };

  constructor(
    pipeline: Pipeline,
    private readonly query: QueryUnderTest,
    private readonly clock: ManualClock,
  ) {
    const { session, plan } = pipeline.definition;
    this.schema = new DataFrame(session, plan).schema;
    this.timeZone = session.analysisOptions.timeZone;
    this.isComplete = pipeline.definition.outputMode === 'complete';
  }

  async run(test: TestValue): Promise<Mismatch[]> {
    try {
      for (const [step, { when, then = {} }] of test.steps.entries()) {
        const failure = await this.act(when);
        const isEnd = this.checkFailure(step, failure, then);
        this.check(step, then);
        if (isEnd) break;
      }
    } finally {
      await this.query.stop();
    }
    return this.mismatches;
  }

  /** What made the query fail, or null. */
  private async act(when: When): Promise<ClickstreamError | null> {
    const { arrive = [], advance, restart, crash, finish } = when;
    try {
      for (const files of (Array.isArray(arrive) ? arrive : [arrive]) as Arrival[]) {
        for (const [source, content] of Object.entries(files)) await this.query.arrive(source, content);
      }
      if (advance !== undefined) this.clock.advance(durationMs(advance));
      if (restart) await this.query.stop();
      if (crash) await this.query.crash();
      if (finish) await this.query.finish();
      else await this.query.runAll();
      return null;
    } catch (error) {
      if (error instanceof ClickstreamError && error.category !== 'bug') return error;
      throw error;
    }
  }

  /** Whether the query has ended. */
  private checkFailure(step: number, failure: ClickstreamError | null, then: Then): boolean {
    if (failure === null) {
      if (then.error !== undefined) this.report(step, 'error', [`expected the error ${then.error}; the query runs on`]);
      return false;
    }
    const found = `the query failed with ${failure.code}: ${failure.message}`;
    if (then.error === undefined) this.report(step, null, [found]);
    else if (then.error !== failure.code) this.report(step, 'error', [`expected the error ${then.error}; ${found}`]);
    return true;
  }

  private check(step: number, then: Then): void {
    if (Object.keys(then).length === 0) return;
    const { batches } = this.query;
    const fresh = batches.slice(this.seenBatches);
    this.seenBatches = batches.length;
    const rowsOf = (some: readonly (readonly PlainRow[])[]) =>
      this.isComplete ? [...(some.at(-1) ?? [])] : some.flat();
    if (then.rows !== undefined) this.checkRows(step, 'rows', then.rows, rowsOf(fresh));
    if (then.all !== undefined) this.checkRows(step, 'all', then.all, rowsOf(batches));
    if (then.batches !== undefined) this.checkBatches(step, then.batches, fresh);
    this.checkCounts(step, then);
    if (then.watermark !== undefined) this.checkWatermark(step, then.watermark);
    const again = this.query.changed.splice(0);
    if (again.length > 0) {
      this.report(step, null, [
        `batch ${again.join(', ')} gave other rows when it was run again: the query is not deterministic`,
      ]);
    }
  }

  private checkRows(
    step: number,
    what: 'rows' | 'all',
    expected: readonly PlainRow[],
    actual: readonly PlainRow[],
  ): void {
    const lines = this.differences(expected, actual);
    if (lines.length > 0) this.report(step, what, lines);
  }

  private checkBatches(
    step: number,
    expected: readonly (readonly PlainRow[])[],
    fresh: readonly (readonly PlainRow[])[],
  ): void {
    const lines = Array.from({ length: Math.max(expected.length, fresh.length) }, (_, i) => {
      if (expected[i] === undefined) return [`batch ${i + 1} was not expected; it gave ${fresh[i]?.length} rows`];
      if (fresh[i] === undefined) return [`batch ${i + 1} did not run`];
      return this.differences(expected[i], fresh[i]).map((line) => `batch ${i + 1}: ${line}`);
    }).flat();
    if (lines.length > 0) this.report(step, 'batches', lines);
  }

  private differences(expected: readonly PlainRow[], actual: readonly PlainRow[]): string[] {
    try {
      const { missing, unexpected, same } = compareRows(expected, actual, this.schema, this.timeZone);
      if (missing.length + unexpected.length === 0) return [];
      return [
        ...missing.map((row) => `- missing     ${row}`),
        ...unexpected.map((row) => `+ unexpected  ${row}`),
        `${same} of ${expected.length} expected rows came out`,
      ];
    } catch (error) {
      if (error instanceof ClickstreamError && error.category !== 'bug') return [error.message];
      throw error;
    }
  }

  private checkCounts(step: number, then: Then): void {
    const { totals } = this.query;
    for (const what of ['late', 'rejected', 'duplicates'] as const) {
      const found = totals[what] - this.seen[what];
      const expected = then[what];
      if (expected !== undefined && expected !== found)
        this.report(step, what, [`expected ${expected}, found ${found}`]);
    }
    this.seen = totals;
  }

  private checkWatermark(step: number, text: string): void {
    const expected = timeMicros(text, this.timeZone) / 1000;
    const { watermarkMs } = this.query;
    if (expected === watermarkMs) return;
    this.report(step, 'watermark', [
      `expected ${new Date(expected).toISOString()}, found ${new Date(watermarkMs).toISOString()}`,
    ]);
  }

  private report(step: number, what: keyof Then | null, lines: readonly string[]): void {
    this.mismatches.push({ step, what, lines });
  }
}

function stringsOf(values: Readonly<Record<string, unknown>>): Environment {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
