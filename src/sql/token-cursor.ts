import type { AnalysisError } from './analysis-error.ts';
import type { Span } from './ast.ts';
import { MAX_NESTING, tooComplex } from './complexity.ts';
import { syntaxErrorAt, type Token, tokenize } from './lexer.ts';

/** Walks over the tokens of a text; every parser function takes one and leaves it behind what it read. */
export class TokenCursor {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(readonly text: string) {
    this.tokens = tokenize(text);
  }

  /** The token `ahead` places further; the end token when there is none. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  /** Whether the next tokens are these keywords (upper case), not quoted. */
  isWords(...words: readonly string[]): boolean {
    return words.every((word, i) => this.peek(i).kind === 'word' && this.peek(i).upper === word);
  }

  /** Steps over these keywords if they come next. */
  acceptWords(...words: readonly string[]): boolean {
    if (!this.isWords(...words)) return false;
    this.at += words.length;
    return true;
  }

  /** Steps over one of the keywords and returns it, or null. */
  acceptAnyWord(words: readonly string[]): string | null {
    const token = this.peek();
    if (token.kind !== 'word' || !words.includes(token.upper)) return null;
    this.at++;
    return token.upper;
  }

  expectWords(...words: readonly string[]): void {
    for (const word of words) if (!this.acceptWords(word)) this.fail(word);
  }

  isSign(sign: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'sign' && token.text === sign;
  }

  acceptSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.at++;
    return true;
  }

  expectSign(sign: string): void {
    if (!this.acceptSign(sign)) this.fail(`"${sign}"`);
  }

  /** Reads something that may hold more of its kind. @throws FAILED_TO_PARSE_TOO_COMPLEX when it does so too often. */
  nested<T>(parse: () => T): T {
    if (this.depth === MAX_NESTING) {
      throw tooComplex(this.text, this.peek().start, `more than ${MAX_NESTING} levels within each other`);
    }
    this.depth++;
    const result = parse();
    this.depth--;
    return result;
  }

  /** The end of the text, a last semicolon aside. */
  expectEnd(expected: string): void {
    this.acceptSign(';');
    if (this.peek().kind !== 'end') this.fail(expected);
  }

  /** From `start` to the end of the last token read. */
  spanFrom(start: number): Span {
    return { start, end: this.at === 0 ? start : (this.tokens[this.at - 1] as Token).end, text: this.text };
  }

  /** Refuses the next token. */
  fail(expected: string): never {
    throw this.error(this.peek(), expected);
  }

  error(token: Token, expected: string): AnalysisError {
    const found =
      token.kind === 'end' ? 'the end of the text' : JSON.stringify(this.text.slice(token.start, token.end));
    return syntaxErrorAt(this.text, token.start, `${found}; expected ${expected}`);
  }
}

/** `item, item, ...`: at least one. */
export function commaList<T>(cursor: TokenCursor, item: () => T): T[] {
  const items = [item()];
  while (cursor.acceptSign(',')) items.push(item());
  return items;
}

/** A name, plain or in backticks. */
export function parseIdentifier(cursor: TokenCursor, expected = 'a name'): string {
  const token = cursor.peek();
  if (token.kind !== 'word' && token.kind !== 'quoted') cursor.fail(expected);
  return cursor.next().text;
}
