import { configError } from '../errors.ts';
import type { AnalyzedQuery } from '../plan/physical.ts';
import { nodesOf } from '../plan/physical.ts';
import { formatType } from '../schema.ts';
import type { SinkPlan } from './sinks.ts';

/** What of a query must stay the same for its checkpoint to be continued (semantics: what may change between restarts). */
export interface QueryDescription {
  readonly format: 1;
  readonly sources: readonly string[];
  /** The output folder, for file sinks; another kind of sink may take over. */
  readonly output: string | null;
  /** Stateful operators, the one nearest the sink first; their keys and values are checked by the state store. */
  readonly operators: readonly string[];
  /** What the state store cannot see, as its columns are the same: the functions of each aggregate, and the windows of event time. */
  readonly functions: readonly string[];
  readonly windows: readonly string[];
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
  const sources = query.streams.map((stream) => stream.source.description);
  const stateful = operators.length > 0;
  return {
    format: 1,
    sources,
    output,
    operators,
    functions: functionsOf(query),
    windows: stateful ? windowsOf(query) : [],
    sink,
  };
}

function functionsOf({ physical }: AnalyzedQuery): string[] {
  const functions: string[] = [];
  for (const node of nodesOf(physical)) {
    if (node.op !== 'aggregate') continue;
    functions.push(
      node.aggregates.map(({ name, argTypes }) => `${name}(${argTypes.map(formatType).join(', ')})`).join(', '),
    );
  }
  return functions;
}

function windowsOf({ physical }: AnalyzedQuery): string[] {
  const windows: string[] = [];
  for (const node of nodesOf(physical)) {
    if (node.op !== 'assignWindow') continue;
    const { durationMicros, slideMicros, startMicros } = node.window;
    windows.push(`${durationMicros / 1e6} s every ${slideMicros / 1e6} s from ${startMicros / 1e6} s`);
  }
  return windows;
}

/**
 * Refuses a query that cannot continue a checkpoint, with what changed. Filters, projections, triggers, limits, delays and users' functions may
 * change; sources, stateful operators, their functions and windows, and a file sink's folder may not.
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
  const meanings = [
    ...listChange('functions of aggregate', before.functions ?? now.functions, now.functions),
    ...listChange('window', before.windows ?? now.windows, now.windows),
  ];
  if (meanings.length > 0) refuse('STATE_SCHEMA_INCOMPATIBLE', checkpoint, meanings);
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
