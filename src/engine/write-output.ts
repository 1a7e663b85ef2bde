import type { Batch } from '../batch.ts';
import { schemaOf } from '../plan/physical.ts';
import type { OperatorTree } from './build-operators.ts';
import type { CurrentRun } from './current-run.ts';
import type { QueryParts } from './query-parts.ts';

/** Runs a batch into the sink. */
export async function writeOutput(parts: QueryParts, tree: OperatorTree, run: CurrentRun): Promise<void> {
  const rows = tree.root.rows(run)[Symbol.asyncIterator]();
  await parts.sink.write({
    batchId: run.batchId,
    schema: schemaOf(parts.query.physical.output),
    outputMode: parts.outputMode,
    rows: run.countOutput(rows),
    signal: run.signal,
  });
  // A sink may stop early (a user's function that looks at no row); the state must see every row all the same.
  await drainRest(rows);
  run.checkRejects();
}

async function drainRest(rows: AsyncIterator<Batch>): Promise<void> {
  while (!(await rows.next()).done);
}
