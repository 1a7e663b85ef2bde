import { BINARY, DATE, TIMESTAMP, VOID } from '../schema.ts';
import type { Expr } from './ast.ts';
import { booleanExpr, call, literalExpr, stringExpr } from './expr-builders.ts';
import { type IntervalLiteral, intervalOfRange, intervalOfUnits, intervalUnit } from './interval-literal.ts';
import { RESERVED_WORDS } from './keywords.ts';
import type { Token } from './lexer.ts';
import { readNumber } from './number-literal.ts';
import { SPECIAL_CALLS } from './parse-special-calls.ts';
import type { SubParsers } from './sub-parsers.ts';
import { commaList, parseIdentifier, type TokenCursor } from './token-cursor.ts';

/** A literal, name, call or bracketed expression, with the `[index]` and `.field` behind it. */
export function parsePrimary(cursor: TokenCursor, sub: SubParsers): Expr {
  const start = cursor.peek().start;
  let expr = parseBase(cursor, sub);
  if (expr.kind === 'name') {
    expr = withFields(cursor, expr.parts, start) ?? expr;
    if (expr.kind === 'star') return expr;
  }
  for (;;) {
    if (cursor.acceptSign('[')) {
      const index = sub.value();
      cursor.expectSign(']');
      expr = call('[]', [expr, index], cursor.spanFrom(start));
    } else if (cursor.isSign('.') && expr.kind !== 'star') {
      cursor.next();
      const name = parseIdentifier(cursor, 'a field name');
      expr = { kind: 'field', child: expr, name, span: cursor.spanFrom(start) };
    } else {
      return expr;
    }
  }
}

/** `a.b.c` or `a.*`, of which `first` was read; null when nothing of the kind follows. */
function withFields(cursor: TokenCursor, first: readonly string[], start: number): Expr | null {
  const parts = [...first];
  while (cursor.acceptSign('.')) {
    if (cursor.acceptSign('*')) return { kind: 'star', qualifier: parts.join('.'), span: cursor.spanFrom(start) };
    parts.push(parseIdentifier(cursor, 'a field name'));
  }
  return parts.length === first.length ? null : { kind: 'name', parts, span: cursor.spanFrom(start) };
}

function parseBase(cursor: TokenCursor, sub: SubParsers): Expr {
  const token = cursor.peek();
  switch (token.kind) {
    case 'number':
      return parseNumber(cursor, false);
    case 'string':
      return parseString(cursor);
    case 'quoted':
      return parseNameOrCall(cursor, sub);
    case 'word':
      return parseWord(cursor, sub);
    case 'sign':
      if (token.text === '-') {
        cursor.next();
        return parseNumber(cursor, true);
      }
      if (token.text === '*' && isEndOfItem(cursor.peek(1))) {
        cursor.next();
        return { kind: 'star', span: cursor.spanFrom(token.start) };
      }
      if (token.text === '(') return parseBracketed(cursor, sub);
  }
  return cursor.fail('an expression');
}

/** A star is a whole item of a list. */
function isEndOfItem({ kind, text, upper }: Token): boolean {
  return (
    kind === 'end' || text === ',' || text === ')' || text === ';' || (kind === 'word' && RESERVED_WORDS.has(upper))
  );
}

function parseNumber(cursor: TokenCursor, negative: boolean): Expr {
  const token = cursor.next();
  const read = readNumber(token.text, negative);
  if (typeof read === 'string') throw cursor.error(token, `a number that fits its type (${read})`);
  return literalExpr(read.value, read.type, cursor.spanFrom(token.start));
}

/** Strings that follow each other are one. */
function parseString(cursor: TokenCursor): Expr {
  const start = cursor.peek().start;
  let text = '';
  while (cursor.peek().kind === 'string') text += cursor.next().text;
  return stringExpr(text, cursor.spanFrom(start));
}

function parseWord(cursor: TokenCursor, sub: SubParsers): Expr {
  const token = cursor.peek();
  if (cursor.isSign('->', 1)) return parseLambda(cursor, sub, [cursor.next().text], token.start);
  const literal = parseWordLiteral(cursor);
  if (literal !== null) return literal;
  if (token.upper === 'CASE') return parseCase(cursor, sub);
  if (RESERVED_WORDS.has(token.upper) && !cursor.isSign('(', 1)) cursor.fail('an expression');
  return parseNameOrCall(cursor, sub);
}

function parseWordLiteral(cursor: TokenCursor): Expr | null {
  const token = cursor.peek();
  const behind = cursor.peek(1);
  const span = () => cursor.spanFrom(token.start);
  if (token.upper === 'NULL' || token.upper === 'TRUE' || token.upper === 'FALSE') {
    if (behind.text === '(' || behind.text === '.') return null;
    cursor.next();
    return token.upper === 'NULL' ? literalExpr(null, VOID, span()) : booleanExpr(token.upper === 'TRUE', span());
  }
  if (token.upper === 'INTERVAL') return parseInterval(cursor);
  if (behind.kind !== 'string') return null;
  switch (token.upper) {
    case 'DATE':
      cursor.next();
      return literalExpr(cursor.next().text, DATE, span());
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      cursor.next();
      return literalExpr(cursor.next().text, TIMESTAMP, span());
    case 'X': {
      cursor.next();
      const digits = cursor.next();
      if (!/^[0-9a-f]*$/i.test(digits.text)) throw cursor.error(digits, 'hexadecimal digits');
      const padded = digits.text.length % 2 === 0 ? digits.text : `0${digits.text}`;
      return literalExpr(Uint8Array.from(Buffer.from(padded, 'hex')), BINARY, span());
    }
    default:
      return cursor.fail('an operator; only DATE, TIMESTAMP, INTERVAL and X make literals of a string');
  }
}

function parseInterval(cursor: TokenCursor): Expr | null {
  const start = cursor.peek().start;
  const signs = cursor.isSign('-', 1) || cursor.isSign('+', 1) ? 1 : 0;
  const kind = cursor.peek(1 + signs).kind;
  if (kind !== 'number' && kind !== 'string') return null;
  cursor.next();
  const first = cursor.peek();
  const read = readInterval(cursor);
  if (typeof read === 'string') throw cursor.error(first, `an interval, not ${read}`);
  return literalExpr(read.value, read.type, cursor.spanFrom(start));
}

function readInterval(cursor: TokenCursor): IntervalLiteral | string {
  const parts: [string, string][] = [];
  const atAmount = () => {
    const sign = cursor.isSign('-') || cursor.isSign('+') ? 1 : 0;
    const next = cursor.peek(sign);
    const unit = cursor.peek(sign + 1);
    return (
      (next.kind === 'number' || next.kind === 'string') && unit.kind === 'word' && intervalUnit(unit.text) !== null
    );
  };
  if (cursor.peek().kind === 'string' && !atAmount()) return intervalOfText(cursor.next().text);
  while (atAmount()) {
    const sign = cursor.isSign('-') || cursor.isSign('+') ? cursor.next().text : '';
    const amount = cursor.next().text;
    const unit = intervalUnit(cursor.next().text) as string;
    if (cursor.acceptWords('TO')) return intervalOfRange(negateText(amount, sign), unit, cursor.next().upper);
    parts.push([negateText(amount, sign), unit]);
  }
  return parts.length === 0 ? 'an amount without a unit' : intervalOfUnits(parts);
}

function negateText(amount: string, sign: string): string {
  if (sign !== '-') return amount;
  return amount.trim().startsWith('-') ? amount.trim().slice(1) : `-${amount.trim()}`;
}

/** `INTERVAL '1 day 2 hours'`. */
function intervalOfText(text: string): IntervalLiteral | string {
  const words = text
    .trim()
    .replace(/^interval\s+/i, '')
    .split(/\s+/);
  const parts: [string, string][] = [];
  for (let i = 0; i < words.length; i += 2) {
    const unit = intervalUnit(words[i + 1] ?? '');
    if (unit === null) return `${JSON.stringify(text)}, in which an amount has no unit`;
    parts.push([words[i] as string, unit]);
  }
  return intervalOfUnits(parts);
}

function parseBracketed(cursor: TokenCursor, sub: SubParsers): Expr {
  const start = cursor.peek().start;
  const params = lambdaParams(cursor);
  if (params !== null) return parseLambda(cursor, sub, params, start);
  cursor.expectSign('(');
  if (cursor.isWords('SELECT')) cursor.fail('an expression; a query inside an expression is not supported: use a join');
  const items = commaList(cursor, sub.named);
  cursor.expectSign(')');
  const [first] = items;
  if (items.length === 1 && first !== undefined) return first;
  return call('struct', items, cursor.spanFrom(start));
}

/** Steps over `(x, y)` when `->` follows it. */
function lambdaParams(cursor: TokenCursor): string[] | null {
  const params: string[] = [];
  let at = 1;
  for (; ; at += 2) {
    const name = cursor.peek(at);
    if (name.kind !== 'word' && name.kind !== 'quoted') return null;
    params.push(name.text);
    if (!cursor.isSign(',', at + 1)) break;
  }
  if (!cursor.isSign(')', at + 1) || !cursor.isSign('->', at + 2)) return null;
  for (let i = 0; i < at + 2; i++) cursor.next();
  return params;
}

function parseLambda(cursor: TokenCursor, sub: SubParsers, params: readonly string[], start: number): Expr {
  cursor.expectSign('->');
  return { kind: 'lambda', params, body: sub.expression(), span: cursor.spanFrom(start) };
}

function parseCase(cursor: TokenCursor, sub: SubParsers): Expr {
  const start = cursor.peek().start;
  cursor.expectWords('CASE');
  const subject = cursor.isWords('WHEN') ? null : sub.expression();
  const branches: { when: Expr; then: Expr }[] = [];
  while (cursor.acceptWords('WHEN')) {
    const condition = sub.expression();
    cursor.expectWords('THEN');
    const when = subject === null ? condition : call('=', [subject, condition], condition.span);
    branches.push({ when, then: sub.expression() });
  }
  if (branches.length === 0) cursor.fail('WHEN');
  const otherwise = cursor.acceptWords('ELSE') ? sub.expression() : undefined;
  if (!cursor.acceptWords('END')) cursor.fail(otherwise === undefined ? 'WHEN, ELSE or END' : 'END');
  return { kind: 'case', branches, otherwise, span: cursor.spanFrom(start) };
}

function parseNameOrCall(cursor: TokenCursor, sub: SubParsers): Expr {
  const token = cursor.next();
  if (!cursor.isSign('(')) return { kind: 'name', parts: [token.text], span: cursor.spanFrom(token.start) };
  cursor.next();
  const special = token.kind === 'word' ? SPECIAL_CALLS[token.upper] : undefined;
  const made = special?.(cursor, sub, token.text) ?? parseArguments(cursor, sub, token.text);
  return { ...made, span: cursor.spanFrom(token.start) };
}

function parseArguments(cursor: TokenCursor, sub: SubParsers, name: string): Expr {
  const distinct = cursor.acceptWords('DISTINCT');
  if (!distinct && cursor.isWords('ALL') && !cursor.isSign(',', 1) && !cursor.isSign(')', 1)) cursor.next();
  // Only the fields of a struct have names; elsewhere a second word is an option or a mistake.
  const argument = name.toLowerCase() === 'struct' ? sub.named : sub.expression;
  const args = cursor.isSign(')') ? [] : commaList(cursor, argument);
  const ignoreInside = parseNullsOption(cursor);
  cursor.expectSign(')');
  const filter = parseFilter(cursor, sub);
  const ignoreNulls = parseNullsOption(cursor) ?? ignoreInside;
  if (ignoreNulls !== null) args.push(booleanExpr(ignoreNulls));
  if (cursor.isWords('OVER'))
    cursor.fail('no window specification: OVER is not supported on streams; group by window(...)');
  return {
    kind: 'call',
    name: name.toLowerCase(),
    args,
    ...(distinct && { distinct }),
    ...(filter !== null && { filter }),
  };
}

/** `IGNORE NULLS` (true) or `RESPECT NULLS`, behind the arguments or behind their bracket: a last argument of first and last. */
function parseNullsOption(cursor: TokenCursor): boolean | null {
  if (cursor.acceptWords('IGNORE', 'NULLS')) return true;
  return cursor.acceptWords('RESPECT', 'NULLS') ? false : null;
}

function parseFilter(cursor: TokenCursor, sub: SubParsers): Expr | null {
  if (!cursor.isWords('FILTER') || !cursor.isSign('(', 1)) return null;
  cursor.next();
  cursor.next();
  cursor.expectWords('WHERE');
  const filter = sub.expression();
  cursor.expectSign(')');
  return filter;
}
