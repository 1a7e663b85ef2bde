import type { StreamingQuery } from '../../src/index.ts';

/** How long a query must rest to be at rest: it lets others have their turn between two batches. */
const QUIET_TURNS = 3;

/** Resolves when the query waits for its next trigger, or has ended. */
export async function settled(query: StreamingQuery): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (query.isActive && query.status.isTriggerActive) quiet = 0;
  }
}
