import { type AnalysisError, analysisError } from './analysis-error.ts';
import { unescapeString } from './string-literal.ts';

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; a `quoted` identifier without its backticks, a `string` with its escapes resolved. */
  readonly text: string;
  /** Words in upper case, to compare with keywords; other tokens as `text`. */
  readonly upper: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s+/uy;
const NUMBER = /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?:BD|[LSYFD])?(?![A-Za-z0-9_])/iy;
const WORD = /[\p{L}\p{N}_$]+/uy;
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const RAW_STRING = /[rR](?:'[^']*'|"[^"]*")/y;
const QUOTED = /`(?:[^`]|``)*`/y;
const SIGNS = ['<=>', '->', '=>', '||', '==', '!=', '<>', '<=', '>=', ...'+-*/%&|^~!=<>()[]{},.:;?@'];

/** Splits SQL text into tokens; the last one is of kind `end`. Comments (nested ones too) and space fall away. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while ((at = skipSpaceAndComments(text, at)) < text.length) {
    const token = nextToken(text, at, tokens.at(-1));
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', upper: '', start: text.length, end: text.length });
  return tokens;
}

function nextToken(text: string, at: number, previous: Token | undefined): Token {
  const token = (kind: TokenKind, length: number, value: string): Token => {
    const upper = kind === 'word' || kind === 'number' ? value.toUpperCase() : value;
    return { kind, text: value, upper, start: at, end: at + length };
  };
  const raw = match(RAW_STRING, text, at);
  if (raw !== null) return token('string', raw.length, raw.slice(2, -1));
  const string = match(STRING, text, at);
  if (string !== null) return token('string', string.length, unescapeString(string.slice(1, -1)));
  const quoted = match(QUOTED, text, at);
  if (quoted !== null) return token('quoted', quoted.length, quoted.slice(1, -1).replaceAll('``', '`'));
  // `t.1` names a field: after a name and a dot, digits are a name.
  const afterDot = previous?.text === '.' && previous.end === at;
  const number = afterDot ? null : match(NUMBER, text, at);
  if (number !== null) return token('number', number.length, number);
  const word = match(WORD, text, at);
  if (word !== null) return token('word', word.length, word);
  const sign = SIGNS.find((candidate) => text.startsWith(candidate, at));
  if (sign !== undefined) return token('sign', sign.length, sign);
  throw unexpectedCharacter(text, at);
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function skipSpaceAndComments(text: string, start: number): number {
  let at = start;
  for (;;) {
    at += match(SPACE, text, at)?.length ?? 0;
    if (text.startsWith('--', at)) {
      const newline = text.indexOf('\n', at);
      at = newline === -1 ? text.length : newline;
    } else if (text.startsWith('/*', at)) {
      at = endOfComment(text, at);
    } else {
      return at;
    }
  }
}

function endOfComment(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    if (text.startsWith('/*', at)) {
      depth++;
      at += 2;
    } else if (text.startsWith('*/', at)) {
      at += 2;
      if (--depth === 0) return at;
    } else {
      at++;
    }
  }
  throw syntaxErrorAt(text, start, 'a comment that is never closed; expected "*/"');
}

function unexpectedCharacter(text: string, at: number): AnalysisError {
  const character = String.fromCodePoint(text.codePointAt(at) as number);
  if (character === "'" || character === '"') {
    return syntaxErrorAt(text, at, `a string that is never closed; expected a second ${character}`);
  }
  if (character === '`') return syntaxErrorAt(text, at, 'a quoted name that is never closed; expected a second `');
  return syntaxErrorAt(text, at, `the character ${JSON.stringify(character)}, which SQL does not use here`);
}

/** Text that is no SQL: says what was `found` (and expected), with line, column and a caret. */
export function syntaxErrorAt(text: string, offset: number, found: string): AnalysisError {
  return analysisError('PARSE_SYNTAX_ERROR', `found ${found}`, { start: offset, end: offset, text });
}
