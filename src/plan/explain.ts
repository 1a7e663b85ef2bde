import { formatType } from '../schema.ts';
import type { Expr } from '../sql/ast.ts';
import { outputName } from '../sql/resolve.ts';
import type { TypedExpr } from '../sql/typed.ts';
import type { LogicalPlan } from './logical.ts';
import { inputsOf } from './logical.ts';
import type { AnalyzedQuery, PhysicalPlan } from './physical.ts';
import { childrenOf } from './physical.ts';

/** Logical and physical plan as indented text, the operator nearest the sink first, as Spark prints them. */
export function explainPlan(query: AnalyzedQuery): string {
  return [
    '== Logical plan ==',
    ...logicalLines(query.logical, 0),
    '',
    '== Physical plan ==',
    ...physicalLines(query.physical, 0),
    '',
  ].join('\n');
}

function indent(depth: number): string {
  return depth === 0 ? '' : `${'   '.repeat(depth - 1)}+- `;
}

function logicalLines(plan: LogicalPlan, depth: number): string[] {
  return [
    `${indent(depth)}${describeLogical(plan)}`,
    ...inputsOf(plan).flatMap((input) => logicalLines(input, depth + 1)),
  ];
}

function describeLogical(plan: LogicalPlan): string {
  switch (plan.op) {
    case 'stream':
      return `stream ${plan.source.description} ${formatType(plan.schema)}`;
    case 'static':
      return `table ${plan.name} ${formatType(plan.schema)}`;
    case 'select':
      return `select ${list(plan.items)}`;
    case 'filter':
      return `filter ${text(plan.condition)}`;
    case 'withColumn':
      return `withColumn ${plan.name} = ${text(plan.value)}`;
    case 'withColumnRenamed':
      return `withColumnRenamed ${plan.from} -> ${plan.to}`;
    case 'drop':
      return `drop ${plan.columns.join(', ')}`;
    case 'withWatermark':
      return `withWatermark ${plan.column}, ${plan.delay}`;
    case 'aggregate': {
      const having = plan.having === undefined ? '' : ` having ${text(plan.having)}`;
      return `aggregate by [${list(plan.keys)}] giving [${list(plan.results)}]${having}`;
    }
    case 'deduplicate': {
      const name = plan.withinWatermark ? 'dropDuplicatesWithinWatermark' : 'dropDuplicates';
      return `${name} ${plan.columns?.join(', ') ?? '(all columns)'}`;
    }
    case 'limit':
      return `limit ${plan.count}`;
    case 'join':
      return `join ${plan.type}${plan.using ? ` using ${plan.using.join(', ')}` : plan.on ? ` on ${text(plan.on)}` : ''}`;
    case 'sort':
      return `sort ${plan.by.map((item) => `${text(item.expr)} ${item.ascending ? 'asc' : 'desc'}`).join(', ')}`;
    case 'alias':
      return `alias ${plan.name}`;
    case 'repartition':
      return `repartition ${plan.files}`;
    case 'flatMap':
      return `flatMap (user function) ${formatType(plan.schema)}`;
    case 'unsupported':
      return plan.operation;
    case 'union':
    case 'distinct':
      return plan.op;
  }
}

function list(exprs: readonly Expr[]): string {
  return exprs.map(text).join(', ');
}

function text(expr: Expr): string {
  if (expr.kind === 'alias') return `${text(expr.child)} AS ${expr.name}`;
  if (expr.kind === 'star') return expr.qualifier === undefined ? '*' : `${expr.qualifier}.*`;
  return outputName(expr);
}

function physicalLines(plan: PhysicalPlan, depth: number): string[] {
  return [
    `${indent(depth)}${describePhysical(plan)}`,
    ...childrenOf(plan).flatMap((child) => physicalLines(child, depth + 1)),
  ];
}

function describePhysical(plan: PhysicalPlan): string {
  switch (plan.op) {
    case 'source':
      return `source ${plan.sourceIndex}: ${plan.stream.source.description}`;
    case 'static':
      return `table ${plan.table.name}, read for every batch`;
    case 'project':
      return `project [${plan.exprs.map((expr, i) => `${typedText(expr)} AS ${clean(plan.output[i]?.name ?? '')}`).join(', ')}]`;
    case 'filter':
      return `filter ${typedText(plan.condition)}`;
    case 'watermark':
      return `watermark ${clean(plan.output[plan.column]?.name ?? '')}, delay ${plan.delayMs} ms`;
    case 'assignWindow': {
      const { durationMicros, slideMicros, startMicros } = plan.window;
      return `${plan.byPane ? 'pane of the window' : 'window'} of ${typedText(plan.time)}: ${durationMicros / 1000} ms every ${slideMicros / 1000} ms from ${startMicros / 1000} ms`;
    }
    case 'assignSession':
      return `session window of ${typedText(plan.time)}, gap ${typedText(plan.gap)}`;
    case 'generate':
      return `${plan.withPosition ? 'posexplode' : 'explode'}${plan.outer ? '_outer' : ''} ${typedText(plan.value)}`;
    case 'aggregate': {
      const keys = plan.keys.map((key) => clean(plan.input.output[key]?.name ?? ''));
      const calls = plan.aggregates.map((call) => `${call.name}(${call.args.map((arg) => `#${arg}`).join(', ')})`);
      const closes =
        plan.eventTimeKey === null ? 'never closed' : `closed by the watermark of ${keys[plan.eventTimeKey]}`;
      const panes = plan.panes === null ? '' : ', put together from panes';
      return `aggregate (state ${plan.operatorId}) keys [${keys.join(', ')}] ${closes}${panes}: ${calls.join(', ')}`;
    }
    case 'deduplicate':
      return `deduplicate (state ${plan.operatorId}) by [${plan.keys.map((key) => clean(plan.output[key]?.name ?? '')).join(', ')}]`;
    case 'limit':
      return `limit (state ${plan.operatorId}) ${plan.count}`;
    case 'join':
      return `hash join ${plan.type} [${plan.leftKeys.map((key, i) => `${typedText(key)} = ${typedText(plan.rightKeys[i] as TypedExpr)}`).join(', ')}]`;
    case 'sort':
      return `sort ${plan.by.map((key) => typedText(key.expr)).join(', ')}`;
    case 'repartition':
      return `output in ${plan.files} files`;
    case 'flatMap':
      return 'flatMap (user function)';
    case 'unsupported':
      return plan.operation;
    case 'union':
      return 'union';
  }
}

/** Names between planning steps carry a NUL so that no user column clashes; people do not see it. */
function clean(name: string): string {
  return name.replaceAll('\u0000', '');
}

function typedText(expr: TypedExpr): string {
  switch (expr.kind) {
    case 'literal':
      return expr.value === null ? 'NULL' : String(expr.value);
    case 'input':
      return `${clean(expr.name)}#${expr.index}`;
    case 'field':
      return `${typedText(expr.child)}.${expr.child.type.kind === 'struct' ? expr.child.type.fields[expr.ordinal]?.name : expr.ordinal}`;
    case 'cast':
      return `cast(${typedText(expr.child)} as ${formatType(expr.type)})`;
    case 'call':
      return `${expr.name}(${expr.args.map(typedText).join(', ')})`;
    case 'case':
      return `case ${expr.branches.map((b) => `when ${typedText(b.when)} then ${typedText(b.then)}`).join(' ')}${expr.otherwise ? ` else ${typedText(expr.otherwise)}` : ''} end`;
    case 'lambda':
      return `(${expr.params.map((p) => p.name).join(', ')}) -> ${typedText(expr.body)}`;
    case 'param':
      return expr.name;
  }
}
