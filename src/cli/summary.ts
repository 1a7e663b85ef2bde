import type { OperatorAccount, RunTotals } from './progress.ts';
import type { RunningQuery } from './run-query.ts';
import { formatCount, formatDuration, formatTable, plural, type TableColumn } from './table.ts';

const RIGHT = 'right';

const ACCOUNT_COLUMNS: readonly (TableColumn & { readonly count?: keyof Omit<OperatorAccount, 'operator'> })[] = [
  { title: 'operator', align: 'left' },
  { title: 'in', align: RIGHT, count: 'in' },
  { title: 'passed', align: RIGHT, count: 'passed' },
  { title: 'filtered', align: RIGHT, count: 'filtered' },
  { title: 'late', align: RIGHT, count: 'late' },
  { title: 'duplicate', align: RIGHT, count: 'duplicate' },
  { title: 'rejected', align: RIGHT, count: 'rejected' },
  { title: 'late pairs', align: RIGHT, count: 'latePairs' },
];

/** Phases that hold others; naming them in "where time went" would count time twice. */
const WHOLE = 'triggerExecution';

/**
 * The closing words of a run: what was read, what became of it per operator, where time went, and, when nothing came
 * out although rows went in or are held, why.
 */
export function summaryLines(
  totals: RunTotals,
  elapsedMs: number,
  query: Pick<RunningQuery, 'sourceMetrics' | 'explainEmpty'>,
): string[] {
  const rate = elapsedMs > 0 ? Math.round((totals.inputRows / elapsedMs) * 1000) : 0;
  const lines = [
    `${plural(totals.inputRows, 'row')} from ${plural(totals.files, 'file')} in ${plural(totals.batches, 'batch', 'batches')}, ` +
      `${formatDuration(elapsedMs)} (${formatCount(rate)} rows/s)`,
  ];
  if (totals.operators.length > 0) lines.push('', ...accountTable(totals.operators));
  if (totals.quarantined.length > 0) {
    lines.push(
      '',
      `${plural(totals.quarantined.length, 'quarantined file')} not read: ${totals.quarantined.join(', ')}`,
    );
  }
  if (totals.rowsHeldBack > 0) {
    lines.push('', `${plural(totals.rowsHeldBack, 'row')} dated too far ahead did not move the watermark`);
  }
  if (totals.rowsWithRepeatedNames > 0) {
    lines.push('', `${plural(totals.rowsWithRepeatedNames, 'row')} had a name more than once: the last value counted`);
  }
  const changedFiles = query.sourceMetrics.reduce((sum, { numChangedFiles = 0 }) => sum + numChangedFiles, 0);
  if (changedFiles > 0) lines.push('', `${plural(changedFiles, 'input file')} changed after being read`);
  const time = whereTimeWent(totals);
  if (time !== null) lines.push('', time);
  if (totals.outputRows === 0) {
    const reasons = query.explainEmpty();
    if (reasons.length > 0) lines.push('', 'Nothing came out:', ...reasons.map((reason) => `  ${reason}`));
  }
  return lines;
}

/** The account of rows: per operator, in = passed + filtered + late + duplicate + rejected. */
export function accountTable(operators: readonly OperatorAccount[]): string[] {
  const rows = operators.map((account) =>
    ACCOUNT_COLUMNS.map(({ count }) => (count === undefined ? account.operator : formatCount(account[count]))),
  );
  return formatTable(ACCOUNT_COLUMNS, rows);
}

function whereTimeWent(totals: RunTotals): string | null {
  const phases = [...totals.durationMs].filter(([phase, ms]) => phase !== WHOLE && ms >= 1);
  if (phases.length === 0) return null;
  phases.sort((a, b) => b[1] - a[1]);
  return `time: ${phases.map(([phase, ms]) => `${phase} ${formatDuration(ms)}`).join(', ')}`;
}
