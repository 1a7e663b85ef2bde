import { isDeterministic } from '../sql/deterministic.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { inputsUsed } from './inputs.ts';
import { areOrderless } from './orderless.ts';
import type { PhysicalPlan } from './physical.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;
type WindowNode = Extract<PhysicalPlan, { op: 'assignWindow' }>;

/**
 * Has the rows of sliding windows summed up once each, by pane: the stretch from the start of one window to that of the next. A window is put
 * together from the panes that it covers (Li et al., No pane, no gain, 2005), in the order of time, which is also what the last bits of sums of
 * doubles follow. So it is wherever windows are a whole number of slides long and nothing but the grouping asks which window a row is in.
 */
export function combinePanes(plan: PhysicalPlan): PhysicalPlan {
  if (plan.op === 'source' || plan.op === 'static') return plan;
  if (plan.op === 'join') return { ...plan, left: combinePanes(plan.left), right: combinePanes(plan.right) };
  if (plan.op === 'union') return { ...plan, inputs: plan.inputs.map(combinePanes) };
  const paned = plan.op === 'aggregate' ? withPanes(plan) : null;
  return paned ?? { ...plan, input: combinePanes(plan.input) };
}

function withPanes(node: AggregateNode): AggregateNode | null {
  const project = node.input;
  if (project.op !== 'project' || project.input.op !== 'assignWindow') return null;
  const assign = project.input;
  const key = paneKey(node, project.exprs, assign);
  if (key === null) return null;
  const byPane: PhysicalPlan = { ...assign, input: combinePanes(assign.input), byPane: true };
  return { ...node, input: { ...project, input: byPane }, panes: { key, window: assign.window } };
}

/** Position within the keys of the window that rows may be grouped by pane for; null: they may not. */
function paneKey(node: AggregateNode, exprs: readonly TypedExpr[], { window, output }: WindowNode): number | null {
  const panes = window.durationMicros / window.slideMicros;
  if (panes === 1 || !Number.isInteger(panes)) return null;
  if (!areOrderless(node.aggregates) || !exprs.every(isDeterministic)) return null;
  const readers = exprs.flatMap((expr, column) => (inputsUsed(expr).has(output.length - 1) ? [column] : []));
  const key = node.keys.indexOf(readers[0] as number);
  if (readers.length !== 1 || key < 0 || exprs[readers[0] as number]?.kind !== 'input') return null;
  return node.eventTimeKey === null || node.eventTimeKey === key ? key : null;
}
