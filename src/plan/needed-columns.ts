import type { PhysicalPlan } from './physical.ts';
import { childrenOf } from './physical.ts';

/**
 * The columns of a source that its plan reads, by position; null: all of them. A row that an operator may set aside whole (a late one) needs
 * all columns there.
 */
export function neededColumns(plan: PhysicalPlan, sourceIndex: number): readonly number[] | null {
  const found: Need[] = [];
  visit(plan, null, sourceIndex, found);
  const all = found.includes(null);
  return all ? null : [...new Set(found.flatMap((need) => [...(need as ReadonlySet<number>)]))].sort((a, b) => a - b);
}

/** Positions in a node's output; null: all. */
type Need = ReadonlySet<number> | null;

function visit(node: PhysicalPlan, need: Need, sourceIndex: number, found: Need[]): void {
  if (node.op === 'source') {
    if (node.sourceIndex === sourceIndex) found.push(need);
    return;
  }
  const below = needOfInput(node, need);
  for (const child of childrenOf(node)) visit(child, below, sourceIndex, found);
}

/** What a node needs of its input when `need` of its own output is needed. */
function needOfInput(node: PhysicalPlan, need: Need): Need {
  switch (node.op) {
    case 'project':
      return columnsIn(node.exprs);
    case 'filter':
      return need === null ? null : union(need, columnsIn(node.condition));
    case 'watermark':
      return need === null ? null : union(need, new Set([node.column]));
    case 'aggregate':
      return node.eventTimeKey === null
        ? new Set([...node.keys, ...node.aggregates.flatMap((call) => call.args)])
        : null;
    default:
      return null;
  }
}

function union(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a, ...b]);
}

/** Positions of the input columns in typed expressions, which are plain data. */
function columnsIn(value: unknown, columns = new Set<number>()): Set<number> {
  if (typeof value !== 'object' || value === null) return columns;
  const { kind, index } = value as { kind?: unknown; index?: unknown };
  if (kind === 'input' && typeof index === 'number') columns.add(index);
  for (const part of Object.values(value)) columnsIn(part, columns);
  return columns;
}
