import { ClickstreamError } from '../errors.ts';
import type { BatchRun, OperatorAccount } from './batch-run.ts';
import { brokenLaw, type RowLaw } from './row-flow.ts';

/** The run of a batch, as far as its rows are counted. */
export type CountedRun = Pick<BatchRun, 'batchId' | 'flow'> & {
  readonly accounts: ReadonlyMap<string, OperatorAccount>;
};

/**
 * The conservation law, on every batch in production as in tests: no operator loses or makes up a row unaccounted for. Held twice: an operator's own
 * account is balanced, and it agrees with what was counted between the operators (see `RowFlow`).
 *
 * Errors: ROW_ACCOUNT_BROKEN.
 */
export function checkAccounts(laws: readonly RowLaw[], run: CountedRun): void {
  for (const [operator, account] of run.accounts) {
    const out = account.passed + account.filtered + account.late + account.duplicate + account.rejected;
    if (account.in === out) continue;
    throw broken(run, operator, `${account.in} rows came in, but ${out} are accounted for`);
  }
  for (const law of laws) {
    const what = brokenLaw(law, run.flow, run.accounts);
    if (what !== null) throw broken(run, law.account ?? law.node.op, what);
  }
}

function broken({ batchId, accounts }: CountedRun, operator: string, what: string): ClickstreamError {
  const account = accounts.get(operator);
  const counts = account === undefined ? '' : ` (${JSON.stringify(account)})`;
  return new ClickstreamError(
    'ROW_ACCOUNT_BROKEN',
    'bug',
    `internal error: batch ${batchId}, operator ${operator}: ${what}${counts}. Nothing was committed. Please report this with the input.`,
  );
}
