import type { AnalyzedQuery, PhysicalPlan } from '../plan/physical.ts';
import { nodesOf } from '../plan/physical.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { type CompileOptions, explainFilter, explainProjection } from './expression.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/**
 * The JavaScript that the steps of a query become, the step nearest the sink first; for `explain --codegen`. `aggregateCode` gives the loop of
 * an aggregation, null where it has none.
 */
export function explainGeneratedCode(
  query: AnalyzedQuery,
  aggregateCode: (node: AggregateNode) => string | null,
): string {
  const sections = [...nodesOf(query.physical)].flatMap((node) => {
    const code = node.op === 'aggregate' ? aggregateCode(node) : null;
    return code === null ? codeOf(node, query) : [`-- aggregate: add rows to groups\n${code}`];
  });
  return ['== Generated code ==', ...sections, ''].join('\n');
}

function codeOf(node: PhysicalPlan, options: CompileOptions): string[] {
  switch (node.op) {
    case 'project':
      return node.exprs.flatMap((expr, index) =>
        expr.kind === 'input' ? [] : [section(`project ${visible(node.output[index]?.name ?? '')}`, [expr], options)],
      );
    case 'filter':
      return [`-- filter\n${explainFilter(node.condition, options)}`];
    case 'assignWindow':
      return [section('window: time', [node.time], options)];
    case 'assignSession':
      return [section('session window: time and gap', [node.time, node.gap], options)];
    case 'generate':
      return [section('explode', [node.value], options)];
    case 'join':
      return [section('join: keys of both sides', [...node.leftKeys, ...node.rightKeys], options)];
    case 'sort':
      return [
        section(
          'sort',
          node.by.map((key) => key.expr),
          options,
        ),
      ];
    default:
      return [];
  }
}

function section(title: string, exprs: readonly TypedExpr[], options: CompileOptions): string {
  return `-- ${title}\n${explainProjection(exprs, options)}`;
}

/** Names between planning steps carry a NUL; people do not see it. */
function visible(name: string): string {
  return name.replaceAll('\u0000', '');
}
