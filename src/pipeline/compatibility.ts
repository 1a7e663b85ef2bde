import { configError } from '../errors.ts';
import type { AnalyzedQuery } from '../plan/physical.ts';
import { nodesOf } from '../plan/physical.ts';
import type { SinkPlan } from './sinks.ts';

/** What of a query must stay the same for its checkpoint to be continued (semantics: what may change between restarts). */
export interface QueryDescription {
  readonly format: 1;
  readonly sources: readonly string[];
  /** The output folder, for file sinks; another kind of sink may take over. */
  readonly output: string | null;
  /** Stateful operators, the one nearest the sink first; their keys and values are checked by the state store. */
  readonly operators: readonly string[];
  /** `function`: the output goes to a user's function, which may do anything with it. For those who take batches back; may change. */
  readonly sink: 'files' | 'function' | 'other';
}

export function describeQuery(query: AnalyzedQuery, { outputFolder: output, spec }: SinkPlan): QueryDescription {
  const operators: string[] = [];
  for (const node of nodesOf(query.physical)) {
    if (!('operatorId' in node)) continue;
    operators[node.operatorId] =
      node.op === 'aggregate' && node.sessionKey !== null
        ? 'session aggregate'
        : node.op === 'deduplicate' && node.withinMs !== null
          ? 'deduplicate within watermark'
          : node.op;
  }
  const sink = spec.kind !== 'format' ? 'function' : output === null ? 'other' : 'files';
  return { format: 1, sources: query.streams.map((stream) => stream.source.description), output, operators, sink };
}

/**
 * Refuses a query that cannot continue a checkpoint, with what changed. Filters, projections, triggers, limits, delays and users' functions may
 * change; sources, stateful operators and a file sink's folder may not.
 */
export function checkContinues(checkpoint: string, before: QueryDescription | null, now: QueryDescription): void {
  if (before === null) return;
  const changes = [
    ...listChange('source', before.sources, now.sources),
    ...(before.output !== null && now.output !== null && before.output !== now.output
      ? [`output folder: was ${before.output}, is ${now.output}`]
      : []),
  ];
  if (changes.length > 0) refuse('CHECKPOINT_INCOMPATIBLE', checkpoint, changes);
  const operators = listChange('stateful operator', before.operators, now.operators);
  if (operators.length > 0) refuse('STATEFUL_OPERATOR_MISMATCH', checkpoint, operators);
}

function listChange(what: string, before: readonly string[], now: readonly string[]): string[] {
  const count = Math.max(before.length, now.length);
  return Array.from({ length: count }, (_, i) => i)
    .filter((i) => before[i] !== now[i])
    .map((i) => `${what} ${i}: was ${before[i] ?? 'not there'}, is ${now[i] ?? 'not there'}`);
}

function refuse(code: string, checkpoint: string, changes: readonly string[]): never {
  throw configError(
    code,
    `The query was changed in a way that its checkpoint ${checkpoint} cannot follow:\n${changes.map((change) => `  - ${change}\n`).join('')}Go back to what it was, or start over with a new checkpoint and output folder (--fresh).`,
  );
}
