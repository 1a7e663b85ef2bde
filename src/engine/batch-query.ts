import type { Batch } from '../batch.ts';
import type { Clock } from '../clock.ts';
import { configError } from '../errors.ts';
import type { AnalyzedQuery } from '../plan/physical.ts';
import { checkAccounts } from './accounts.ts';
import type { BatchRun, OperatorAccount, SideChannel } from './batch-run.ts';
import { emptyAccount } from './batch-run.ts';
import { buildOperators, type OperatorTree } from './build-operators.ts';
import { RowFlow } from './row-flow.ts';

/** Runs a query over static tables once, as one batch that sees all rows; watermarks play no part (as in Spark). */
export function runBatchQuery(query: AnalyzedQuery, clock: Clock): AsyncIterable<Batch> {
  if (query.streams.length > 0) {
    throw configError(
      'STREAMING_TABLE',
      'This table is a stream: write it with writeStream. collect and write are for static tables.',
    );
  }
  return checkedRows(buildOperators(query, 'complete', null), staticRun(clock.nowMs()));
}

async function* checkedRows(tree: OperatorTree, run: StaticRun): AsyncGenerator<Batch> {
  yield* tree.root.rows(run);
  checkAccounts(tree.laws, run);
}

type StaticRun = BatchRun & { readonly accounts: Map<string, OperatorAccount> };

function staticRun(batchTimeMs: number): StaticRun {
  const accounts = new Map<string, OperatorAccount>();
  return {
    accounts,
    flow: new RowFlow(),
    batchId: 0,
    outputMode: 'complete',
    eval: { batchTimeMs },
    lateMicros: Number.NEGATIVE_INFINITY,
    evictMicros: Number.NEGATIVE_INFINITY,
    signal: new AbortController().signal,
    side: NO_SIDE,
    chunk: 0,
    readSource: () => {
      throw new Error('a batch query has no streaming source');
    },
    account(operator) {
      const account = accounts.get(operator) ?? emptyAccount();
      accounts.set(operator, account);
      return account;
    },
    eventTimes: new Map(),
    futureLimitMs: Number.POSITIVE_INFINITY,
  };
}

const NO_SIDE: SideChannel = {
  rejectsPath: '',
  reject: () => {},
  late: () => {},
  finish: async () => {},
  abandon: async () => {},
};
