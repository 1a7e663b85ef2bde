import {
  type CaseRule,
  caseVariants,
  escapeCode,
  predefinedClass,
  propertyClass,
  translateClass,
} from './java-regex-class.ts';
import { PatternText, RegexError } from './pattern-text.ts';

/**
 * java.util.regex patterns as JavaScript ones of the `v` mode. Atomic groups and possessive quantifiers become a
 * look-ahead with a back reference, so groups are numbered anew. What has no equal (`\G`, `\X`, Unicode blocks) is refused.
 */
export interface JavaRegex {
  /** With the `g` flag: set `lastIndex` before use. */
  readonly regex: RegExp;
  /** The JavaScript group of each Java group, by its number; element 0 is the whole match. */
  readonly groups: readonly number[];
  readonly names: ReadonlyMap<string, number>;
}

interface Flags extends CaseRule {
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly comments: boolean;
  readonly unixLines: boolean;
}

const NO_FLAGS: Flags = {
  ignoreCase: false,
  unicodeCase: false,
  dotAll: false,
  multiline: false,
  comments: false,
  unixLines: false,
};

const FLAG_OF_LETTER: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  u: 'unicodeCase',
  s: 'dotAll',
  m: 'multiline',
  x: 'comments',
  d: 'unixLines',
};

/** @throws RegexError */
export function compileJavaRegex(pattern: string): JavaRegex {
  const translator = new Translator(pattern);
  const source = translator.translate();
  try {
    return { regex: new RegExp(source, 'gv'), groups: translator.groups, names: translator.names };
  } catch {
    throw new RegexError(`"${pattern}" is no regular expression that can be used.`);
  }
}

class Translator {
  readonly groups: number[] = [0];
  readonly names = new Map<string, number>();
  private readonly text: PatternText;
  /** Groups of the JavaScript pattern that are open or closed already. */
  private groupCount = 0;
  private readonly javaGroupCount: number;

  constructor(pattern: string) {
    this.text = new PatternText(pattern);
    this.javaGroupCount = (pattern.replace(/\\./gs, '').match(/\((?!\?)|\(\?<(?![=!])/g) ?? []).length;
  }

  translate(): string {
    const source = this.alternatives(NO_FLAGS);
    if (!this.text.atEnd()) throw this.text.refuse('a ) that closes nothing');
    return source;
  }

  /** Up to a closing bracket or the end. Flags set inside hold to the end of the group, across `|`. */
  private alternatives(outer: Flags): string {
    let flags = outer;
    let source = '';
    while (!this.text.atEnd() && this.text.peek() !== ')') {
      if (this.text.accept('|')) {
        source += '|';
        continue;
      }
      if (flags.comments && this.skipComment()) continue;
      const changed = this.inlineFlags(flags);
      if (changed !== null) {
        flags = changed;
        continue;
      }
      source += this.quantified(flags);
    }
    return source;
  }

  private skipComment(): boolean {
    if (/^\s$/.test(this.text.peek())) {
      this.text.next();
      return true;
    }
    if (!this.text.accept('#')) return false;
    this.text.untilOrEnd('\n');
    return true;
  }

  /** `(?i)`: the flags from here on; null (and nothing read) when something else follows. */
  private inlineFlags(flags: Flags): Flags | null {
    if (this.text.peek() !== '(' || this.text.peek(1) !== '?') return null;
    let length = 2;
    while (/^[a-zA-Z-]$/.test(this.text.peek(length))) length++;
    if (length === 2 || this.text.peek(length) !== ')') return null;
    this.text.acceptAll('(?');
    return this.readFlags(flags, ')');
  }

  private readFlags(flags: Flags, end: string): Flags {
    const changed: { -readonly [name in keyof Flags]: boolean } = { ...flags };
    let on = true;
    for (const letter of this.text.until(end)) {
      if (letter === '-') {
        on = false;
        continue;
      }
      const name = FLAG_OF_LETTER[letter];
      if (name === undefined) throw this.text.refuse(`the flag ${letter}`);
      changed[name] = on;
    }
    return changed;
  }

  private quantified(flags: Flags): string {
    const groupsBefore = this.groupCount;
    const atom = this.atom(flags);
    if (flags.comments) while (this.skipComment());
    const quantifier = this.quantifier();
    if (quantifier === '') return atom;
    if (this.text.accept('?')) return `${atom}${quantifier}?`;
    if (!this.text.accept('+')) return `${atom}${quantifier}`;
    return this.possessive(`${atom}${quantifier}`, groupsBefore);
  }

  private quantifier(): string {
    for (const sign of ['*', '+', '?']) if (this.text.accept(sign)) return sign;
    if (this.text.peek() !== '{') return '';
    this.text.next();
    const range = this.text.until('}');
    if (!/^\d+(,\d*)?$/.test(range)) throw this.text.refuse(`the repetition {${range}}`);
    return `{${range}}`;
  }

  /** The look-ahead takes its first way only; its group then stands before those of the atom. */
  private possessive(source: string, groupsBefore: number): string {
    const own = groupsBefore + 1;
    this.groupCount++;
    for (let i = 0; i < this.groups.length; i++) {
      if ((this.groups[i] as number) > groupsBefore) this.groups[i] = (this.groups[i] as number) + 1;
    }
    const shifted = source.replace(/\\(\d+)(?=\))/g, (all, n) =>
      Number(n) > groupsBefore ? `\\${Number(n) + 1}` : all,
    );
    return `(?:(?=(${shifted}))(?:\\${own}))`;
  }

  private atom(flags: Flags): string {
    const char = this.text.next();
    switch (char) {
      case '(':
        return this.group(flags);
      case '[':
        return translateClass(this.text, flags);
      case '\\':
        return this.escape(flags);
      case '.':
        if (flags.dotAll) return '[\\s\\S]';
        return flags.unixLines ? '[^\\n]' : '[^\\n\\r\\u{85}\\u{2028}\\u{2029}]';
      case '^':
        return flags.multiline ? `(?:(?<![\\s\\S])|${lineStart(flags)})` : '(?:(?<![\\s\\S]))';
      case '$':
        return flags.multiline ? `(?:(?![\\s\\S])|${lineEnd(flags)})` : endOrFinalLine(flags);
      case '*':
      case '+':
      case '?':
        throw this.text.refuse(`a ${char} that repeats nothing`);
      case '{':
        throw this.text.refuse('a { that repeats nothing');
      default:
        return literalSource(char.codePointAt(0) as number, flags);
    }
  }

  private group(flags: Flags): string {
    if (!this.text.accept('?')) return this.capture(flags);
    for (const kind of [':', '=', '!', '<=', '<!']) {
      if (this.text.acceptAll(kind)) return `(?:(?${kind}${this.closed(flags)}))`;
    }
    if (this.text.accept('>')) {
      const before = this.groupCount;
      return this.possessive(`(?:${this.closed(flags)})`, before);
    }
    if (this.text.accept('<')) {
      this.names.set(this.text.until('>'), this.groups.length);
      return this.capture(flags);
    }
    return `(?:${this.closed(this.readFlags(flags, ':'))})`;
  }

  private capture(flags: Flags): string {
    this.groups.push(++this.groupCount);
    return `(${this.closed(flags)})`;
  }

  private closed(flags: Flags): string {
    const source = this.alternatives(flags);
    if (!this.text.accept(')')) throw this.text.refuse('a ( that is not closed');
    return source;
  }

  private escape(flags: Flags): string {
    const letter = this.text.peek();
    const predefined = predefinedClass(letter);
    if (predefined !== undefined) {
      this.text.next();
      return predefined;
    }
    if (/^[1-9]$/.test(letter)) return this.backReference();
    const special = this.specialEscape(letter, flags);
    return special ?? literalSource(this.text.escapedCode(), flags);
  }

  private specialEscape(letter: string, flags: Flags): string | null {
    switch (letter) {
      case 'A':
        return this.after('(?:(?<![\\s\\S]))');
      case 'z':
        return this.after('(?:(?![\\s\\S]))');
      case 'Z':
        return this.after(endOrFinalLine(flags));
      case 'b':
      case 'B':
        return this.after(`(?:\\${letter})`);
      case 'R':
        return this.after('(?:\\r\\n|[\\n\\x0b\\f\\r\\x85\\u{2028}\\u{2029}])');
      case 'p':
      case 'P':
        this.text.next();
        return propertyClass(this.text, letter === 'P');
      case 'Q': {
        this.text.next();
        const quoted = Array.from(this.text.untilOrEnd('\\E'), (c) => literalSource(c.codePointAt(0) as number, flags));
        return quoted.length === 1 ? (quoted[0] as string) : `${quoted.join('')}`;
      }
      case 'k': {
        this.text.acceptAll('k<');
        const group = this.names.get(this.text.until('>'));
        if (group === undefined) throw this.text.refuse('a name that no group before it has');
        return `(?:\\${this.groups[group]})`;
      }
      default:
        return null;
    }
  }

  private after(source: string): string {
    this.text.next();
    return source;
  }

  /** As many digits as still name a group. */
  private backReference(): string {
    let number = Number(this.text.next());
    while (/^\d$/.test(this.text.peek()) && number * 10 + Number(this.text.peek()) <= this.javaGroupCount) {
      number = number * 10 + Number(this.text.next());
    }
    const group = this.groups[number];
    // Java: a group that is not there, or not there yet, matches nothing.
    return group === undefined ? '(?:(?!))' : `(?:\\${group})`;
  }
}

function literalSource(code: number, flags: Flags): string {
  const variants = caseVariants(code, flags);
  return variants.length === 1 ? escapeCode(code) : `[${variants.map(escapeCode).join('')}]`;
}

function endOrFinalLine(flags: Flags): string {
  const ends = flags.unixLines ? '\\n' : '\\r\\n|(?<!\\r)\\n|[\\r\\u{85}\\u{2028}\\u{2029}]';
  return `(?:(?=(?:${ends})?(?![\\s\\S])))`;
}

function lineStart(flags: Flags): string {
  // Not behind a line end that is the last thing of the input.
  return flags.unixLines ? '(?<=\\n)(?=[\\s\\S])' : '(?<=\\n|\\r(?!\\n)|[\\u{85}\\u{2028}\\u{2029}])(?=[\\s\\S])';
}

function lineEnd(flags: Flags): string {
  return flags.unixLines ? '(?=\\n)' : '(?=\\r|(?<!\\r)\\n|[\\u{85}\\u{2028}\\u{2029}])';
}
