import type { PhysicalPlan } from '../plan/physical.ts';
import { isStreamingPlan } from '../plan/physical.ts';
import type { OperatorAccount } from './batch-run.ts';
import { emptyAccount } from './batch-run.ts';
import type { Operator } from './operator.ts';

/**
 * Rows of one run of a batch, counted where they pass: between the operators, so that no operator's own account is taken at its word. Plain
 * numbers: what another thread counted is added to the batch's by `add`.
 */
export class RowFlow {
  /** Rows that came out of each operator, by its number in the plan. */
  readonly out: number[] = [];
  /** Rows that each stateful operator put into its groups, by operator id. */
  readonly grouped: number[] = [];

  give(edge: number, rows: number): void {
    this.out[edge] = (this.out[edge] ?? 0) + rows;
  }

  group(operatorId: number, rows: number): void {
    this.grouped[operatorId] = (this.grouped[operatorId] ?? 0) + rows;
  }

  add({ out, grouped }: Pick<RowFlow, 'out' | 'grouped'>): void {
    out.forEach((rows, edge) => {
      this.give(edge, rows);
    });
    grouped.forEach((rows, operatorId) => {
      this.group(operatorId, rows);
    });
  }
}

/** Counts what comes out of an operator. */
export function countedOperator(operator: Operator, edge: number): Operator {
  return {
    async *rows(run) {
      for await (const batch of operator.rows(run)) {
        run.flow.give(edge, batch.length);
        yield batch;
      }
    },
  };
}

/** What must hold of an operator after each batch: its node, where its rows come from and go to, and its account. */
export interface RowLaw {
  readonly node: PhysicalPlan;
  /** Numbers of the operators that it reads, in the node's order. */
  readonly inputs: readonly number[];
  readonly edge: number;
  /** Its name in the accounts; null when it has none. */
  readonly account: string | null;
}

/** What is wrong with the rows of an operator, in words; null when they are all accounted for. */
export function brokenLaw(law: RowLaw, flow: RowFlow, accounts: ReadonlyMap<string, OperatorAccount>): string | null {
  const { node, inputs } = law;
  const came = inputs.reduce((sum, edge) => sum + (flow.out[edge] ?? 0), 0);
  const went = flow.out[law.edge] ?? 0;
  const account = accounts.get(law.account ?? '') ?? emptyAccount();
  switch (node.op) {
    case 'source':
    case 'static':
    case 'unsupported':
      return null;
    case 'project':
    case 'watermark':
    case 'union':
    case 'sort':
    case 'repartition':
      return differ(came, 'rows came in', went, 'went out');
    case 'filter':
    case 'deduplicate':
    case 'limit':
    case 'assignSession':
      return cameIn(account, came) ?? differ(account.passed, 'rows passed', went, 'went out');
    case 'assignWindow':
      return cameIn(account, came) ?? windowsOf(node, account, went);
    case 'generate':
    case 'flatMap':
      return cameIn(account, came) ?? atLeastOneEach(account, went);
    case 'join': {
      // The static side is a table to look things up in: the account is that of the rows that look.
      const probe = isStreamingPlan(node.right) ? inputs[1] : inputs[0];
      // Rows of the table that nothing looked up may come out beside (outer joins of two tables).
      const lost = went < account.passed ? `${account.passed} rows passed, but ${went} went out` : null;
      return cameIn(account, flow.out[probe as number] ?? 0) ?? lost;
    }
    case 'aggregate':
      return differ(came, 'rows came in', (flow.grouped[node.operatorId] ?? 0) + account.late, 'were grouped or late');
  }
}

function differ(a: number, which: string, b: number, others: string): string | null {
  return a === b ? null : `${a} ${which}, but ${b} ${others}`;
}

function cameIn(account: OperatorAccount, came: number): string | null {
  return differ(came, 'rows came in', account.in, 'are in its account');
}

/** Every row that is not filtered gives one row or more; rows that are all filtered give none. */
function atLeastOneEach({ passed }: OperatorAccount, went: number): string | null {
  return went < passed || (passed === 0 && went > 0) ? `${passed} rows passed, but ${went} went out` : null;
}

/**
 * Every row with a time is in one pane, or in as many windows as overlap, one fewer at times when they are no whole number of slides long; late
 * ones flow on.
 */
function windowsOf(
  { window, byPane }: Extract<PhysicalPlan, { op: 'assignWindow' }>,
  account: OperatorAccount,
  went: number,
): string | null {
  const rows = account.in - account.filtered;
  const overlapping = byPane ? 1 : window.durationMicros / window.slideMicros;
  return went < rows * Math.floor(overlapping) || went > rows * Math.ceil(overlapping)
    ? `${rows} rows have a time, but ${went} rows with windows went out`
    : null;
}
