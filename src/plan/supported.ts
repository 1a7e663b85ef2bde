import { configError } from '../errors.ts';
import type { OutputMode } from '../sink.ts';
import { readsBatchTime } from '../sql/deterministic.ts';
import type { TypedExpr } from '../sql/typed.ts';
import type { StreamInput } from './logical.ts';
import type { AnalyzedQuery, Attribute, PhysicalPlan } from './physical.ts';
import { isStreamingPlan, nodesOf } from './physical.ts';

/**
 * Refuses, before any batch, what a stream cannot do, with the reason and the cure. The table is Spark's
 * (UnsupportedOperationChecker.checkForStreaming, checkForContinuous); semantics in docs/differences.md.
 */
export function checkStreaming(query: AnalyzedQuery, mode: OutputMode, continuous: boolean): void {
  if (!isStreamingPlan(query.physical)) {
    throw configError(
      'NO_STREAMING_SOURCE',
      'Queries without streaming sources cannot be executed with writeStream.start(). Use write for a static table, or readStream for its source.',
    );
  }
  const nodes = [...nodesOf(query.physical)].filter(isStreamingPlan);
  checkOutputMode(nodes, mode);
  for (const node of nodes) checkNode(node, mode);
  checkChained(query.physical, mode);
  if (continuous) checkContinuous(nodes, query.streams);
}

type Aggregate = Extract<PhysicalPlan, { op: 'aggregate' }>;

function isAggregate(node: PhysicalPlan): node is Aggregate {
  return node.op === 'aggregate';
}

function checkOutputMode(nodes: readonly PhysicalPlan[], mode: OutputMode): void {
  const aggregates = nodes.filter(isAggregate);
  if (mode === 'complete' && aggregates.length === 0) {
    refuseMode(mode, 'no streaming aggregations', 'Aggregate with groupBy(...), or use append mode.');
  }
  if (mode === 'append' && aggregates.some((node) => node.eventTimeKey === null)) {
    refuseMode(
      mode,
      'streaming aggregations without watermark',
      'Add withWatermark on the event time and group by that column or a window over it, or use update or complete mode.',
    );
  }
  if (mode === 'update' && aggregates.some((node) => node.sessionKey !== null)) {
    refuseMode(mode, 'session window streaming aggregations', 'Use append or complete mode.');
  }
}

function refuseMode(mode: OutputMode, operation: string, cure: string): never {
  throw configError(
    'OUTPUT_MODE_NOT_SUPPORTED',
    `The output mode ${mode} is not supported for ${operation} on streaming data. ${cure}`,
  );
}

function checkNode(node: PhysicalPlan, mode: OutputMode): void {
  switch (node.op) {
    case 'aggregate':
      if (mode !== 'complete') refuseTwoEventTimes(node.output.slice(0, node.keys.length));
      if (node.sessionKey !== null && node.keys.length === 1) {
        throw configError(
          'SESSION_WINDOW_NEEDS_KEY',
          'Global aggregation with session window in streaming query is not supported. Group by session_window(...) and at least one more column.',
        );
      }
      return;
    case 'join':
      checkJoin(node);
      return;
    case 'union':
      if (!node.inputs.every(isStreamingPlan))
        refuse(
          'Union between streaming and batch tables is not supported',
          'Write the static rows into the stream, or join with them.',
        );
      return;
    case 'sort':
      if (mode !== 'complete' || ![...nodesOf(node.input)].some(isAggregate)) {
        refuse(
          'Sorting is not supported on streaming data, unless it is on an aggregated table in complete mode',
          'Remove the sort, or sort what reads the output.',
        );
      }
      return;
    case 'limit':
      if (mode === 'update')
        refuse('Limits are not supported on streaming data in Update output mode', 'Use append mode.');
      return;
    case 'deduplicate':
      refuseTwoEventTimes(node.input.output);
      if (node.withinMs !== null && node.withinMs < 0) {
        throw configError(
          'WATERMARK_REQUIRED',
          'dropDuplicatesWithinWatermark is not supported on streaming data without watermark. Call withWatermark on the event time before it.',
        );
      }
      return;
    case 'unsupported':
      refuse(
        UNSUPPORTED[node.operation] ?? `${node.operation} is not supported on streaming data`,
        'Do it in what reads the output, or on a static table.',
      );
      return;
    default:
      return;
  }
}

const UNSUPPORTED: Readonly<Record<string, string>> = {
  sample: 'Sampling is not supported on streaming data',
  'except-static-stream': 'Except on a streaming table on the right is not supported',
  intersect: 'Intersect between two streaming tables is not supported',
  offset: 'Offset is not supported on streaming data',
  'row-window-function': 'Non-time-based windows are not supported on streaming data',
  groupingSets: 'Grouping sets, rollup and cube are not supported on streaming data',
  mapGroupsWithState:
    'Arbitrary state (mapGroupsWithState, flatMapGroupsWithState, transformWithState) is not supported by clickstream',
};

function refuse(what: string, cure: string): never {
  throw configError('UNSUPPORTED_OPERATION', `${what}. ${cure}`);
}

/**
 * A stateful operator is driven by one event time; in complete mode an aggregation is driven by none (Spark:
 * WatermarkSupport.findEventTimeColumn). The same column twice is one; its copy under another name is another.
 */
function refuseTwoEventTimes(columns: readonly Attribute[]): void {
  const marked = columns.filter((attribute) => attribute.eventTime !== undefined);
  const names = new Set(marked.map((attribute) => attribute.name.toLowerCase()));
  if (names.size > 1) {
    refuse(
      `More than one event time column reaches one stateful operator (${[...names].join(', ')})`,
      'Keep one of them: in the grouping, or in the select before.',
    );
  }
}

function checkJoin(node: Extract<PhysicalPlan, { op: 'join' }>): void {
  const left = isStreamingPlan(node.left);
  const right = isStreamingPlan(node.right);
  if (left && right) {
    refuse(
      'A join of two streams is not supported by clickstream',
      'Make one side a static table, or run it on Spark.',
    );
  }
  const allowed = {
    inner: true,
    cross: true,
    leftOuter: left,
    leftSemi: left,
    leftAnti: left,
    rightOuter: right,
    fullOuter: false,
  }[node.type];
  if (!allowed) {
    refuse(
      `A ${node.type} join with the stream on the ${left ? 'left' : 'right'} is not supported: it would have to wait for all future rows`,
      'Put the stream on the preserved side, or use an inner join.',
    );
  }
}

/** A stateful operator above an aggregation sees only final rows in append mode; in the others it would count rows twice. */
function checkChained(plan: PhysicalPlan, mode: OutputMode): void {
  if (mode === 'append') return;
  for (const node of nodesOf(plan)) {
    const stateful =
      node.op === 'aggregate' || node.op === 'deduplicate' || (node.op === 'limit' && mode !== 'complete');
    if (!stateful) continue;
    if ([...nodesOf(node)].slice(1).some((below) => isAggregate(below) && isStreamingPlan(below))) {
      throw configError(
        'CHAINED_STATEFUL_NOT_APPEND',
        `A stateful operator after a streaming aggregation would give wrong results in ${mode} mode, a possible correctness issue. Use append mode.`,
      );
    }
  }
}

/** Sources whose rows flow one by one; files are taken whole. */
const CONTINUOUS_SOURCES = new Set(['rate', 'socket', 'memory']);

function checkContinuous(nodes: readonly PhysicalPlan[], streams: readonly StreamInput[]): void {
  const mapLike = new Set(['source', 'project', 'filter', 'flatMap']);
  const other = nodes.find((node) => !mapLike.has(node.op));
  if (other !== undefined) refuseContinuous(`${other.op} operations`);
  if (streams.length !== 1) refuseContinuous('several sources');
  if (!CONTINUOUS_SOURCES.has(streams[0]?.source.kind ?? ''))
    refuseContinuous(`the source ${streams[0]?.source.description}`);
  if (nodes.flatMap(expressionsOf).some(readsBatchTime)) refuseContinuous('current time operations');
}

function expressionsOf(node: PhysicalPlan): readonly TypedExpr[] {
  if (node.op === 'project') return node.exprs;
  return node.op === 'filter' ? [node.condition] : [];
}

function refuseContinuous(what: string): never {
  throw configError(
    'CONTINUOUS_UNSUPPORTED',
    `Continuous processing does not support ${what}. Use a processingTime trigger.`,
  );
}
