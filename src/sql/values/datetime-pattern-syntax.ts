import { configError } from '../../errors.ts';
import {
  type FieldElement,
  type FractionElement,
  fieldElement,
  type NumberElement,
} from './datetime-pattern-letters.ts';

export type Element =
  | FieldElement
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'optional'; readonly elements: readonly Element[] };

/** Week-based fields and a few others that Spark 3 has taken out of the language. */
const REFUSED_LETTERS = 'YWwuABcenNp';
const REFUSED_WHEN_PARSING = 'EFqQ';
/** Narrow texts, and years beyond six digits. */
const REFUSED_RUNS = ['GGGGG', 'MMMMM', 'LLLLL', 'EEEEE', 'QQQQQ', 'qqqqq', 'yyyyyyy'];

/** The elements of a pattern, for writing or (`parsing`) reading; throws INVALID_DATETIME_PATTERN where Spark refuses it. */
export function compilePattern(pattern: string, parsing: boolean): readonly Element[] {
  const reason = refusal(pattern, parsing);
  if (reason !== null) throw patternError(pattern, reason);
  return new PatternCompiler(pattern, parsing).compile();
}

function refusal(pattern: string, parsing: boolean): string | null {
  const letters = unquoted(pattern);
  for (const letter of letters) {
    if (REFUSED_LETTERS.includes(letter)) return `the letter ${letter} is not supported`;
    if (parsing && REFUSED_WHEN_PARSING.includes(letter)) return `the letter ${letter} can be written, but not read`;
  }
  const run = REFUSED_RUNS.find((one) => letters.includes(one));
  return run === undefined ? null : `there are too many ${run[0]}`;
}

/** The pattern without its quoted texts. */
function unquoted(pattern: string): string {
  return pattern
    .split("'")
    .filter((_, i) => i % 2 === 0)
    .join("'");
}

function patternError(pattern: string, reason: string): Error {
  return configError(
    'INVALID_DATETIME_PATTERN',
    `the datetime pattern "${pattern}" cannot be used: ${reason}. Patterns are those of Spark 3, like "yyyy-MM-dd HH:mm:ss".`,
  );
}

class PatternCompiler {
  private readonly outer: Element[][] = [];
  private elements: Element[] = [];
  /** The number that gives up digits for the fixed numbers right behind it. */
  private active: NumberElement | FractionElement | null = null;
  private readonly hasEra: boolean;

  constructor(
    private readonly pattern: string,
    private readonly parsing: boolean,
  ) {
    this.hasEra = unquoted(pattern).includes('G');
  }

  compile(): readonly Element[] {
    const { pattern } = this;
    let at = 0;
    while (at < pattern.length) {
      const char = pattern[at] as string;
      if (/[A-Za-z]/.test(char)) at = this.letters(at);
      else if (char === "'") at = this.quoted(at);
      else this.sign(pattern[at++] as string);
    }
    // An optional section may be left open.
    while (this.outer.length > 0) this.closeOptional();
    return this.elements;
  }

  private letters(at: number): number {
    const letter = this.pattern[at] as string;
    let end = at + 1;
    while (this.pattern[end] === letter) end++;
    const element = fieldElement(letter, end - at, this.hasEra, this.parsing);
    if (typeof element === 'string') throw patternError(this.pattern, element);
    const joins = element.kind === 'number' || (element.kind === 'fraction' && element.minWidth === element.maxWidth);
    if (joins) this.addNumber(element as NumberElement | FractionElement);
    else this.add(element);
    return end;
  }

  /** Reads a quoted text from `at`; two quotes are one. Gives where it ends. */
  private quoted(at: number): number {
    let text = '';
    let end = at + 1;
    for (; ; end++) {
      if (end >= this.pattern.length) throw patternError(this.pattern, "a ' is not closed");
      if (this.pattern[end] !== "'") text += this.pattern[end];
      else if (this.pattern[end + 1] === "'") text += this.pattern[++end];
      else break;
    }
    this.add({ kind: 'literal', text: text === '' ? "'" : text });
    return end + 1;
  }

  private sign(char: string): void {
    if (char === '[') {
      this.active = null;
      this.outer.push(this.elements);
      this.elements = [];
    } else if (char === ']') {
      if (this.outer.length === 0) throw patternError(this.pattern, 'a ] has no [ before it');
      this.closeOptional();
    } else if (char === '{' || char === '}' || char === '#') {
      throw patternError(this.pattern, `${char} is reserved`);
    } else {
      this.add({ kind: 'literal', text: char });
    }
  }

  private closeOptional(): void {
    const elements = this.elements;
    this.elements = this.outer.pop() as Element[];
    this.active = null;
    if (elements.length > 0) this.elements.push({ kind: 'optional', elements });
  }

  private add(element: Element): void {
    this.active = null;
    this.elements.push(element);
  }

  /** Digits that run together (`yyyyMMdd`): the widths of the fixed numbers behind are kept back from the first one. */
  private addNumber(element: NumberElement | FractionElement): void {
    const isFixed =
      element.minWidth === element.maxWidth && (element.kind === 'fraction' || element.sign === 'notNegative');
    if (this.active !== null && isFixed) {
      this.active.subsequentWidth += element.maxWidth;
      element.subsequentWidth = -1;
    } else {
      if (this.active !== null) this.active.subsequentWidth = -1;
      this.active = element;
    }
    this.elements.push(element);
  }
}
