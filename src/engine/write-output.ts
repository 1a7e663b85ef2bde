import type { Batch } from '../batch.ts';
import { schemaOf } from '../plan/physical.ts';
import { checkAccounts } from './accounts.ts';
import type { OperatorTree } from './build-operators.ts';
import type { CurrentRun } from './current-run.ts';
import type { QueryParts } from './query-parts.ts';

/** Runs a batch into the sink. Errors, before anything of it can be seen: REJECT_RATIO_EXCEEDED, ROW_ACCOUNT_BROKEN. */
export async function writeOutput(parts: QueryParts, tree: OperatorTree, run: CurrentRun): Promise<void> {
  const { batchId, signal } = run;
  const schema = schemaOf(parts.query.physical.output);
  const batch = { batchId, batchTimeMs: run.eval.batchTimeMs, schema, outputMode: parts.outputMode, signal };
  const check = () => {
    checkAccounts(tree.laws, run);
    run.checkRejects();
  };
  const encoded = run.encodedRows(check);
  if (encoded !== null) return await parts.sink.write({ ...batch, rows: none(), encoded });
  const rows = tree.root.rows(run)[Symbol.asyncIterator]();
  await parts.sink.write({ ...batch, rows: run.countOutput(rows, check) });
  // A sink may stop early (a user's function that looks at no row); the state must see every row all the same.
  await drainRest(rows);
  check();
}

async function* none(): AsyncGenerator<Batch> {}

async function drainRest(rows: AsyncIterator<Batch>): Promise<void> {
  while (!(await rows.next()).done);
}
