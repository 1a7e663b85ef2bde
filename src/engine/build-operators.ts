import type { Vector } from '../batch.ts';
import { cellAt } from '../batch.ts';
import { configError } from '../errors.ts';
import type { AnalyzedQuery, PhysicalPlan, SortKey } from '../plan/physical.ts';
import { isStreamingPlan, nodesOf } from '../plan/physical.ts';
import type { Schema } from '../schema.ts';
import type { OutputMode } from '../sink.ts';
import { compareBy } from '../sql/functions/ordering.ts';
import type { StateStore } from '../state-store.ts';
import { groupStateSchema } from './group-table.ts';
import type { Operator, StatefulOperator } from './operator.ts';
import { AggregateOperator } from './operators/aggregate.ts';
import { DeduplicateOperator, dedupStateSchema } from './operators/deduplicate.ts';
import { joinOperator } from './operators/join.ts';
import { LIMIT_STATE, LimitOperator } from './operators/limit.ts';
import { SessionOperator } from './operators/session.ts';
import type { RowComparer } from './operators/stateless.ts';
import {
  filterOperator,
  flatMapOperator,
  generateOperator,
  projectOperator,
  sortOperator,
  sourceOperator,
  staticOperator,
  unionOperator,
  watermarkOperator,
} from './operators/stateless.ts';
import { sessionOperator, windowOperator } from './operators/window.ts';
import { countedOperator, type RowLaw } from './row-flow.ts';

/** What one stateful operator stores: its key columns lead the schema. */
export interface StateLayout {
  readonly operatorId: number;
  readonly operatorName: string;
  readonly schema: Schema;
  readonly keyColumns: number;
}

export interface OperatorTree {
  readonly root: Operator;
  /** By operator id: the one nearest the sink first. */
  readonly stateful: readonly StatefulOperator[];
  /** What must hold of the rows of each operator. */
  readonly laws: readonly RowLaw[];
  /** Whether the plan computes a watermark. */
  readonly watermarkIds: readonly number[];
}

/** Opens the durable state of an operator; null in a batch query, which keeps none. */
export type OpenState = ((layout: StateLayout) => StateStore) | null;

/** Turns a plan into operators. `openState` null makes a batch query: one run over all rows, nothing kept. */
export function buildOperators(
  query: Pick<AnalyzedQuery, 'physical' | 'timeZone'>,
  mode: OutputMode,
  openState: OpenState,
): OperatorTree {
  const builder = new Builder(query.timeZone, mode, openState);
  const root = builder.build(query.physical);
  const watermarkIds = [...nodesOf(query.physical)].flatMap((node) =>
    node.op === 'watermark' ? [node.watermarkId] : [],
  );
  const stateful = builder.stateful.sort((a, b) => a.operatorId - b.operatorId);
  return { root, stateful, laws: builder.laws, watermarkIds };
}

class Builder {
  readonly stateful: StatefulOperator[] = [];
  readonly laws: RowLaw[] = [];
  /** The operators under construction, innermost last: what they read, and the name of their account. */
  private readonly open: { readonly inputs: number[]; account: string | null }[] = [];
  private readonly names = new Map<string, number>();

  constructor(
    private readonly timeZone: string,
    private readonly mode: OutputMode,
    private readonly openState: OpenState,
  ) {}

  build(node: PhysicalPlan): Operator {
    return this.counted(node, () => this.make(node));
  }

  /** Makes the operator of a node, with its rows counted and its law noted. */
  private counted(node: PhysicalPlan, make: () => Operator): Operator {
    const own = { inputs: [], account: null };
    this.open.push(own);
    const operator = make();
    this.open.pop();
    const edge = this.laws.length;
    this.laws.push({ node, edge, ...own });
    this.open.at(-1)?.inputs.push(edge);
    return countedOperator(operator, edge);
  }

  private make(node: PhysicalPlan): Operator {
    switch (node.op) {
      case 'source':
        return sourceOperator(node);
      case 'static':
        return staticOperator(node);
      case 'project':
        return projectOperator(node, this.projected(node.input), this.timeZone);
      case 'filter':
        return this.filter(node, false);
      case 'watermark':
        return watermarkOperator(node, this.build(node.input));
      case 'assignWindow':
        return windowOperator(node, this.build(node.input), this.accountName('window'), this.timeZone, false);
      case 'assignSession':
        return sessionOperator(node, this.build(node.input), this.accountName('session_window'), this.timeZone);
      case 'generate':
        return generateOperator(node, this.build(node.input), this.accountName('explode'), this.timeZone);
      case 'aggregate':
        return this.aggregate(node);
      case 'deduplicate':
        return this.register(
          new DeduplicateOperator(
            node,
            this.build(node.input),
            this.store(node, 'dedupe', dedupStateSchema(node), 1 + node.keys.length),
            this.accountName('dropDuplicates'),
          ),
        );
      case 'limit':
        return this.limit(node);
      case 'join':
        return joinOperator(
          node,
          this.build(node.left),
          this.build(node.right),
          this.accountName('join'),
          this.timeZone,
        );
      case 'union':
        return unionOperator(
          node,
          node.inputs.map((input) => this.build(input)),
        );
      case 'sort':
        return sortOperator(node, this.build(node.input), this.timeZone, comparerOf(node.by));
      case 'repartition':
        return this.build(node.input); // how many files the sink writes; see repartitionOf
      case 'flatMap':
        return flatMapOperator(node, this.build(node.input), this.accountName('flatMap'));
      case 'unsupported':
        throw configError('UNSUPPORTED_OPERATION', `${node.operation} cannot run.`);
    }
  }

  private filter(node: Extract<PhysicalPlan, { op: 'filter' }>, lazily: boolean): Operator {
    return filterOperator(node, this.build(node.input), this.accountName('filter'), this.timeZone, lazily);
  }

  /** The input of a projection: it reads the rows that a filter keeps where they are. */
  private projected(node: PhysicalPlan): Operator {
    return node.op === 'filter' ? this.counted(node, () => this.filter(node, true)) : this.build(node);
  }

  private aggregate(node: Extract<PhysicalPlan, { op: 'aggregate' }>): Operator {
    const fields = node.output.slice(0, node.keys.length).map(({ name, type, nullable }) => ({ name, type, nullable }));
    const layout = groupStateSchema(fields, node.aggregates);
    if (node.sessionKey !== null) {
      const store = this.store(node, 'sessionWindowStateStoreSaveExec', layout, node.keys.length);
      return this.register(new SessionOperator(node, this.build(node.input), store, this.accountName('session')));
    }
    const store = this.store(node, 'stateStoreSave', layout, node.keys.length);
    const windowed = this.lateWindows(node);
    return this.register(
      new AggregateOperator(
        node,
        windowed ?? this.build(node.input),
        store,
        this.accountName('aggregate'),
        windowed === null,
      ),
    );
  }

  /** The input of a window aggregation, with the window operator telling late rows, where it stands right below. */
  private lateWindows(node: Extract<PhysicalPlan, { op: 'aggregate' }>): Operator | null {
    const project = node.input;
    if (node.eventTimeKey === null || project.op !== 'project' || project.input.op !== 'assignWindow') return null;
    const key = project.exprs[node.keys[node.eventTimeKey] as number];
    const isItsWindow = key?.kind === 'input' && key.index === project.input.output.length - 1;
    if (!isItsWindow) return null;
    const window = project.input;
    const makeWindow = () =>
      windowOperator(window, this.build(window.input), this.accountName('window'), this.timeZone, true);
    return this.counted(project, () => projectOperator(project, this.counted(window, makeWindow), this.timeZone));
  }

  private limit(node: Extract<PhysicalPlan, { op: 'limit' }>): Operator {
    const perBatch = this.mode === 'complete' && [...nodesOf(node.input)].some((n) => n.op === 'aggregate');
    const store = this.store(node, 'globalLimit', LIMIT_STATE, 0);
    return this.register(new LimitOperator(node, this.build(node.input), store, this.accountName('limit'), perBatch));
  }

  private store(
    node: PhysicalPlan & { operatorId: number },
    name: string,
    schema: Schema,
    keys: number,
  ): StateStore | null {
    if (this.openState === null || !isStreamingPlan(node)) return null;
    return this.openState({ operatorId: node.operatorId, operatorName: name, schema, keyColumns: keys });
  }

  private register(operator: StatefulOperator): Operator {
    this.stateful.push(operator);
    return operator;
  }

  /** A name for the row account: the kind, numbered when there are several. */
  private accountName(kind: string): string {
    const count = (this.names.get(kind) ?? 0) + 1;
    this.names.set(kind, count);
    const name = count === 1 ? kind : `${kind} ${count}`;
    const making = this.open.at(-1);
    if (making !== undefined) making.account = name;
    return name;
  }
}

function comparerOf(keys: readonly SortKey[]): RowComparer {
  const comparers = keys.map((key) => compareBy(key.expr.type));
  return (vectors, a, b) => {
    for (let k = 0; k < keys.length; k++) {
      const { ascending, nullsFirst } = keys[k] as SortKey;
      const left = cellAt(vectors[k] as Vector, a);
      const right = cellAt(vectors[k] as Vector, b);
      if (left === null && right === null) continue;
      if (left === null) return nullsFirst ? -1 : 1;
      if (right === null) return nullsFirst ? 1 : -1;
      const order = (comparers[k] as (x: typeof left, y: typeof right) => number)(left, right);
      if (order !== 0) return ascending ? order : -order;
    }
    return 0;
  };
}

/** The number of output files that the plan asks for (repartition, coalesce), or null. */
export function repartitionOf(plan: PhysicalPlan): number | null {
  if (plan.op === 'repartition') return plan.files;
  return plan.op === 'project' || plan.op === 'filter' ? repartitionOf(plan.input) : null;
}
