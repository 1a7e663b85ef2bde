import type { Expr, JoinType, QueryTerm, Relation, SelectQuery, SortItem } from './ast.ts';
import { NO_ALIAS_WORDS, RESERVED_WORDS } from './keywords.ts';
import { parseExpressionAt, parseNamedExpressionAt } from './parse-expression.ts';
import { commaList, parseIdentifier, type TokenCursor } from './token-cursor.ts';

/** A query: SELECTs and VALUES joined by UNION ALL. */
export function parseQueryAt(cursor: TokenCursor): QueryTerm {
  return cursor.nested(() => parseTerms(cursor));
}

function parseTerms(cursor: TokenCursor): QueryTerm {
  const terms = [parseTerm(cursor)];
  while (cursor.isWords('UNION')) {
    if (!cursor.acceptWords('UNION', 'ALL')) {
      cursor.next();
      cursor.fail('ALL: a UNION that drops duplicates is not supported; use SELECT DISTINCT over a UNION ALL');
    }
    terms.push(parseTerm(cursor));
  }
  const [first] = terms;
  return terms.length === 1 && first !== undefined ? first : { kind: 'unionAll', terms };
}

function parseTerm(cursor: TokenCursor): QueryTerm {
  if (cursor.acceptSign('(')) {
    const query = parseQueryAt(cursor);
    cursor.expectSign(')');
    return query;
  }
  if (cursor.acceptWords('VALUES')) return parseValues(cursor, null);
  if (!cursor.isWords('SELECT')) cursor.fail('SELECT');
  return { kind: 'select', select: parseSelect(cursor) };
}

function parseSelect(cursor: TokenCursor): SelectQuery {
  cursor.expectWords('SELECT');
  const distinct = cursor.acceptWords('DISTINCT');
  if (!distinct) cursor.acceptWords('ALL');
  const items = commaList(cursor, () => parseNamedExpressionAt(cursor));
  const from = cursor.acceptWords('FROM') ? parseFrom(cursor) : null;
  const where = cursor.acceptWords('WHERE') ? parseExpressionAt(cursor) : undefined;
  const groupBy = cursor.acceptWords('GROUP', 'BY')
    ? commaList(cursor, () => parseNamedExpressionAt(cursor))
    : undefined;
  const having = cursor.acceptWords('HAVING') ? parseExpressionAt(cursor) : undefined;
  const orderBy = cursor.acceptWords('ORDER', 'BY') ? commaList(cursor, () => parseSortItemAt(cursor)) : undefined;
  const limit = cursor.acceptWords('LIMIT') ? parseLimit(cursor) : undefined;
  return { distinct, items, from, where, groupBy, having, orderBy, limit };
}

/** An expression with its direction: `price DESC NULLS LAST`. */
export function parseSortItemAt(cursor: TokenCursor): SortItem {
  const expr = parseExpressionAt(cursor);
  const ascending = cursor.acceptAnyWord(['ASC', 'DESC']) !== 'DESC';
  if (!cursor.acceptWords('NULLS')) return { expr, ascending, nullsFirst: ascending };
  const nulls = cursor.acceptAnyWord(['FIRST', 'LAST']) ?? cursor.fail('FIRST or LAST');
  return { expr, ascending, nullsFirst: nulls === 'FIRST' };
}

function parseLimit(cursor: TokenCursor): number | undefined {
  if (cursor.acceptWords('ALL')) return undefined;
  if (!/^\d+$/.test(cursor.peek().text)) cursor.fail('a whole number of rows');
  return Number(cursor.next().text);
}

function parseFrom(cursor: TokenCursor): Relation {
  let left = parseJoined(cursor);
  while (cursor.acceptSign(',')) {
    left = { kind: 'join', type: 'cross', left, right: parseJoined(cursor) };
  }
  return left;
}

function parseJoined(cursor: TokenCursor): Relation {
  let left = parseRelation(cursor);
  for (;;) {
    const type = parseJoinType(cursor);
    if (type === null) return left;
    const right = parseRelation(cursor);
    left = { kind: 'join', type, left, right, ...parseJoinCondition(cursor) };
  }
}

const OUTER_JOINS: Readonly<Record<string, JoinType>> = { LEFT: 'leftOuter', RIGHT: 'rightOuter', FULL: 'fullOuter' };

/** Steps over `[LEFT [OUTER]] JOIN` and the like; null when no join follows. */
function parseJoinType(cursor: TokenCursor): JoinType | null {
  if (cursor.acceptWords('JOIN') || cursor.acceptWords('INNER', 'JOIN')) return 'inner';
  if (cursor.acceptWords('CROSS', 'JOIN')) return 'cross';
  if (cursor.acceptWords('LEFT', 'SEMI', 'JOIN') || cursor.acceptWords('SEMI', 'JOIN')) return 'leftSemi';
  if (cursor.acceptWords('LEFT', 'ANTI', 'JOIN') || cursor.acceptWords('ANTI', 'JOIN')) return 'leftAnti';
  const side = cursor.acceptAnyWord(Object.keys(OUTER_JOINS));
  if (side === null) {
    if (cursor.isWords('NATURAL')) cursor.fail('a join with ON or USING: NATURAL joins are not supported');
    if (cursor.isWords('LATERAL')) cursor.fail('explode(...) in the SELECT list: LATERAL VIEW is not supported');
    return null;
  }
  cursor.acceptWords('OUTER');
  cursor.expectWords('JOIN');
  return OUTER_JOINS[side] as JoinType;
}

function parseJoinCondition(cursor: TokenCursor): { on?: Expr; using?: string[] } {
  if (cursor.acceptWords('ON')) return { on: parseExpressionAt(cursor) };
  if (cursor.acceptWords('USING')) return { using: parseNames(cursor) };
  return {};
}

function parseRelation(cursor: TokenCursor): Relation {
  if (cursor.acceptWords('VALUES')) return parseValuesRelation(cursor);
  if (cursor.acceptSign('(')) return parseBracketedRelation(cursor);
  const token = cursor.peek();
  if (token.kind === 'word' && RESERVED_WORDS.has(token.upper)) cursor.fail('a view name or a query in brackets');
  let name = parseIdentifier(cursor, 'a view name or a query in brackets');
  while (cursor.acceptSign('.')) name += `.${parseIdentifier(cursor)}`;
  const span = cursor.spanFrom(token.start);
  return { kind: 'view', name, ...parseAlias(cursor), span };
}

function parseBracketedRelation(cursor: TokenCursor): Relation {
  if (cursor.isWords('VALUES')) {
    cursor.next();
    const rows = parseRows(cursor);
    cursor.expectSign(')');
    return aliasedValues(cursor, rows);
  }
  if (cursor.isWords('SELECT') || cursor.isSign('(')) {
    const query = parseQueryAt(cursor);
    cursor.expectSign(')');
    return { kind: 'subquery', query, ...parseAlias(cursor) };
  }
  const relation = cursor.nested(() => parseFrom(cursor));
  cursor.expectSign(')');
  return relation;
}

function parseAlias(cursor: TokenCursor): { alias?: string } {
  const explicit = cursor.acceptWords('AS');
  const token = cursor.peek();
  const implicit = token.kind === 'quoted' || (token.kind === 'word' && !NO_ALIAS_WORDS.has(token.upper));
  return explicit || implicit ? { alias: parseIdentifier(cursor, 'an alias') } : {};
}

function parseNames(cursor: TokenCursor): string[] {
  cursor.expectSign('(');
  const names = commaList(cursor, () => parseIdentifier(cursor));
  cursor.expectSign(')');
  return names;
}

/** `VALUES (1, 'a'), (2, 'b')` as rows of expressions. */
function parseRows(cursor: TokenCursor): Expr[][] {
  return commaList(cursor, () => {
    const row = parseExpressionAt(cursor);
    return row.kind === 'call' && row.name === 'struct' ? [...row.args] : [row];
  });
}

/** An inline table is a UNION ALL of SELECTs without FROM. */
function parseValues(cursor: TokenCursor, names: readonly string[] | null, rows = parseRows(cursor)): QueryTerm {
  const terms = rows.map((row): QueryTerm => {
    if (row.length !== (rows[0] as Expr[]).length) cursor.fail('rows of one length in VALUES');
    const items = row.map((child, i): Expr => ({ kind: 'alias', child, name: names?.[i] ?? `col${i + 1}` }));
    return { kind: 'select', select: { distinct: false, items, from: null } };
  });
  return terms.length === 1 ? (terms[0] as QueryTerm) : { kind: 'unionAll', terms };
}

function parseValuesRelation(cursor: TokenCursor): Relation {
  return aliasedValues(cursor, parseRows(cursor));
}

function aliasedValues(cursor: TokenCursor, rows: Expr[][]): Relation {
  const alias = parseAlias(cursor);
  const names = alias.alias !== undefined && cursor.isSign('(') ? parseNames(cursor) : null;
  return { kind: 'subquery', query: parseValues(cursor, names, rows), ...alias };
}
