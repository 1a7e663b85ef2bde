import type { Expr } from './ast.ts';
import { booleanExpr, call, not } from './expr-builders.ts';
import { NO_ALIAS_WORDS } from './keywords.ts';
import { parsePrimary } from './parse-primary.ts';
import type { SubParsers } from './sub-parsers.ts';
import { commaList, parseIdentifier, type TokenCursor } from './token-cursor.ts';

/**
 * Spark's expression grammar (SqlBaseParser.g4), by precedence from loose to tight:
 * OR, AND, NOT, one predicate (BETWEEN, IN, LIKE, IS ...), comparison, `|`, `^`, `&`, `+ - ||`, `* / % DIV`, sign, primary.
 */
const BINARY_LEVELS: readonly Readonly<Record<string, string>>[] = [
  { '=': '=', '==': '=', '<=>': '<=>', '<>': '<>', '!=': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
  { '|': '|' },
  { '^': '^' },
  { '&': '&' },
  { '+': '+', '-': '-', '||': 'concat' },
  { '*': '*', '/': '/', '%': '%', DIV: 'div' },
];
const SIGN_OPERATORS: Readonly<Record<string, string>> = { '-': 'negative', '+': 'positive', '~': '~' };

export function parseExpressionAt(cursor: TokenCursor): Expr {
  return cursor.nested(() => parseOr(cursor));
}

function parseOr(cursor: TokenCursor): Expr {
  const start = cursor.peek().start;
  let left = parseAnd(cursor);
  while (cursor.acceptWords('OR')) {
    const right = parseAnd(cursor);
    left = call('or', [left, right], cursor.spanFrom(start));
  }
  return left;
}

/** An expression with an alias behind it, with or without AS. */
export function parseNamedExpressionAt(cursor: TokenCursor): Expr {
  const start = cursor.peek().start;
  const child = parseExpressionAt(cursor);
  const explicit = cursor.acceptWords('AS');
  const token = cursor.peek();
  const implicit = token.kind === 'quoted' || (token.kind === 'word' && !NO_ALIAS_WORDS.has(token.upper));
  if (!explicit && !implicit) return child;
  if (explicit && cursor.isSign('('))
    cursor.fail('one name; a list of names belongs to generators, which are refused here');
  const name = parseIdentifier(cursor, 'an alias');
  return { kind: 'alias', child, name, span: cursor.spanFrom(start) };
}

function parseAnd(cursor: TokenCursor): Expr {
  const start = cursor.peek().start;
  let left = parseNot(cursor);
  while (cursor.acceptWords('AND')) {
    const right = parseNot(cursor);
    left = call('and', [left, right], cursor.spanFrom(start));
  }
  return left;
}

function parseNot(cursor: TokenCursor): Expr {
  const start = cursor.peek().start;
  if (!cursor.acceptWords('NOT') && !cursor.acceptSign('!')) return parsePredicate(cursor);
  return not(
    cursor.nested(() => parseNot(cursor)),
    cursor.spanFrom(start),
  );
}

function parsePredicate(cursor: TokenCursor): Expr {
  const start = cursor.peek().start;
  const value = parseBinary(cursor, 0);
  if (cursor.isWords('IS')) return parseIs(cursor, value, start);
  const negatedBehind = cursor.isWords('NOT') || cursor.isSign('!');
  const word = cursor.peek(negatedBehind ? 1 : 0);
  if (word.kind !== 'word' || !(word.upper in PREDICATES)) return value;
  if (negatedBehind) cursor.next();
  cursor.next();
  const predicate = (PREDICATES[word.upper] as Predicate)(cursor, value, word.upper);
  const spanned = { ...predicate, span: cursor.spanFrom(start) };
  return negatedBehind ? not(spanned, spanned.span) : spanned;
}

type Predicate = (cursor: TokenCursor, value: Expr, word: string) => Expr;

const PREDICATES: Readonly<Record<string, Predicate>> = {
  BETWEEN: parseBetween,
  IN: parseIn,
  LIKE: parseLike,
  ILIKE: parseLike,
  RLIKE: (cursor, value) => call('rlike', [value, parseBinary(cursor, 0)]),
  REGEXP: (cursor, value) => call('rlike', [value, parseBinary(cursor, 0)]),
};

function parseBetween(cursor: TokenCursor, value: Expr): Expr {
  const lower = parseBinary(cursor, 0);
  cursor.expectWords('AND');
  const upper = parseBinary(cursor, 0);
  return call('and', [call('>=', [value, lower]), call('<=', [value, upper])]);
}

function parseIn(cursor: TokenCursor, value: Expr): Expr {
  cursor.expectSign('(');
  if (cursor.isWords('SELECT') || cursor.isWords('WITH'))
    cursor.fail('a list of values; IN with a query is not supported: use a join');
  const list = commaList(cursor, () => parseExpressionAt(cursor));
  cursor.expectSign(')');
  return call('in', [value, ...list]);
}

function parseLike(cursor: TokenCursor, value: Expr, word: string): Expr {
  const name = word.toLowerCase();
  const quantifier = cursor.acceptAnyWord(['ANY', 'SOME', 'ALL']);
  if (quantifier === null) {
    const pattern = parseBinary(cursor, 0);
    if (!cursor.acceptWords('ESCAPE')) return call(name, [value, pattern]);
    if (cursor.peek().kind !== 'string') cursor.fail('a string of one character');
    return call(name, [value, pattern, parsePrimary(cursor, subParsers(cursor))]);
  }
  cursor.expectSign('(');
  const patterns = commaList(cursor, () => parseExpressionAt(cursor));
  cursor.expectSign(')');
  const junction = quantifier === 'ALL' ? 'and' : 'or';
  return patterns.map((pattern) => call(name, [value, pattern])).reduce((a, b) => call(junction, [a, b]));
}

function parseIs(cursor: TokenCursor, value: Expr, start: number): Expr {
  cursor.expectWords('IS');
  const negated = cursor.acceptWords('NOT');
  const span = () => cursor.spanFrom(start);
  if (cursor.acceptWords('NULL')) return call(negated ? 'isnotnull' : 'isnull', [value], span());
  if (cursor.acceptWords('UNKNOWN')) return call(negated ? 'isnotnull' : 'isnull', [value], span());
  const truth = cursor.acceptAnyWord(['TRUE', 'FALSE']);
  if (truth === null && !cursor.isWords('DISTINCT')) cursor.fail('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM');
  const other = truth === null ? parseDistinctFrom(cursor) : booleanExpr(truth === 'TRUE');
  const same = call('<=>', [value, other], span());
  // IS DISTINCT FROM is the negation of <=>, IS TRUE is not.
  return negated === (truth === null) ? same : not(same, span());
}

function parseDistinctFrom(cursor: TokenCursor): Expr {
  cursor.expectWords('DISTINCT', 'FROM');
  return parseBinary(cursor, 0);
}

function parseBinary(cursor: TokenCursor, level: number): Expr {
  const operators = BINARY_LEVELS[level];
  if (operators === undefined) return parseSigned(cursor);
  const start = cursor.peek().start;
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    const token = cursor.peek();
    const name = token.kind === 'sign' || token.kind === 'word' ? operators[token.upper] : undefined;
    if (name === undefined) return left;
    cursor.next();
    const right = parseBinary(cursor, level + 1);
    const span = cursor.spanFrom(start);
    left = name === '<>' ? not(call('=', [left, right], span), span) : call(name, [left, right], span);
  }
}

function parseSigned(cursor: TokenCursor): Expr {
  const token = cursor.peek();
  const name = token.kind === 'sign' ? SIGN_OPERATORS[token.text] : undefined;
  const signOfNumber = token.text === '-' && cursor.peek(1).kind === 'number';
  if (name === undefined || signOfNumber) return parsePrimary(cursor, subParsers(cursor));
  cursor.next();
  const operand = cursor.nested(() => parseSigned(cursor));
  return call(name, [operand], cursor.spanFrom(token.start));
}

function subParsers(cursor: TokenCursor): SubParsers {
  return {
    expression: () => parseExpressionAt(cursor),
    value: () => cursor.nested(() => parseBinary(cursor, 0)),
    named: () => parseNamedExpressionAt(cursor),
  };
}
