import type { Expr } from './ast.ts';
import { call, stringExpr } from './expr-builders.ts';
import { parseTypeAt } from './parse-type.ts';
import type { SubParsers } from './sub-parsers.ts';
import { parseIdentifier, type TokenCursor } from './token-cursor.ts';

/**
 * Reads the arguments of a call with a syntax of its own, the cursor being behind the opening bracket; null (and the
 * cursor unmoved) when the arguments are an ordinary list after all.
 */
type SpecialCall = (cursor: TokenCursor, sub: SubParsers, name: string) => Expr | null;

/** Units that TIMESTAMPADD and TIMESTAMPDIFF take as a bare word. */
const DATETIME_UNITS = (
  'YEAR QUARTER MONTH WEEK DAY DAYOFYEAR HOUR MINUTE SECOND MILLISECOND MICROSECOND ' +
  'YEARS QUARTERS MONTHS WEEKS DAYS HOURS MINUTES SECONDS MILLISECONDS MICROSECONDS'
).split(' ');

export const SPECIAL_CALLS: Readonly<Record<string, SpecialCall>> = {
  CAST: (cursor, sub) => parseCast(cursor, sub, false),
  TRY_CAST: (cursor, sub) => parseCast(cursor, sub, true),
  EXTRACT: parseExtract,
  TRIM: parseTrim,
  SUBSTR: parseSubstring,
  SUBSTRING: parseSubstring,
  POSITION: parsePosition,
  OVERLAY: parseOverlay,
  TIMESTAMPADD: (cursor, sub) => parseUnitCall(cursor, sub, 'timestampadd'),
  DATEADD: (cursor, sub) => parseUnitCall(cursor, sub, 'timestampadd'),
  DATE_ADD: (cursor, sub) => parseUnitCall(cursor, sub, 'timestampadd'),
  TIMESTAMPDIFF: (cursor, sub) => parseUnitCall(cursor, sub, 'timestampdiff'),
  DATEDIFF: (cursor, sub) => parseUnitCall(cursor, sub, 'timestampdiff'),
  DATE_DIFF: (cursor, sub) => parseUnitCall(cursor, sub, 'timestampdiff'),
  TIMEDIFF: (cursor, sub) => parseUnitCall(cursor, sub, 'timestampdiff'),
};

function parseCast(cursor: TokenCursor, sub: SubParsers, isTry: boolean): Expr {
  const child = sub.expression();
  cursor.expectWords('AS');
  const type = parseTypeAt(cursor);
  cursor.expectSign(')');
  return { kind: 'cast', child, type, try: isTry };
}

/** `EXTRACT(YEAR FROM ts)`. */
function parseExtract(cursor: TokenCursor, sub: SubParsers): Expr | null {
  if (!(cursor.peek(1).kind === 'word' && cursor.peek(1).upper === 'FROM')) return null;
  const field = cursor.peek();
  const name = parseIdentifier(cursor, 'a field such as YEAR');
  cursor.expectWords('FROM');
  const source = sub.value();
  cursor.expectSign(')');
  return call('extract', [stringExpr(name, { start: field.start, end: field.end }), source]);
}

/** `TRIM([BOTH|LEADING|TRAILING] [characters] FROM text)`; as calls these take the characters first, as Spark's do. */
function parseTrim(cursor: TokenCursor, sub: SubParsers): Expr | null {
  const isSide = ['BOTH', 'LEADING', 'TRAILING'].some((word) => cursor.isWords(word)) && !cursor.isSign(')', 1);
  const side = isSide && !cursor.isSign(',', 1) ? cursor.next().upper : null;
  const name = side === 'LEADING' ? 'ltrim' : side === 'TRAILING' ? 'rtrim' : 'trim';
  if (side !== null && cursor.acceptWords('FROM')) return call(name, [closing(cursor, sub.value())]);
  const first = sub.expression();
  if (side === null && !cursor.isWords('FROM')) {
    const rest = cursor.acceptSign(',') ? [sub.expression()] : [];
    cursor.expectSign(')');
    return call(name, [first, ...rest]);
  }
  cursor.expectWords('FROM');
  return call(name, [first, closing(cursor, sub.value())]);
}

/** `SUBSTRING(text FROM start [FOR length])`. */
function parseSubstring(cursor: TokenCursor, sub: SubParsers, name: string): Expr {
  const args = [sub.expression()];
  if (cursor.acceptWords('FROM')) {
    args.push(sub.value());
    if (cursor.acceptWords('FOR')) args.push(sub.value());
  } else {
    while (cursor.acceptSign(',')) args.push(sub.expression());
  }
  cursor.expectSign(')');
  return call(name.toLowerCase(), args);
}

/** `POSITION(part IN text)`. */
function parsePosition(cursor: TokenCursor, sub: SubParsers, name: string): Expr {
  const args = [sub.value()];
  if (cursor.acceptWords('IN')) args.push(sub.value());
  else while (cursor.acceptSign(',')) args.push(sub.expression());
  cursor.expectSign(')');
  return call(args.length === 2 ? 'locate' : name.toLowerCase(), args);
}

/** `OVERLAY(text PLACING part FROM start [FOR length])`. */
function parseOverlay(cursor: TokenCursor, sub: SubParsers): Expr {
  const args = [sub.value()];
  if (cursor.acceptWords('PLACING')) {
    args.push(sub.value());
    cursor.expectWords('FROM');
    args.push(sub.value());
    if (cursor.acceptWords('FOR')) args.push(sub.value());
  } else {
    while (cursor.acceptSign(',')) args.push(sub.expression());
  }
  cursor.expectSign(')');
  return call('overlay', args);
}

/** `DATEADD(MONTH, 1, ts)`: three arguments, the first one a unit. With two arguments it is an ordinary call. */
function parseUnitCall(cursor: TokenCursor, sub: SubParsers, name: string): Expr | null {
  const unit = cursor.peek();
  const bare = unit.kind === 'word' && DATETIME_UNITS.includes(unit.upper) && cursor.isSign(',', 1);
  if (!bare) return null;
  cursor.next();
  cursor.expectSign(',');
  const first = sub.expression();
  // `datediff(day, other)`: two arguments, so the word was a column.
  if (!cursor.acceptSign(',')) {
    cursor.expectSign(')');
    const column: Expr = {
      kind: 'name',
      parts: [unit.text],
      span: { start: unit.start, end: unit.end, text: cursor.text },
    };
    return call(name === 'timestampadd' ? 'date_add' : 'datediff', [column, first]);
  }
  const second = sub.expression();
  cursor.expectSign(')');
  return call(name, [stringExpr(unit.text, { start: unit.start, end: unit.end }), first, second]);
}

function closing(cursor: TokenCursor, expr: Expr): Expr {
  cursor.expectSign(')');
  return expr;
}
