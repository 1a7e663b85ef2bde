import { didYouMean } from '../errors.ts';
import { analysisError } from '../sql/analysis-error.ts';
import type { Expr, QueryTerm, Relation, SelectQuery } from '../sql/ast.ts';
import { isAggregation } from './aggregate.ts';
import type { LogicalPlan } from './logical.ts';

/** A parsed query as a plan over named views. Errors: TABLE_OR_VIEW_NOT_FOUND with the nearest name. */
export function planQuery(query: QueryTerm, views: ReadonlyMap<string, LogicalPlan>): LogicalPlan {
  if (query.kind === 'unionAll') return { op: 'union', inputs: query.terms.map((term) => planQuery(term, views)) };
  return planSelect(query.select, views);
}

function planSelect(select: SelectQuery, views: ReadonlyMap<string, LogicalPlan>): LogicalPlan {
  let plan = select.from === null ? ONE_ROW : planRelation(select.from, views);
  if (select.where !== undefined) plan = { op: 'filter', input: plan, condition: select.where };
  const groups = select.groupBy !== undefined || select.having !== undefined || select.items.some(isAggregation);
  if (groups) {
    const keys = (select.groupBy ?? []).map((key) => groupingKey(key, select.items));
    plan = {
      op: 'aggregate',
      input: plan,
      keys,
      results: select.items,
      ...(select.having ? { having: select.having } : {}),
    };
  } else plan = { op: 'select', input: plan, items: select.items };
  if (select.distinct) plan = { op: 'distinct', input: plan };
  if (select.orderBy !== undefined) plan = { op: 'sort', input: plan, by: select.orderBy };
  if (select.limit !== undefined) plan = { op: 'limit', input: plan, count: select.limit };
  return plan;
}

/** GROUP BY may name a select item by its position or alias (Spark: groupByOrdinal, groupByAliases). */
function groupingKey(key: Expr, items: readonly Expr[]): Expr {
  if (key.kind === 'literal' && typeof key.value === 'number') {
    const item = items[key.value - 1];
    if (item === undefined) {
      throw analysisError(
        'GROUP_BY_POS_OUT_OF_RANGE',
        `GROUP BY ${key.value}: the select list has ${items.length} items.`,
        key.span,
      );
    }
    return item;
  }
  if (key.kind !== 'name' || key.parts.length !== 1) return key;
  const wanted = key.parts[0]?.toLowerCase();
  const item = items.find((other) => other.kind === 'alias' && other.name.toLowerCase() === wanted);
  // A column of the input wins over an alias; a name that is both is the same in every query worth writing.
  return item !== undefined && item.kind === 'alias' && item.child.kind !== 'name' ? item : key;
}

function planRelation(relation: Relation, views: ReadonlyMap<string, LogicalPlan>): LogicalPlan {
  switch (relation.kind) {
    case 'view': {
      const input = views.get(relation.name.toLowerCase());
      if (input === undefined) {
        const names = [...views.keys()];
        throw analysisError(
          'TABLE_OR_VIEW_NOT_FOUND',
          `There is no view "${relation.name}".${didYouMean(relation.name, names)} Views: ${names.join(', ') || 'none; register one with createOrReplaceTempView'}.`,
          relation.span,
        );
      }
      return { op: 'alias', input, name: relation.alias ?? relation.name };
    }
    case 'subquery': {
      const input = planQuery(relation.query, views);
      return relation.alias === undefined ? input : { op: 'alias', input, name: relation.alias };
    }
    case 'join': {
      const { type, on, using } = relation;
      const left = planRelation(relation.left, views);
      const right = planRelation(relation.right, views);
      return { op: 'join', left, right, type, ...(on ? { on } : {}), ...(using ? { using } : {}) };
    }
  }
}

/** What a SELECT without FROM reads: one row without columns. */
const ONE_ROW: LogicalPlan = {
  op: 'static',
  name: 'one_row',
  schema: { kind: 'struct', fields: [] },
  async *read() {
    yield { schema: { kind: 'struct', fields: [] }, length: 1, vectors: [] };
  },
};
