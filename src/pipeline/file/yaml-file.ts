import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parse, parseDocument, type Scalar } from 'yaml';
import { type Environment, type Substituted, substitute } from './environment.ts';
import type { Problem } from './problem.ts';
import { placeInScalar, type WrittenScalar } from './scalar-place.ts';
import { tooDeepAt } from './yaml-nesting.ts';

/** Where a value is within a file: the keys and positions that lead to it. */
export type Path = readonly (string | number)[];

/** A YAML file that was read: its value as plain data, and the place of every part of it. */
export interface YamlFile {
  readonly text: string;
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value begins; where it is missing, the nearest thing around it. */
  placeOf(path: Path): number;
  /** Where the key of the value begins. */
  keyPlaceOf(path: Path): number;
  /** The place of a character of the text at `path`. */
  placeInText(path: Path, offset: number): number;
}

/** Levels and values of one file, aliases followed: more than any needs. */
const MAX_DEPTH = 100;
const MAX_VALUES = 50_000;

interface Part {
  readonly start: number;
  readonly keyStart: number;
  /** Set for texts. */
  readonly written?: WrittenScalar & { readonly raw: string; readonly substituted: Substituted };
}

/** Reads YAML 1.2; environment variables are put into its texts. Mistakes are collected, not thrown. */
export function readYaml(text: string, environment: Environment): YamlFile {
  const reader = new Reader(text, environment);
  return reader.read();
}

class Reader {
  private readonly parts = new Map<string, Part>();
  private readonly problems: Problem[] = [];
  private visited = 0;

  constructor(
    private readonly text: string,
    private readonly environment: Environment,
  ) {}

  read(): YamlFile {
    const tooDeep = tooDeepAt(this.text);
    if (tooDeep >= 0)
      this.report('YAML_SYNTAX', 'This is nested too deep. Check that every bracket is closed.', tooDeep);
    const value = tooDeep >= 0 ? null : this.readValue();
    return {
      text: this.text,
      value,
      problems: this.problems,
      placeOf: (path) => this.nearest(path).start,
      keyPlaceOf: (path) => this.nearest(path).keyStart,
      placeInText: (path, offset) => this.placeInText(path, offset),
    };
  }

  private readValue(): unknown {
    const document = parseDocument(this.text, { lineCounter: new LineCounter(), prettyErrors: false });
    const [first] = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY'); // what follows it is most often caused by it
    for (const { code, message, pos } of document.errors) {
      if (code === 'DUPLICATE_KEY')
        this.report('KEY_TWICE', 'This key is there already. Remove one of the two.', pos[0]);
      else if (pos === first?.pos)
        this.report('YAML_SYNTAX', SYNTAX_MISTAKES[code] ?? `${message.replace(/\.?$/, '.')}`, pos[0]);
    }
    const resolve = (node: unknown) => {
      if (!isAlias(node)) return node as Node | null | undefined;
      const found = node.resolve(document);
      if (found === undefined) this.report('YAML_SYNTAX', unknownAlias(node.source), node.range?.[0] ?? 0);
      return found;
    };
    return this.visit(document.contents, [], 0, resolve);
  }

  private report(code: string, message: string, offset: number): void {
    this.problems.push({ severity: 'error', code, message, offset });
  }

  private visit(
    found: unknown,
    path: Path,
    keyStart: number,
    resolve: (node: unknown) => Node | null | undefined,
  ): unknown {
    const start = (found as Node | null)?.range?.[0] ?? keyStart;
    if (path.length > MAX_DEPTH || ++this.visited > MAX_VALUES) return this.endless(start);
    const node = resolve(found);
    const key = keyOf(path);
    this.parts.set(key, { start, keyStart });
    if (isMap(node)) {
      const entries = node.items.map((pair) => {
        const at = (pair.key as Node | null)?.range?.[0] ?? start;
        const name = this.keyText(resolve(pair.key), at);
        return [name, this.visit(pair.value, [...path, name], at, resolve)];
      });
      return Object.fromEntries(entries);
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const at = (item as Node | null)?.range?.[0] ?? start;
        return this.visit(item, [...path, index], at, resolve);
      });
    }
    if (!isScalar(node)) return null;
    return typeof node.value === 'string' ? this.textValue(node, node.value, key, start, keyStart) : node.value;
  }

  private keyText(key: unknown, offset: number): string {
    if (isScalar(key) || key === null || key === undefined) return String(isScalar(key) ? key.value : key);
    this.report('YAML_SYNTAX', 'A key must be a text, not a list or keys of its own.', offset);
    return '';
  }

  /** Aliases (`*name`) may stand within what they stand for, or double with each level. Told once. */
  private endless(offset: number): null {
    if (this.visited !== Number.POSITIVE_INFINITY) {
      this.report('YAML_SYNTAX', 'With its aliases (*name), this is too large or has no end.', offset);
    }
    this.visited = Number.POSITIVE_INFINITY;
    return null;
  }

  private textValue(node: Scalar, raw: string, key: string, start: number, keyStart: number): unknown {
    const substituted = substitute(raw, this.environment);
    const [from, to] = node.range ?? [start, start];
    const written = { source: this.text.slice(from, to), style: styleOf(node), raw, substituted };
    this.parts.set(key, { start: from, keyStart, written });
    for (const name of substituted.missing) {
      const at = from + placeInScalar(written, raw, raw.indexOf(`\${${name}`));
      const cure = `Set it, or give a default: \${${name}:-value}.`;
      this.report('ENVIRONMENT_VARIABLE_MISSING', `The environment variable ${name} is not set. ${cure}`, at);
    }
    if (substituted.text === raw || written.style !== 'plain') return substituted.text;
    // `limit: ${N}` means a number where N is one.
    const plain: unknown = parseScalar(substituted.text);
    return typeof plain === 'number' || typeof plain === 'boolean' ? plain : substituted.text;
  }

  private nearest(path: Path): Part {
    for (let length = path.length; length >= 0; length--) {
      const part = this.parts.get(keyOf(path.slice(0, length)));
      if (part !== undefined) return part;
    }
    return { start: 0, keyStart: 0 };
  }

  private placeInText(path: Path, offset: number): number {
    const { start, written } = this.nearest(path);
    if (written === undefined) return start;
    return start + placeInScalar(written, written.raw, written.substituted.writtenOffset(offset));
  }
}

/** The mistakes that happen most, in plainer words than the parser's. */
const SYNTAX_MISTAKES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Tabs cannot indent in YAML. Use spaces.',
  BLOCK_AS_IMPLICIT_KEY:
    'There is a second ": " here. Put quotes around a text that holds one; or the next line is indented too far.',
  BAD_INDENT:
    'Something before this is not closed, or this line is indented wrongly. Check brackets, quotes and spaces.',
  MISSING_CHAR: 'A bracket, a quote or a comma is missing. Check that every bracket and quote is closed.',
  MULTILINE_IMPLICIT_KEY: 'A key must be on one line, with ":" behind it.',
};

function unknownAlias(name: string): string {
  return `*${name} stands for what is marked with &${name} further up, and nothing is. Put quotes around a text that begins with "*".`;
}

function keyOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function styleOf(node: Scalar): WrittenScalar['style'] {
  switch (node.type) {
    case 'QUOTE_SINGLE':
      return 'single';
    case 'QUOTE_DOUBLE':
      return 'double';
    case 'BLOCK_FOLDED':
    case 'BLOCK_LITERAL':
      return 'block';
    default:
      return 'plain';
  }
}

function parseScalar(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}
