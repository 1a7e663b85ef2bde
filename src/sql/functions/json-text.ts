/**
 * JSON as Spark's Jackson reads it: numbers keep their text, keys their order and repetitions. Only the first value of the
 * text is read; what follows it is not looked at, as Spark does not.
 */
export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: JsonNode])[] };

/** What is let through beyond the standard; `SQL_JSON` and `FROM_JSON` are what Spark's functions let through. */
export interface JsonLeniency {
  readonly singleQuotes?: boolean;
  readonly controlChars?: boolean;
  readonly unquotedNames?: boolean;
  readonly comments?: boolean;
  readonly leadingZeros?: boolean;
  readonly anyEscape?: boolean;
  /** NaN, Infinity and the like, as numbers. */
  readonly nonNumbers?: boolean;
}

export const SQL_JSON: JsonLeniency = { singleQuotes: true, controlChars: true };
export const FROM_JSON: JsonLeniency = { singleQuotes: true, nonNumbers: true };

const MAX_DEPTH = 1000;

/** The first value of the text; null when there is none or it is torn. */
export function parseJson(text: string, leniency: JsonLeniency): JsonNode | null {
  try {
    return new JsonReader(text, leniency).value(0);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return null;
    throw error;
  }
}

class JsonSyntaxError extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LENIENT_NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NON_NUMBER = /[+-]?(?:NaN|Infinity|INF)/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class JsonReader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly leniency: JsonLeniency,
  ) {}

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError();
    this.skipBlanks();
    const char = this.text[this.at];
    if (char === '{') return this.object(depth);
    if (char === '[') return this.array(depth);
    if (char === '"' || (char === "'" && this.leniency.singleQuotes)) return { kind: 'string', value: this.string() };
    return this.number() ?? this.word();
  }

  private object(depth: number): JsonNode {
    this.at++;
    const entries: [string, JsonNode][] = [];
    if (this.accept('}')) return { kind: 'object', entries };
    do {
      const key = this.name();
      if (!this.accept(':')) throw new JsonSyntaxError();
      entries.push([key, this.value(depth + 1)]);
    } while (this.accept(','));
    if (!this.accept('}')) throw new JsonSyntaxError();
    return { kind: 'object', entries };
  }

  private array(depth: number): JsonNode {
    this.at++;
    const items: JsonNode[] = [];
    if (this.accept(']')) return { kind: 'array', items };
    do items.push(this.value(depth + 1));
    while (this.accept(','));
    if (!this.accept(']')) throw new JsonSyntaxError();
    return { kind: 'array', items };
  }

  private name(): string {
    this.skipBlanks();
    const char = this.text[this.at];
    if (char === '"' || (char === "'" && this.leniency.singleQuotes)) return this.string();
    const word = this.leniency.unquotedNames ? this.match(WORD) : null;
    if (word === null) throw new JsonSyntaxError();
    return word;
  }

  private string(): string {
    const quote = this.text[this.at++];
    let value = '';
    for (let start = this.at; ; this.at++) {
      const char = this.text[this.at];
      if (char === undefined) throw new JsonSyntaxError();
      if (char < ' ' && !this.leniency.controlChars) throw new JsonSyntaxError();
      if (char !== quote && char !== '\\') continue;
      value += this.text.slice(start, this.at);
      if (char === quote) break;
      value += this.escape();
      start = this.at + 1;
    }
    this.at++;
    return value;
  }

  /** The character of an escape; afterwards the cursor is on its last character. */
  private escape(): string {
    const letter = this.text[++this.at];
    if (letter === 'u') {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new JsonSyntaxError();
      this.at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const char = letter === undefined ? undefined : ESCAPES[letter];
    if (char !== undefined) return char;
    if (letter !== undefined && (this.leniency.anyEscape || (letter === "'" && this.leniency.singleQuotes)))
      return letter;
    throw new JsonSyntaxError();
  }

  private number(): JsonNode | null {
    const text =
      this.match(this.leniency.leadingZeros ? LENIENT_NUMBER : NUMBER) ??
      (this.leniency.nonNumbers ? this.match(NON_NUMBER) : null);
    if (text === null) return null;
    if (/[\w.+-]/.test(this.text[this.at] ?? ' ')) throw new JsonSyntaxError();
    return { kind: 'number', text };
  }

  private word(): JsonNode {
    switch (this.match(WORD)) {
      case 'true':
        return { kind: 'boolean', value: true };
      case 'false':
        return { kind: 'boolean', value: false };
      case 'null':
        return { kind: 'null' };
      default:
        throw new JsonSyntaxError();
    }
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }

  private accept(char: string): boolean {
    this.skipBlanks();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private skipBlanks(): void {
    for (;;) {
      while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at++;
      if (!this.leniency.comments || this.match(/\/\/[^\n]*|\/\*[\s\S]*?\*\//y) === null) return;
    }
  }
}

/** A string in quotes, escaped as Jackson does: with digits of base 16 in upper case. */
export function quoteJson(text: string): string {
  const quoted = JSON.stringify(text);
  if (quoted.length === text.length + 2) return quoted;
  return quoted.replace(/\\u[0-9a-f]{4}|\\./g, (part) =>
    part.startsWith('\\u') ? `\\u${part.slice(2).toUpperCase()}` : part,
  );
}
