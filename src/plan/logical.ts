import type { Batch } from '../batch.ts';
import type { Schema } from '../schema.ts';
import type { Expr, JoinType, SortItem } from '../sql/ast.ts';

/**
 * A query as it was written, whichever door it came through (TypeScript, YAML, SQL): plain data, a tree whose leaves are
 * inputs. Names are not resolved and nothing is checked here; `analyze` does both.
 */
export type LogicalPlan =
  | StreamInput
  | StaticInput
  | { readonly op: 'select'; readonly input: LogicalPlan; readonly items: readonly Expr[] }
  | { readonly op: 'filter'; readonly input: LogicalPlan; readonly condition: Expr }
  | { readonly op: 'withColumn'; readonly input: LogicalPlan; readonly name: string; readonly value: Expr }
  | { readonly op: 'withColumnRenamed'; readonly input: LogicalPlan; readonly from: string; readonly to: string }
  | { readonly op: 'drop'; readonly input: LogicalPlan; readonly columns: readonly string[] }
  | { readonly op: 'withWatermark'; readonly input: LogicalPlan; readonly column: string; readonly delay: string }
  | {
      readonly op: 'aggregate';
      readonly input: LogicalPlan;
      readonly keys: readonly Expr[];
      /** What comes out, in order: grouping expressions, aggregates, expressions over both. */
      readonly results: readonly Expr[];
      readonly having?: Expr;
    }
  | {
      readonly op: 'deduplicate';
      readonly input: LogicalPlan;
      /** Null: all columns. */
      readonly columns: readonly string[] | null;
      readonly withinWatermark: boolean;
    }
  /** Distinct rows: an aggregation over all columns. */
  | { readonly op: 'distinct'; readonly input: LogicalPlan }
  | { readonly op: 'limit'; readonly input: LogicalPlan; readonly count: number }
  | {
      readonly op: 'join';
      readonly left: LogicalPlan;
      readonly right: LogicalPlan;
      readonly type: JoinType;
      readonly on?: Expr;
      readonly using?: readonly string[];
    }
  | { readonly op: 'union'; readonly inputs: readonly LogicalPlan[] }
  | { readonly op: 'sort'; readonly input: LogicalPlan; readonly by: readonly SortItem[] }
  | { readonly op: 'alias'; readonly input: LogicalPlan; readonly name: string }
  | { readonly op: 'repartition'; readonly input: LogicalPlan; readonly files: number }
  | {
      readonly op: 'flatMap';
      readonly input: LogicalPlan;
      readonly schema: Schema;
      /** A user's function over row objects; runs on the main thread. */
      readonly rows: (row: Record<string, unknown>) => Iterable<Record<string, unknown>>;
    }
  /** Something that Spark knows and a stream cannot do; refused by name. */
  | { readonly op: 'unsupported'; readonly input: LogicalPlan; readonly operation: string };

/** A streaming input. Two nodes with the same `id` are the same stream. */
export interface StreamInput {
  readonly op: 'stream';
  readonly id: string;
  /** The kind of source (`file`, `memory`, `rate`, ...) and its checked options: what build.ts makes the source from. */
  readonly source: SourceSpec;
  readonly schema: Schema;
}

export interface SourceSpec {
  readonly kind: string;
  readonly description: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A static input: read again for every batch, so that a changed table is seen by the next batch. */
export interface StaticInput {
  readonly op: 'static';
  readonly name: string;
  readonly schema: Schema;
  readonly read: () => AsyncIterable<Batch>;
}

export function inputsOf(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.op) {
    case 'stream':
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

/** Whether any input of the plan is a stream. */
export function isStreaming(plan: LogicalPlan): boolean {
  return plan.op === 'stream' || inputsOf(plan).some(isStreaming);
}

/** The streams of a plan, each once, in the order of their first appearance: their index is their place in the checkpoint. */
export function streamsOf(plan: LogicalPlan): StreamInput[] {
  const found: StreamInput[] = [];
  const visit = (node: LogicalPlan): void => {
    if (node.op === 'stream' && !found.some((stream) => stream.id === node.id)) found.push(node);
    inputsOf(node).forEach(visit);
  };
  visit(plan);
  return found;
}
