import type { RunningQuery } from './run-query.ts';

export interface NamedStart {
  readonly name: string;
  start(): Promise<RunningQuery>;
}

/** Starts several queries that run side by side, as one: it ends when all have ended, fails when one fails (the others are stopped then). */
export async function startTogether(starts: readonly NamedStart[]): Promise<RunningQuery> {
  const queries: RunningQuery[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(queries.map((query) => query.stop()));
  };
  try {
    for (const { start } of starts) queries.push(await start());
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async awaitTermination() {
      try {
        await Promise.all(queries.map((query) => query.awaitTermination()));
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    onProgress(listener) {
      for (const query of queries) query.onProgress(listener);
    },
    get sourceMetrics() {
      return queries.flatMap((query) => query.sourceMetrics);
    },
    explainEmpty: () => explainAll(queries, starts),
  };
}

/** Queries that end by themselves, one after the other, as one: so that what one writes is there when the next begins. */
export function startInOrder(starts: readonly NamedStart[]): RunningQuery {
  const listeners: Parameters<RunningQuery['onProgress']>[0][] = [];
  const started: RunningQuery[] = [];
  let stopped = false;
  return {
    async awaitTermination() {
      for (const { start } of starts) {
        if (stopped) return;
        const query = await start();
        started.push(query);
        for (const listener of listeners) query.onProgress(listener);
        await query.awaitTermination();
      }
    },
    async stop() {
      stopped = true;
      await started.at(-1)?.stop();
    },
    onProgress: (listener) => void listeners.push(listener),
    get sourceMetrics() {
      return started.flatMap((query) => query.sourceMetrics);
    },
    explainEmpty: () => explainAll(started, starts),
  };
}

function explainAll(queries: readonly RunningQuery[], starts: readonly NamedStart[]): string[] {
  return queries.flatMap((query, i) =>
    query.explainEmpty().map((line) => (starts.length === 1 ? line : `${starts[i]?.name}: ${line}`)),
  );
}
