import type { AtomicType, DataType, Schema } from '../schema.ts';
import { struct } from '../schema.ts';
import type { JoinType } from '../sql/ast.ts';
import type { Scope, TypedExpr } from '../sql/typed.ts';
import type { LogicalPlan, StaticInput, StreamInput } from './logical.ts';

/**
 * A query ready to run: names resolved, types known, every implicit step explicit. Plain data; `explain` prints it and
 * `src/engine` runs it. Expressions refer to the columns of their input by position.
 */
export type PhysicalPlan =
  | (Node & { readonly op: 'source'; readonly stream: StreamInput; readonly sourceIndex: number })
  | (Node & { readonly op: 'static'; readonly table: StaticInput })
  | (Node & { readonly op: 'project'; readonly input: PhysicalPlan; readonly exprs: readonly TypedExpr[] })
  | (Node & { readonly op: 'filter'; readonly input: PhysicalPlan; readonly condition: TypedExpr })
  | (Node & {
      readonly op: 'watermark';
      readonly input: PhysicalPlan;
      readonly column: number;
      readonly delayMs: number;
      readonly watermarkId: number;
    })
  /** Appends the window of the row as a struct column; a row in several windows is repeated, one without time is filtered. */
  | (Node & {
      readonly op: 'assignWindow';
      readonly input: PhysicalPlan;
      readonly time: TypedExpr;
      readonly window: WindowSpec;
      /** Each row gets its pane instead, one slide long, and is not repeated; the aggregation above puts windows together from panes. */
      readonly byPane: boolean;
    })
  /** Appends [time, time + gap) as a struct column; rows with a null time or a gap that is null or not positive are filtered. */
  | (Node & {
      readonly op: 'assignSession';
      readonly input: PhysicalPlan;
      readonly time: TypedExpr;
      readonly gap: TypedExpr;
    })
  /** Appends the generator's columns; a row gives as many rows as its array or map has entries. */
  | (Node & {
      readonly op: 'generate';
      readonly input: PhysicalPlan;
      readonly value: TypedExpr;
      readonly withPosition: boolean;
      readonly outer: boolean;
    })
  | (Node & {
      readonly op: 'aggregate';
      readonly input: PhysicalPlan;
      readonly operatorId: number;
      /** Grouping columns of the input, by position. */
      readonly keys: readonly number[];
      readonly aggregates: readonly AggregateCall[];
      /** Position within `keys` of the column that the watermark closes; null when groups never close. */
      readonly eventTimeKey: number | null;
      /** Position within `keys` of the session window column, for session aggregation. */
      readonly sessionKey: number | null;
      /** The key, by its position within `keys`, that comes as panes, and the windows to make of them; null: none does. */
      readonly panes: { readonly key: number; readonly window: WindowSpec } | null;
    })
  | (Node & {
      readonly op: 'deduplicate';
      readonly input: PhysicalPlan;
      readonly operatorId: number;
      readonly keys: readonly number[];
      /** Column whose watermark filters late rows, or null. */
      readonly eventTime: number | null;
      /** Whether the event time is one of the keys, so that the watermark evicts them. */
      readonly evictsByKey: boolean;
      /** dropDuplicatesWithinWatermark: how long a key is remembered after its first row; null: dropDuplicates. */
      readonly withinMs: number | null;
    })
  | (Node & { readonly op: 'limit'; readonly input: PhysicalPlan; readonly operatorId: number; readonly count: number })
  | (Node & {
      readonly op: 'join';
      readonly left: PhysicalPlan;
      readonly right: PhysicalPlan;
      readonly type: JoinType;
      /** Equi-join keys, over the left and the right input. */
      readonly leftKeys: readonly TypedExpr[];
      readonly rightKeys: readonly TypedExpr[];
      /** What else must hold, over the left columns followed by the right columns. */
      readonly condition: TypedExpr | null;
    })
  | (Node & { readonly op: 'union'; readonly inputs: readonly PhysicalPlan[] })
  | (Node & { readonly op: 'sort'; readonly input: PhysicalPlan; readonly by: readonly SortKey[] })
  | (Node & { readonly op: 'repartition'; readonly input: PhysicalPlan; readonly files: number })
  | (Node & {
      readonly op: 'flatMap';
      readonly input: PhysicalPlan;
      readonly rows: (row: Record<string, unknown>) => Iterable<Record<string, unknown>>;
    })
  | (Node & { readonly op: 'unsupported'; readonly input: PhysicalPlan; readonly operation: string });

interface Node {
  readonly output: readonly Attribute[];
}

/** An output column of a plan node. */
export interface Attribute {
  readonly name: string;
  readonly qualifier?: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Set on the watermarked column, its copies, and windows over it (Spark keeps it in the column's metadata). */
  readonly eventTime?: EventTimeMark;
}

export interface EventTimeMark {
  readonly watermarkId: number;
  readonly delayMs: number;
}

/** Micros since the epoch throughout; see TimeWindow in Spark's catalyst. */
export interface WindowSpec {
  readonly durationMicros: number;
  readonly slideMicros: number;
  readonly startMicros: number;
}

export interface AggregateCall {
  readonly name: string;
  /** Argument columns of the input, by position; empty for count(*). */
  readonly args: readonly number[];
  readonly argTypes: readonly DataType[];
  readonly type: DataType;
  /** Constant settings of the aggregate (relativeSD, ignoreNulls, percentage), by their argument's position. */
  readonly parameters: readonly unknown[];
}

export interface SortKey {
  readonly expr: TypedExpr;
  readonly ascending: boolean;
  readonly nullsFirst: boolean;
}

export const WINDOW_TYPE: DataType = struct([
  { name: 'start', type: { kind: 'timestamp' } as AtomicType, nullable: true },
  { name: 'end', type: { kind: 'timestamp' } as AtomicType, nullable: true },
]);

export function schemaOf(attributes: readonly Attribute[]): Schema {
  return struct(attributes.map(({ name, type, nullable }) => ({ name, type, nullable })));
}

export function scopeOf(attributes: readonly Attribute[], timeZone: string): Scope {
  return { columns: attributes, timeZone };
}

export function childrenOf(plan: PhysicalPlan): readonly PhysicalPlan[] {
  switch (plan.op) {
    case 'source':
    case 'static':
      return [];
    case 'join':
      return [plan.left, plan.right];
    case 'union':
      return plan.inputs;
    default:
      return [plan.input];
  }
}

/** Every node, parents first (the order in which Spark numbers stateful operators). */
export function* nodesOf(plan: PhysicalPlan): Generator<PhysicalPlan> {
  yield plan;
  for (const child of childrenOf(plan)) yield* nodesOf(child);
}

export function isStreamingPlan(plan: PhysicalPlan): boolean {
  return plan.op === 'source' || childrenOf(plan).some(isStreamingPlan);
}

/** A query as the engine takes it: what was written, and what will run. */
export interface AnalyzedQuery {
  readonly logical: LogicalPlan;
  readonly physical: PhysicalPlan;
  readonly streams: readonly StreamInput[];
  readonly timeZone: string;
}
