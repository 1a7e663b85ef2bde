import type { Batch } from '../batch.ts';
import { schemaOf } from '../plan/physical.ts';
import { checkAccounts } from './accounts.ts';
import type { OperatorTree } from './build-operators.ts';
import type { CurrentRun } from './current-run.ts';
import type { QueryParts } from './query-parts.ts';

/** Runs a batch into the sink. Errors, before anything of it can be seen: REJECT_RATIO_EXCEEDED, ROW_ACCOUNT_BROKEN. */
export async function writeOutput(parts: QueryParts, tree: OperatorTree, run: CurrentRun): Promise<void> {
  const rows = tree.root.rows(run)[Symbol.asyncIterator]();
  const check = () => {
    checkAccounts(tree.laws, run);
    run.checkRejects();
  };
  await parts.sink.write({
    batchId: run.batchId,
    schema: schemaOf(parts.query.physical.output),
    outputMode: parts.outputMode,
    rows: run.countOutput(rows, check),
    signal: run.signal,
  });
  // A sink may stop early (a user's function that looks at no row); the state must see every row all the same.
  await drainRest(rows);
  check();
}

async function drainRest(rows: AsyncIterator<Batch>): Promise<void> {
  while (!(await rows.next()).done);
}
