import type { StreamingQueryProgress } from '../../src/index.ts';
import type { Row } from './case.ts';
import type { Driver } from './driver.ts';
import { canonical, compareRows } from './rows.ts';

/** Null when the check holds, else what was expected and found. */
export type Outcome = string | null;

type Check = (driver: Driver, argument: never, marks: Marks) => Outcome | Promise<Outcome>;

/** How many reports the counting checks have taken in. */
export interface Marks {
  state: number;
  dropped: number;
}

/** One check per step name of FORMAT.md; those that need no query are in `pure-checks.ts`. */
export const CHECKS: Readonly<Record<string, Check>> = {
  checkNewAnswer: (driver, rows: readonly Row[]) => compareRows(rows, driver.recorder.newRows()),
  checkAllAnswer: async (driver, rows: readonly Row[]) => compareRows(rows, driver.recorder.allRows()),
  checkLastBatch: (driver, argument: readonly Row[] | { rows: readonly Row[]; ordered?: boolean }) =>
    'rows' in argument
      ? compareRows(argument.rows, driver.recorder.lastRows(), argument.ordered)
      : compareRows(argument, driver.recorder.lastRows()),
  checkBatches: (driver, batches: readonly (readonly Row[])[]) => {
    const sorted = (list: readonly (readonly Row[])[]) => list.map((rows) => rows.map(canonical).sort());
    return same(sorted(batches), sorted(driver.recorder.newBatches()));
  },
  checkSinkRead: async (driver, rows: readonly Row[]) => compareRows(rows, await driver.readSink()),
  checkWatermark: (driver, expected: number) => {
    const commits = driver.logs?.commits;
    return same(expected, commits?.get(commits.newest)?.nextBatchWatermarkMs ?? 0);
  },
  checkBatchWatermark: (driver, expected: number) => {
    const offsets = driver.logs?.offsets;
    return same(expected, offsets?.get(offsets.newest)?.batchWatermarkMs ?? 0);
  },
  checkState: (driver, expected: Readonly<Record<string, number | readonly number[]>>, marks) => {
    const reports = driver.progress.slice(marks.state);
    marks.state = driver.progress.length;
    const found = Object.fromEntries(
      Object.entries(expected).map(([counter, wanted]) => {
        const perOperator =
          counter === 'numRowsTotal' ? countersOf(driver.progress.slice(-1), counter) : countersOf(reports, counter);
        return [counter, alike(wanted, perOperator)];
      }),
    );
    return same(expected, found);
  },
  checkDropped: (driver, expected: number | readonly number[], marks) => {
    const reports = driver.progress.slice(marks.dropped);
    marks.dropped = driver.progress.length;
    return same(expected, alike(expected, countersOf(reports, 'numRowsDroppedByWatermark')));
  },
  checkEventTime: (driver, expected: Readonly<Record<string, number>>) => {
    const report = lastWithInput(driver);
    const found = Object.fromEntries(
      Object.keys(expected).map((key) => [key, Date.parse(report?.eventTime[key] ?? '')]),
    );
    return same(expected, found);
  },
  checkNoEventTime: (driver) => same({}, lastWithInput(driver)?.eventTime ?? {}),
  checkLastProgress: (driver, expected: Readonly<Record<string, number>>) => {
    const report = driver.progress.at(-1);
    const all: Readonly<Record<string, unknown>> = {
      batchId: report?.batchId,
      numInputRows: report?.numInputRows,
      numOutputRows: report?.sink.numOutputRows,
    };
    return same(expected, Object.fromEntries(Object.keys(expected).map((key) => [key, all[key]])));
  },
  checkLogs: (driver, expected: { offsets?: readonly number[]; commits?: readonly number[] }) => {
    const logs = Object.keys(expected) as ('offsets' | 'commits')[];
    return same(expected, Object.fromEntries(logs.map((log) => [log, driver.workspace.logged(log)])));
  },
  checkFiles: (driver, expected: { input: string; present?: string[]; absent?: string[]; archived?: string[] }) => {
    const { workspace } = driver;
    const { input, present = [], absent = [], archived = [] } = expected;
    const wrong = [
      ...present.filter((path) => !workspace.hasInput(input, path)).map((path) => `${path} is gone`),
      ...absent.filter((path) => workspace.hasInput(input, path)).map((path) => `${path} is still there`),
      ...archived.filter((path) => !workspace.hasArchived(input, path)).map((path) => `${path} is not archived`),
    ];
    return wrong.length === 0 ? null : `expected ${canonical(expected)}, found ${wrong.join(', ')}`;
  },
  checkForeachBatchCalls: (driver, expected: readonly { batchId: number; rows: readonly Row[] }[]) => {
    const sorted = (calls: readonly { batchId: number; rows: readonly Row[] }[]) =>
      calls.map(({ batchId, rows }) => ({ batchId, rows: rows.map(canonical).sort() }));
    return same(sorted(expected), sorted(driver.recorder.takeCalls()));
  },
  checkForeachEvents: (driver, expected: readonly (readonly unknown[])[][]) => {
    // What an error says is ours; that there is one is Spark's.
    const withoutTexts = (lists: readonly (readonly unknown[])[][]) =>
      lists.map((list) =>
        list.map(([kind, ...rest]) => (kind === 'close' ? [kind, rest[0] !== null] : [kind, ...rest])),
      );
    return same(withoutTexts(expected), withoutTexts(driver.recorder.takeEvents() as (readonly unknown[])[][]));
  },
};

function same(expected: unknown, found: unknown): Outcome {
  return canonical(expected) === canonical(found) ? null : `expected ${canonical(expected)}, found ${canonical(found)}`;
}

/** A counter of each stateful operator, the one nearest the sink first, summed over reports. */
function countersOf(reports: readonly StreamingQueryProgress[], counter: string): number[] {
  const sums: number[] = [];
  for (const { stateOperators } of reports) {
    stateOperators.forEach((operator, index) => {
      const counters = operator as unknown as Readonly<Record<string, number>>;
      const value =
        counter === 'numDroppedDuplicates' ? operator.customMetrics.numDroppedDuplicateRows : counters[counter];
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
    });
  }
  return sums;
}

/** The form that the case uses: one number, or a list for several operators. */
function alike(expected: number | readonly number[], perOperator: readonly number[]): number | readonly number[] {
  if (typeof expected === 'number') return perOperator.reduce((sum, value) => sum + value, 0);
  return expected.map((_, index) => perOperator[index] ?? 0);
}

function lastWithInput(driver: Driver): StreamingQueryProgress | undefined {
  return driver.progress.findLast((report) => report.numInputRows > 0);
}
