import { dataError } from '../../errors.ts';
import { BOOLEAN, STRING } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { literal } from './bind.ts';
import { scalar } from './define.ts';

/** SQL patterns: `%` any text, `_` any character. A third argument is the escape character. */
export const likeFunctions: readonly FunctionSpec[] = [
  like('like', false, 'Whether the whole text fits a pattern of % (any text) and _ (any character).', [
    "like('Spark', '_park')",
    'true',
  ]),
  like('ilike', true, 'As like, without regard to case.', ["ilike('Spark', '_Park')", 'true']),
];

function like(name: string, ignoreCase: boolean, usage: string, example: readonly [string, string]): FunctionSpec {
  return scalar('regexp', {
    name,
    usage,
    example,
    takes: ['string', 'string', 'string'],
    defaults: [literal('\\', STRING)],
    returns: BOOLEAN,
    make: (_types, _type, { constants }) => {
      const [, constantPattern, constantEscape] = constants;
      const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
      const matcher = (pattern: string, escapeChar: string): Matcher => likeMatcher(fold(pattern), escapeChar);
      if (typeof constantPattern === 'string' && typeof constantEscape === 'string') {
        const matches = matcher(constantPattern, constantEscape);
        return (text: string) => matches(fold(text));
      }
      return (text: string, pattern: string, escapeChar: string) => matcher(pattern, escapeChar)(fold(text));
    },
  });
}

type Matcher = (text: string) => boolean;
type Token = { readonly any: '%' | '_' } | { readonly text: string };

/** What a pattern without `_` and with `%` at its ends only asks of a text. */
export interface LikeShape {
  readonly kind: 'equals' | 'startsWith' | 'endsWith' | 'contains';
  readonly text: string;
}

/** The shape of the usual patterns (`a`, `a%`, `%a`, `%a%`); null of others. */
export function likeShape(pattern: string, escapeChar: string): LikeShape | null {
  return shapeOf(likeTokens(pattern, escapeChar));
}

function shapeOf(tokens: readonly Token[]): LikeShape | null {
  const [first, second, third] = tokens;
  if (tokens.length === 0) return { kind: 'equals', text: '' };
  if (tokens.length === 1 && isText(first)) return { kind: 'equals', text: first.text };
  if (tokens.length === 2 && isText(first) && isPercent(second)) return { kind: 'startsWith', text: first.text };
  if (tokens.length === 2 && isPercent(first) && isText(second)) return { kind: 'endsWith', text: second.text };
  if (tokens.length === 3 && isPercent(first) && isText(second) && isPercent(third)) {
    return { kind: 'contains', text: second.text };
  }
  return null;
}

/** The usual shapes need no regular expression. */
export function likeMatcher(pattern: string, escapeChar: string): Matcher {
  const tokens = likeTokens(pattern, escapeChar);
  const shape = shapeOf(tokens);
  switch (shape?.kind) {
    case 'equals':
      return (text) => text === shape.text;
    case 'startsWith':
      return (text) => text.startsWith(shape.text);
    case 'endsWith':
      return (text) => text.endsWith(shape.text);
    case 'contains':
      return (text) => text.includes(shape.text);
  }
  const source = tokens.map((token) => (isText(token) ? escapeText(token.text) : token.any === '%' ? '.*' : '.'));
  const regex = new RegExp(`^${source.join('')}$`, 'su');
  return (text) => regex.test(text);
}

function isText(token: Token | undefined): token is { readonly text: string } {
  return token !== undefined && 'text' in token;
}

function isPercent(token: Token | undefined): boolean {
  return token !== undefined && 'any' in token && token.any === '%';
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function likeTokens(pattern: string, escapeChar: string): readonly Token[] {
  const tokens: Token[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') tokens.push({ text });
    text = '';
  };
  const chars = Array.from(pattern);
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    if (char === escapeChar) {
      const next = chars[++i];
      if (next !== '_' && next !== '%' && next !== escapeChar) throw badEscape(pattern, escapeChar, next);
      text += next;
    } else if (char === '%' || char === '_') {
      flush();
      tokens.push({ any: char });
    } else {
      text += char;
    }
  }
  flush();
  return tokens;
}

function badEscape(pattern: string, escapeChar: string, next: string | undefined): Error {
  const where = next === undefined ? 'at its end' : `before "${next}"`;
  return dataError(
    'INVALID_FORMAT',
    `the pattern "${pattern}" has the escape character ${escapeChar} ${where}; it may stand before _, % and itself only.`,
  );
}
