/** A regular expression being read, code point by code point. */
export class PatternText {
  private readonly chars: readonly string[];
  private at = 0;

  constructor(readonly pattern: string) {
    this.chars = Array.from(pattern);
  }

  atEnd(): boolean {
    return this.at >= this.chars.length;
  }

  /** The code point `ahead` places on; '' behind the end. */
  peek(ahead = 0): string {
    return this.chars[this.at + ahead] ?? '';
  }

  next(): string {
    if (this.atEnd()) throw this.refuse('an unexpected end');
    return this.chars[this.at++] as string;
  }

  accept(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at++;
    return true;
  }

  acceptAll(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.peek(i) !== text[i]) return false;
    this.at += text.length;
    return true;
  }

  /** What stands before `end`, which is passed. */
  until(end: string): string {
    let text = '';
    while (!this.accept(end)) text += this.next();
    return text;
  }

  /** What stands before `end`, which is passed, or before the end of the pattern. */
  untilOrEnd(end: string): string {
    let text = '';
    while (!this.atEnd() && !this.acceptAll(end)) text += this.next();
    return text;
  }

  /** Reads as many of the next characters as match, at most `max`. */
  take(matches: RegExp, max: number): string {
    let text = '';
    while (text.length < max && matches.test(this.peek())) text += this.next();
    return text;
  }

  /** The code point of an escape, the text being behind its backslash. */
  escapedCode(): number {
    const letter = this.next();
    switch (letter) {
      case 't':
        return 9;
      case 'n':
        return 10;
      case 'r':
        return 13;
      case 'f':
        return 12;
      case 'a':
        return 7;
      case 'e':
        return 27;
      case 'c':
        return (this.next().codePointAt(0) as number) ^ 64;
      case '0':
        return this.number(this.take(/^[0-7]$/, this.peek() <= '3' ? 3 : 2), 8);
      case 'x':
        if (this.accept('{')) return this.number(this.until('}'), 16);
        return this.number(this.take(/^[0-9a-fA-F]$/, 2), 16);
      case 'u':
        return this.unicodeCode();
      default:
        if (/[a-zA-Z0-9]/.test(letter)) throw this.refuse(`the escape \\${letter}`);
        return letter.codePointAt(0) as number;
    }
  }

  /** Two escapes may make up one code point. */
  private unicodeCode(): number {
    const high = this.number(this.take(/^[0-9a-fA-F]$/, 4), 16);
    if (high < 0xd800 || high > 0xdbff || this.peek() !== '\\' || this.peek(1) !== 'u') return high;
    this.at += 2;
    const low = this.number(this.take(/^[0-9a-fA-F]$/, 4), 16);
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  }

  private number(digits: string, radix: number): number {
    const code = Number.parseInt(digits, radix);
    if (Number.isNaN(code) || code > 0x10ffff) throw this.refuse('an escape without its digits');
    return code;
  }

  refuse(what: string): RegexError {
    return new RegexError(
      `"${this.pattern}" is no regular expression that can be used: ${what}, before character ${this.at + 1}`,
    );
  }
}

/** A pattern that Java refuses or JavaScript has no equal for. */
export class RegexError extends Error {}
