import { ClickstreamError } from '../errors.ts';
import type { OperatorAccount } from './batch-run.ts';

/** The conservation law, on every batch in production as in tests: no operator loses or makes up a row unaccounted for. */
export function checkAccounts(batchId: number, accounts: ReadonlyMap<string, OperatorAccount>): void {
  for (const [operator, account] of accounts) {
    const out = account.passed + account.filtered + account.late + account.duplicate + account.rejected;
    if (account.in === out) continue;
    throw new ClickstreamError(
      'ROW_ACCOUNT_BROKEN',
      'bug',
      `internal error: batch ${batchId}, operator ${operator}: ${account.in} rows came in, but ${out} are accounted for (${JSON.stringify(account)}). Nothing was committed. Please report this with the input.`,
    );
  }
}
