import type { PatternText } from './pattern-text.ts';

/** Java's character classes, with union and intersection, as those of JavaScript's `v` mode. */

/** How letters are compared where they stand. */
export interface CaseRule {
  readonly ignoreCase: boolean;
  /** Beyond ASCII too (Java's `(?u)`). */
  readonly unicodeCase: boolean;
}

/** A code point as an escape that means itself everywhere in a pattern. */
export function escapeCode(code: number): string {
  const plain = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return plain ? String.fromCharCode(code) : `\\u{${code.toString(16)}}`;
}

/** The code points that match `code` under the rule. */
export function caseVariants(code: number, rule: CaseRule): readonly number[] {
  if (!rule.ignoreCase || (code > 127 && !rule.unicodeCase)) return [code];
  const char = String.fromCodePoint(code);
  const variants = new Set([code]);
  for (const text of [char.toLowerCase(), char.toUpperCase()]) {
    const variant = text.codePointAt(0) as number;
    if (text.length === String.fromCodePoint(variant).length && (variant < 128 || rule.unicodeCase))
      variants.add(variant);
  }
  return [...variants];
}

const SPACE = '[\\t\\n\\x0b\\f\\r\\u{20}]';
const HORIZONTAL = '[\\u{20}\\t\\xa0\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}]';
const VERTICAL = '[\\n\\x0b\\f\\r\\x85\\u{2028}\\u{2029}]';

const PREDEFINED: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  w: '[a-zA-Z_0-9]',
  W: '[^a-zA-Z_0-9]',
  s: SPACE,
  S: `[^${SPACE}]`,
  h: HORIZONTAL,
  H: `[^${HORIZONTAL}]`,
  v: VERTICAL,
  V: `[^${VERTICAL}]`,
};

/** `\d`, `\s` and the like as a class; undefined of another letter. */
export function predefinedClass(letter: string): string | undefined {
  return PREDEFINED[letter];
}

const POSIX: Readonly<Record<string, string>> = {
  Lower: '[a-z]',
  Upper: '[A-Z]',
  ASCII: '[\\x00-\\x7f]',
  Alpha: '[a-zA-Z]',
  Digit: '[0-9]',
  Alnum: '[a-zA-Z0-9]',
  Punct: '[\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e]',
  Graph: '[\\x21-\\x7e]',
  Print: '[\\x20-\\x7e]',
  Blank: '[\\x20\\t]',
  Cntrl: '[\\x00-\\x1f\\x7f]',
  XDigit: '[0-9a-fA-F]',
  Space: SPACE,
  javaLowerCase: '\\p{Lowercase}',
  javaUpperCase: '\\p{Uppercase}',
  javaWhitespace: SPACE,
};

const BINARY_PROPERTIES: Readonly<Record<string, string>> = {
  alphabetic: 'Alphabetic',
  ideographic: 'Ideographic',
  lowercase: 'Lowercase',
  uppercase: 'Uppercase',
  white_space: 'White_Space',
  letter: 'L',
  digit: 'Nd',
  punctuation: 'P',
};

/** `\p{...}` behind the `p` or `P`; the name may be one letter without brackets. */
export function propertyClass(text: PatternText, negated: boolean): string {
  const name = text.accept('{') ? text.until('}') : text.next();
  const posix = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
  if (posix !== undefined) return negated ? `[^${posix}]` : posix;
  const bare = name.replace(/^(Is|general_category=|gc=)/i, '');
  const script = /^(?:script|sc)=(.*)$/i.exec(name);
  const candidates = [
    script === null ? null : `Script=${script[1]}`,
    Object.hasOwn(BINARY_PROPERTIES, bare.toLowerCase()) ? (BINARY_PROPERTIES[bare.toLowerCase()] as string) : null,
    bare,
    `Script=${bare}`,
  ];
  for (const candidate of candidates) {
    if (candidate !== null && isProperty(candidate)) return `\\${negated ? 'P' : 'p'}{${candidate}}`;
  }
  throw text.refuse(`unknown character property \\p{${name}}`);
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, 'v') !== null;
  } catch {
    return false;
  }
}

/** A class, the text being behind its `[`. */
export function translateClass(text: PatternText, rule: CaseRule): string {
  const negated = text.accept('^');
  const operands: string[] = [];
  let items: string[] = [];
  for (let first = true; ; first = false) {
    if (text.atEnd()) throw text.refuse('a class [ that is not closed');
    if (!first && text.accept(']')) break;
    if (text.acceptAll('&&')) {
      if (items.length > 0) operands.push(`[${items.join('')}]`);
      items = [];
      continue;
    }
    if (first && text.peek() === ']') throw text.refuse('an empty class []');
    items.push(classItem(text, rule));
  }
  if (items.length > 0) operands.push(`[${items.join('')}]`);
  if (operands.length === 1) return negated ? `[^${operands[0]}]` : (operands[0] as string);
  return `[${negated ? '^' : ''}${operands.join('&&')}]`;
}

function classItem(text: PatternText, rule: CaseRule): string {
  if (text.accept('[')) return translateClass(text, rule);
  const first = classAtom(text);
  if (typeof first === 'string') return first;
  if (text.peek() !== '-' || text.peek(1) === ']' || text.peek(1) === '[' || text.peek(1) === '') {
    return caseVariants(first, rule).map(escapeCode).join('');
  }
  text.next();
  const last = classAtom(text);
  if (typeof last === 'string' || last < first) throw text.refuse('a range that does not go up');
  return rangeSource(first, last, rule);
}

function rangeSource(first: number, last: number, rule: CaseRule): string {
  let source = `${escapeCode(first)}-${escapeCode(last)}`;
  if (!rule.ignoreCase) return source;
  for (const [low, high, shift] of [
    [97, 122, -32],
    [65, 90, 32],
  ] as const) {
    const from = Math.max(first, low);
    const to = Math.min(last, high);
    if (from <= to) source += `${escapeCode(from + shift)}-${escapeCode(to + shift)}`;
  }
  return source;
}

/** A code point, or the source of a class such as `\d`. */
function classAtom(text: PatternText): number | string {
  const char = text.next();
  if (char !== '\\') return char.codePointAt(0) as number;
  const letter = text.peek();
  const predefined = predefinedClass(letter);
  if (predefined !== undefined) {
    text.next();
    return predefined;
  }
  if (letter === 'p' || letter === 'P') {
    text.next();
    return propertyClass(text, letter === 'P');
  }
  if (letter === 'Q') {
    text.next();
    const quoted = text.untilOrEnd('\\E');
    return Array.from(quoted, (c) => escapeCode(c.codePointAt(0) as number)).join('');
  }
  return text.escapedCode();
}
