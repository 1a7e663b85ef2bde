/**
 * One report per batch, as far as the command line reads it: Spark's StreamingQueryProgress, plus the account of rows and
 * the number of files (ours). The engine's own type is wider.
 */
export interface QueryProgress {
  readonly batchId: number;
  readonly numInputRows: number;
  readonly processedRowsPerSecond?: number;
  /** Milliseconds by phase; `triggerExecution` is the whole batch. */
  readonly durationMs?: Readonly<Record<string, number>>;
  /** ISO times by name; `watermark` is the one that this batch used. */
  readonly eventTime?: Readonly<Record<string, string>>;
  readonly stateOperators?: readonly StateOperatorProgress[];
  readonly sink?: { readonly numOutputRows: number };
  readonly sources?: readonly { readonly metrics?: Readonly<Record<string, string | number>> }[];
  readonly account?: { readonly operators: readonly OperatorAccount[]; readonly quarantined?: readonly string[] };
  readonly futureEvents?: { readonly rowsHeldBack: number };
}

export interface StateOperatorProgress {
  readonly numRowsTotal: number;
  readonly customMetrics?: Readonly<Record<string, number>>;
}

/** What became of the rows that reached one operator in one batch: in = passed + filtered + late + duplicate + rejected. */
export interface OperatorAccount {
  readonly operator: string;
  readonly in: number;
  readonly passed: number;
  readonly filtered: number;
  /** Rows late for all their windows. */
  readonly late: number;
  /** Pairs of a row and a window it was late for; a row may be late for one window and on time for the next. */
  readonly latePairs: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** What a run did so far: the batches' reports added up. */
export interface RunTotals {
  readonly batches: number;
  readonly files: number;
  readonly inputRows: number;
  readonly outputRows: number;
  /** Milliseconds by phase, over all batches. */
  readonly durationMs: ReadonlyMap<string, number>;
  readonly operators: readonly OperatorAccount[];
  readonly watermark: string | null;
  /** Files that were set aside by an operator. */
  readonly quarantined: readonly string[];
  /** Rows dated too far ahead to move the watermark. */
  readonly rowsHeldBack: number;
  /** Rows whose records have a name more than once in an object. */
  readonly rowsWithRepeatedNames: number;
  /** What the stateful operators hold after the last batch; null when there are none. */
  readonly state: StateTotals | null;
}

export interface StateTotals {
  readonly rows: number;
  /** Null for state without windows. */
  readonly openWindows: number | null;
}

export const NO_TOTALS: RunTotals = {
  batches: 0,
  files: 0,
  inputRows: 0,
  outputRows: 0,
  durationMs: new Map(),
  operators: [],
  watermark: null,
  quarantined: [],
  rowsHeldBack: 0,
  rowsWithRepeatedNames: 0,
  state: null,
};

export function addProgress(totals: RunTotals, progress: QueryProgress): RunTotals {
  const durationMs = new Map(totals.durationMs);
  for (const [phase, ms] of Object.entries(progress.durationMs ?? {})) {
    durationMs.set(phase, (durationMs.get(phase) ?? 0) + ms);
  }
  return {
    batches: totals.batches + 1,
    files: totals.files + sumOf(progress, 'numFiles'),
    inputRows: totals.inputRows + progress.numInputRows,
    // Spark's sinks of old say -1: not counted.
    outputRows: totals.outputRows + Math.max(0, progress.sink?.numOutputRows ?? 0),
    durationMs,
    operators: addAccounts(totals.operators, progress.account?.operators ?? []),
    watermark: progress.eventTime?.watermark ?? totals.watermark,
    quarantined: [...totals.quarantined, ...(progress.account?.quarantined ?? [])],
    rowsHeldBack: totals.rowsHeldBack + (progress.futureEvents?.rowsHeldBack ?? 0),
    rowsWithRepeatedNames: totals.rowsWithRepeatedNames + sumOf(progress, 'numRowsWithRepeatedNames'),
    state: stateOf(progress) ?? totals.state,
  };
}

/** The sources' sum of a metric. */
function sumOf(progress: QueryProgress, metric: string): number {
  return (progress.sources ?? []).reduce((sum, source) => sum + Number(source.metrics?.[metric] ?? 0), 0);
}

function stateOf(progress: QueryProgress): StateTotals | null {
  const operators = progress.stateOperators ?? [];
  if (operators.length === 0) return null;
  const windows = operators
    .map((operator) => operator.customMetrics?.openWindows)
    .filter((count) => count !== undefined);
  return {
    rows: operators.reduce((sum, operator) => sum + operator.numRowsTotal, 0),
    openWindows: windows.length === 0 ? null : windows.reduce((sum, count) => sum + count, 0),
  };
}

const COUNTS = ['in', 'passed', 'filtered', 'late', 'latePairs', 'duplicate', 'rejected'] as const;

function addAccounts(sums: readonly OperatorAccount[], batch: readonly OperatorAccount[]): OperatorAccount[] {
  const byName = new Map(sums.map((account) => [account.operator, account]));
  for (const added of batch) {
    const sum = byName.get(added.operator);
    byName.set(added.operator, sum === undefined ? added : { ...sum, ...sumOfCounts(sum, added) });
  }
  return [...byName.values()];
}

function sumOfCounts(a: OperatorAccount, b: OperatorAccount): Partial<OperatorAccount> {
  return Object.fromEntries(COUNTS.map((count) => [count, a[count] + b[count]]));
}
