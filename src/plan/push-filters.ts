import { isDeterministic } from '../sql/deterministic.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { inputsUsed, mapInputs } from './inputs.ts';
import { and, conjuncts } from './join.ts';
import type { PhysicalPlan } from './physical.ts';

/**
 * Moves filters below the watermark where Spark's optimizer does: the deterministic conjuncts that do not mention the event
 * time act before the watermark sees the row, so that rows they remove do not advance it; also through a union, into each of its inputs
 * (catalyst Optimizer.scala, PushPredicateThroughNonJoin). This shows in results, so it is not left to chance.
 */
export function pushFilters(plan: PhysicalPlan): PhysicalPlan {
  switch (plan.op) {
    case 'source':
    case 'static':
      return plan;
    case 'join':
      return { ...plan, left: pushFilters(plan.left), right: pushFilters(plan.right) };
    case 'union':
      return { ...plan, inputs: plan.inputs.map(pushFilters) };
    case 'filter':
      return pushCondition(plan.condition, pushFilters(plan.input));
    default:
      return { ...plan, input: pushFilters(plan.input) };
  }
}

function pushCondition(condition: TypedExpr, input: PhysicalPlan): PhysicalPlan {
  if (input.op === 'union' && reachesWatermark(input)) {
    return splitCondition(
      condition,
      (part) => isDeterministic(part),
      input,
      (below) => ({ ...input, inputs: input.inputs.map((one) => pushCondition(below, one)) }),
    );
  }
  if (input.op === 'project' && reachesWatermark(input) && input.exprs.every(isDeterministic)) {
    const below = mapInputs(condition, (ref) => input.exprs[ref.index] as TypedExpr);
    return { ...input, input: pushCondition(below, input.input) };
  }
  if (input.op === 'filter' && reachesWatermark(input)) {
    return { ...input, input: pushCondition(condition, input.input) };
  }
  if (input.op !== 'watermark') return { op: 'filter', input, condition, output: input.output };
  return splitCondition(
    condition,
    (part) => isDeterministic(part) && !inputsUsed(part).has(input.column),
    input,
    (below) => ({ ...input, input: pushCondition(below, input.input) }),
  );
}

/** `push` takes the conjuncts that may go below `plan`; the others filter what comes out of it. */
function splitCondition(
  condition: TypedExpr,
  mayGoBelow: (part: TypedExpr) => boolean,
  plan: PhysicalPlan,
  push: (below: TypedExpr) => PhysicalPlan,
): PhysicalPlan {
  const parts = conjuncts(condition);
  const below = parts.filter(mayGoBelow);
  const above = parts.filter((part) => !mayGoBelow(part));
  const pushed = below.length === 0 ? plan : push(below.reduce(and));
  if (above.length === 0) return pushed;
  return { op: 'filter', input: pushed, condition: above.reduce(and), output: plan.output };
}

/** Only projections, filters and unions stand between the node and a watermark. */
function reachesWatermark(plan: PhysicalPlan): boolean {
  if (plan.op === 'watermark') return true;
  if (plan.op === 'union') return plan.inputs.some(reachesWatermark);
  return (plan.op === 'project' || plan.op === 'filter') && reachesWatermark(plan.input);
}
