import { configError } from '../errors.ts';
import type { DataType, Schema } from '../schema.ts';
import { formatType } from '../schema.ts';
import { analysisError } from '../sql/analysis-error.ts';
import type { Expr } from '../sql/ast.ts';
import { outputName, resolveExpression } from '../sql/resolve.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { isAggregation, planAggregate } from './aggregate.ts';
import { eventTimeOf, expandItem, findColumn, inputRef, POSITION, positionRef, sameName } from './columns.ts';
import { generatorOf, planGenerator } from './generators.ts';
import { planJoin } from './join.ts';
import type { LogicalPlan } from './logical.ts';
import { streamsOf } from './logical.ts';
import { combinePanes } from './panes.ts';
import type { AnalyzedQuery, Attribute, PhysicalPlan } from './physical.ts';
import { isStreamingPlan, nodesOf, scopeOf } from './physical.ts';
import { pushFilters } from './push-filters.ts';
import { planSort } from './sort.ts';
import { planUnion } from './union.ts';
import { isWindowCall, planWindow, watermarkDelayMs } from './windows.ts';

export interface AnalysisOptions {
  /** Session time zone: what a timestamp without zone means, and what texts of timestamps show. */
  readonly timeZone: string;
}

/**
 * Resolves names and types of a query and makes its physical plan. Everything that can be known without running is
 * checked here, but for what depends on output mode, trigger and sink (see supported.ts).
 * Errors: ClickstreamError of category config, with Spark's error condition as code where Spark has one.
 */
export function analyze(logical: LogicalPlan, options: AnalysisOptions): AnalyzedQuery {
  const streams = streamsOf(logical);
  const planner = new Planner(
    options.timeZone,
    streams.map((stream) => stream.id),
  );
  const physical = numberOperators(combinePanes(pushFilters(planner.plan(logical))));
  return { logical, physical, streams, timeZone: options.timeZone };
}

class Planner {
  private watermarks = 0;

  constructor(
    private readonly timeZone: string,
    private readonly streamIds: readonly string[],
  ) {}

  plan(node: LogicalPlan): PhysicalPlan {
    switch (node.op) {
      case 'stream':
        return {
          op: 'source',
          stream: node,
          sourceIndex: this.streamIds.indexOf(node.id),
          output: attributesOf(node.schema),
        };
      case 'static':
        return { op: 'static', table: node, output: attributesOf(node.schema, node.name) };
      case 'select':
      case 'aggregate':
        return this.planOver(node, this.plan(node.input));
      case 'filter':
        return this.filter(this.plan(node.input), node.condition);
      case 'withColumn':
        return this.withColumn(this.plan(node.input), node.name, node.value);
      case 'withColumnRenamed':
        return renameColumn(this.plan(node.input), node.from, node.to);
      case 'drop':
        return dropColumns(this.plan(node.input), node.columns);
      case 'withWatermark':
        return this.withWatermark(this.plan(node.input), node.column, node.delay);
      case 'deduplicate':
        return this.deduplicate(this.plan(node.input), node.columns, node.withinWatermark);
      case 'distinct':
        return this.distinct(this.plan(node.input));
      case 'limit': {
        const input = this.plan(node.input);
        if (!Number.isSafeInteger(node.count) || node.count < 0) {
          throw configError('INVALID_LIMIT', `limit: expected a whole number from 0 on, found ${node.count}.`);
        }
        return { op: 'limit', input, operatorId: -1, count: node.count, output: input.output };
      }
      case 'join':
        return planJoin(this.plan(node.left), this.plan(node.right), node, this.timeZone);
      case 'union':
        return planUnion(node.inputs.map((input) => this.plan(input)));
      case 'sort':
        return planSort(node, this, this.timeZone);
      case 'alias': {
        const input = this.plan(node.input);
        const output = input.output.map((attribute) => ({ ...attribute, qualifier: node.name }));
        return { op: 'project', input, exprs: input.output.map(inputRef), output };
      }
      case 'repartition': {
        const input = this.plan(node.input);
        return { op: 'repartition', input, files: node.files, output: input.output };
      }
      case 'flatMap':
        return { op: 'flatMap', input: this.plan(node.input), rows: node.rows, output: attributesOf(node.schema) };
      case 'unsupported': {
        const input = this.plan(node.input);
        return { op: 'unsupported', input, operation: node.operation, output: input.output };
      }
    }
  }

  planOver(node: Extract<LogicalPlan, { op: 'select' | 'aggregate' }>, input: PhysicalPlan): PhysicalPlan {
    return node.op === 'select' ? this.select(input, node.items) : planAggregate(input, node, this.timeZone);
  }

  private select(input: PhysicalPlan, items: readonly Expr[]): PhysicalPlan {
    if (items.some(isAggregation)) {
      return planAggregate(input, { op: 'aggregate', keys: [], results: items }, this.timeZone);
    }
    const generated = planGenerator(planWindow(input, items, this.timeZone), items, this.timeZone);
    const scope = scopeOf(generated.input.output, this.timeZone);
    const exprs: TypedExpr[] = [];
    const output: Attribute[] = [];
    for (const item of generated.items) {
      for (const { expr, attribute } of expandItem(item, generated.input.output, scope)) {
        exprs.push(expr);
        output.push(attribute);
      }
    }
    return { op: 'project', input: generated.input, exprs, output };
  }

  /** An aggregation by all columns. Where names repeat, the columns have others while it goes on. */
  private distinct(input: PhysicalPlan): PhysicalPlan {
    const seen = new Set(input.output.map(({ name }) => name.toLowerCase()));
    const repeats = seen.size < input.output.length;
    const named = input.output.map((attribute, index) =>
      repeats ? { ...attribute, name: `${attribute.name}\u0000${index}` } : attribute,
    );
    const renamed: PhysicalPlan = { op: 'project', input, exprs: input.output.map(inputRef), output: named };
    const keys = named.map(({ name }): Expr => ({ kind: 'name', parts: [name] }));
    const grouped = planAggregate(renamed, { op: 'aggregate', keys, results: keys }, this.timeZone);
    if (!repeats) return grouped;
    const output = grouped.output.map((attribute, index) => ({
      ...attribute,
      name: named[index]?.name.split('\u0000')[0] ?? '',
    }));
    return { op: 'project', input: grouped, exprs: grouped.output.map(inputRef), output };
  }

  private filter(input: PhysicalPlan, condition: Expr): PhysicalPlan {
    const typed = resolveExpression(condition, scopeOf(input.output, this.timeZone));
    if (typed.type.kind !== 'boolean' && typed.type.kind !== 'void') {
      throw analysisError(
        'DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN',
        `A filter needs a boolean condition, found ${outputName(condition)} of type ${formatType(typed.type)}.`,
        condition.span,
      );
    }
    return { op: 'filter', input, condition: typed, output: input.output };
  }

  private withColumn(input: PhysicalPlan, name: string, value: Expr): PhysicalPlan {
    const at = input.output.findIndex((attribute) => sameName(attribute.name, name));
    const column: Expr = { kind: 'alias', child: value, name };
    const items: Expr[] = input.output.map((_, index) => (index === at ? column : positionRef(index)));
    if (at < 0) items.push(column);
    if (value.kind === 'call' && (isWindowCall(value) || generatorOf(value) !== null)) {
      return this.select(
        input,
        items.map((item) => restorePosition(item, input.output)),
      );
    }
    const scope = scopeOf(input.output, this.timeZone);
    const parts = items.flatMap((item) => expandItem(item, input.output, scope));
    return { op: 'project', input, exprs: parts.map((p) => p.expr), output: parts.map((p) => p.attribute) };
  }

  private withWatermark(input: PhysicalPlan, column: string, delay: string): PhysicalPlan {
    const delayMs = watermarkDelayMs(delay);
    if ([...nodesOf(input)].some((node) => node.op === 'watermark')) {
      throw configError(
        'WATERMARK_REDEFINED',
        'withWatermark: this stream has a watermark already, and redefining it is not allowed. Keep one withWatermark per stream.',
      );
    }
    const index = findColumn(input.output, column, 'withWatermark');
    const attribute = input.output[index] as Attribute;
    if (attribute.type.kind !== 'timestamp' && !isWindowType(attribute.type)) {
      throw configError(
        'WATERMARK_COLUMN_TYPE',
        `withWatermark: the event time must be a timestamp, but column "${attribute.name}" is ${formatType(attribute.type)}. Cast it first: withColumn("${attribute.name}", CAST(${attribute.name} AS TIMESTAMP)).`,
      );
    }
    if (!isStreamingPlan(input)) return input;
    const watermarkId = this.watermarks++;
    const output = input.output.map(({ eventTime, ...rest }, i) =>
      i === index ? { ...rest, eventTime: { watermarkId, delayMs } } : rest,
    );
    return { op: 'watermark', input, column: index, delayMs, watermarkId, output };
  }

  private deduplicate(input: PhysicalPlan, columns: readonly string[] | null, within: boolean): PhysicalPlan {
    const name = within ? 'dropDuplicatesWithinWatermark' : 'dropDuplicates';
    const keys =
      columns === null
        ? input.output.map((_, index) => index)
        : columns.map((column) => findColumn(input.output, column, name));
    const eventTime = eventTimeOf(input.output);
    const mark = eventTime === null ? undefined : input.output[eventTime]?.eventTime;
    return {
      op: 'deduplicate',
      input,
      operatorId: -1,
      keys,
      eventTime,
      evictsByKey: !within && keys.some((key) => input.output[key]?.eventTime !== undefined),
      withinMs: within ? (mark?.delayMs ?? -1) : null,
      output: input.output,
    };
  }
}

function restorePosition(item: Expr, output: readonly Attribute[]): Expr {
  if (item.kind === 'name' && item.parts[0] === POSITION) {
    return { kind: 'name', parts: [(output[Number(item.parts[1])] as Attribute).name] };
  }
  return item;
}

function renameColumn(input: PhysicalPlan, from: string, to: string): PhysicalPlan {
  if (!input.output.some((attribute) => sameName(attribute.name, from))) return input; // Spark: no such column, no change
  const output = input.output.map((attribute) =>
    sameName(attribute.name, from) ? { ...attribute, name: to } : attribute,
  );
  return { op: 'project', input, exprs: input.output.map(inputRef), output };
}

function dropColumns(input: PhysicalPlan, columns: readonly string[]): PhysicalPlan {
  const kept = input.output
    .map((attribute, index) => ({ attribute, index }))
    .filter(({ attribute }) => !columns.some((column) => sameName(column, attribute.name)));
  return {
    op: 'project',
    input,
    exprs: kept.map(({ attribute, index }) => inputRef(attribute, index)),
    output: kept.map(({ attribute }) => attribute),
  };
}

function isWindowType(type: DataType): boolean {
  return type.kind === 'struct' && type.fields.length === 2 && type.fields.every((f) => f.type.kind === 'timestamp');
}

function attributesOf(schema: Schema, qualifier?: string): Attribute[] {
  return schema.fields.map(({ name, type, nullable }) => ({
    name,
    type,
    nullable,
    ...(qualifier ? { qualifier } : {}),
  }));
}

/** Stateful operators count from the one nearest the sink (Spark: IncrementalExecution.nextStatefulOperationStateInfo). */
function numberOperators(plan: PhysicalPlan): PhysicalPlan {
  let next = 0;
  const visit = (node: PhysicalPlan): PhysicalPlan => {
    const numbered = 'operatorId' in node ? { ...node, operatorId: next++ } : node;
    switch (numbered.op) {
      case 'source':
      case 'static':
        return numbered;
      case 'join': {
        const left = visit(numbered.left);
        return { ...numbered, left, right: visit(numbered.right) };
      }
      case 'union':
        return { ...numbered, inputs: numbered.inputs.map(visit) };
      default:
        return { ...numbered, input: visit(numbered.input) };
    }
  };
  return visit(plan);
}
