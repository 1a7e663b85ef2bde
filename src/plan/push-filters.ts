import type { TypedExpr } from '../sql/typed.ts';
import { inputsUsed, mapInputs } from './inputs.ts';
import { and, conjuncts } from './join.ts';
import type { PhysicalPlan } from './physical.ts';

/**
 * Moves filters below the watermark where Spark's optimizer does: the conjuncts that do not mention the event time act
 * before the watermark sees the row, so that rows they remove do not advance it
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
  if (input.op === 'project' && reachesWatermark(input)) {
    const below = mapInputs(condition, (ref) => input.exprs[ref.index] as TypedExpr);
    return { ...input, input: pushCondition(below, input.input) };
  }
  if (input.op === 'filter' && reachesWatermark(input)) {
    return { ...input, input: pushCondition(condition, input.input) };
  }
  if (input.op !== 'watermark') return { op: 'filter', input, condition, output: input.output };
  const parts = conjuncts(condition);
  const below = parts.filter((part) => !inputsUsed(part).has(input.column));
  const above = parts.filter((part) => inputsUsed(part).has(input.column));
  const pushed: PhysicalPlan =
    below.length === 0 ? input : { ...input, input: pushCondition(below.reduce(and), input.input) };
  if (above.length === 0) return pushed;
  return { op: 'filter', input: pushed, condition: above.reduce(and), output: input.output };
}

/** Only projections and filters stand between the node and a watermark. */
function reachesWatermark(plan: PhysicalPlan): boolean {
  if (plan.op === 'watermark') return true;
  return (plan.op === 'project' || plan.op === 'filter') && reachesWatermark(plan.input);
}
