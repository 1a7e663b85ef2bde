import { areOrderless } from '../plan/orderless.ts';
import type { AnalyzedQuery, PhysicalPlan } from '../plan/physical.ts';
import { childrenOf, nodesOf } from '../plan/physical.ts';
import type { OutputMode, RowEncoding } from '../sink.ts';

/**
 * The part of a query that works on each chunk of its source alone, so that chunks may be worked on by several threads at once. What it
 * makes of a chunk is put together in the chunks' order, so that the result does not depend on the threads.
 */
export interface Stage {
  readonly sourceIndex: number;
  readonly output: StageOutput;
}

export type StageOutput =
  /** The rows of the whole query, as the bytes that the sink wants. */
  | { readonly kind: 'bytes'; readonly encoding: RowEncoding }
  /** The groups that go into an aggregation's state. */
  | { readonly kind: 'groups'; readonly operatorId: number };

/** Everything a thread must know of a query. Plain data. */
export interface StageSpec {
  readonly physical: PhysicalPlan;
  readonly timeZone: string;
  readonly outputMode: OutputMode;
  readonly stage: Stage;
  /** What `ParallelReading.reader` gave. */
  readonly reader: unknown;
}

/** The stage of a query; null when there is none. `encoding`: how the sink wants rows as bytes, if it takes them so. */
export function stageOf(physical: PhysicalPlan, encoding: RowEncoding | null): Stage | null {
  const nodes = [...nodesOf(physical)];
  const sources = nodes.filter((node) => node.op === 'source');
  const source = sources[0];
  if (source?.op !== 'source' || sources.length > 1 || nodes.some(holdsFunctions)) return null;
  if (isChunkwise(physical)) {
    return encoding === null ? null : { sourceIndex: source.sourceIndex, output: { kind: 'bytes', encoding } };
  }
  const aggregate = nodes.find((node) => node.op === 'aggregate' && isChunkwise(node.input));
  if (aggregate?.op !== 'aggregate') return null;
  // The rows of sessions whose order matters are sorted by time, all of a batch together.
  if (aggregate.sessionKey !== null && !areOrderless(aggregate.aggregates)) return null;
  return { sourceIndex: source.sourceIndex, output: { kind: 'groups', operatorId: aggregate.operatorId } };
}

/** A user's function, or the rows of a table: they are this thread's. */
function holdsFunctions(node: PhysicalPlan): boolean {
  return node.op === 'flatMap' || node.op === 'static';
}

/** Whether the rows that come of a chunk depend on that chunk alone. */
function isChunkwise(plan: PhysicalPlan): boolean {
  return ['source', 'project', 'filter', 'watermark', 'assignWindow', 'assignSession', 'generate'].includes(plan.op)
    ? childrenOf(plan).every(isChunkwise)
    : false;
}

/** What a thread must know of a query; the source's own description stays here. */
export function stageSpec(query: AnalyzedQuery, outputMode: OutputMode, stage: Stage, reader: unknown): StageSpec {
  return { physical: withoutStreams(query.physical), timeZone: query.timeZone, outputMode, stage, reader };
}

function withoutStreams(plan: PhysicalPlan): PhysicalPlan {
  if (plan.op === 'source') {
    const { op, output, sourceIndex } = plan;
    return { op, output, sourceIndex } as PhysicalPlan;
  }
  return 'input' in plan ? ({ ...plan, input: withoutStreams(plan.input) } as PhysicalPlan) : plan;
}
