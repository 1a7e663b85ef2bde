import type { Cell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, BOOLEAN, INT, STRING } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { FunctionSpec, ImplementContext } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { constantOf, literal } from './bind.ts';
import { type CellFunction, type ScalarRow, scalar } from './define.ts';
import { compileJavaRegex, type JavaRegex } from './java-regex.ts';
import { likeFunctions } from './like.ts';
import { RegexError } from './pattern-text.ts';
import { charsOf } from './text-cells.ts';

export const regexpFunctions: readonly FunctionSpec[] = [
  ...likeFunctions,
  matching('rlike', {
    aliases: ['regexp', 'regexp_like'],
    usage: 'Whether a regular expression (of Java) is found in the text.',
    example: ["rlike('abc', 'b.')", 'true'],
    takes: ['string', 'string'],
    returns: BOOLEAN,
    with: (compile) => (text: string, pattern: string) => {
      const { regex } = compile(pattern);
      regex.lastIndex = 0;
      return regex.test(text);
    },
  }),
  matching('regexp_extract', {
    usage:
      'The group with a number (1, when not given; 0 is the whole match) of the first match; empty without a match.',
    example: ["regexp_extract('100-200', '([0-9]+)-([0-9]+)', 1)", '100'],
    takes: ['string', 'string', 'int'],
    defaults: [literal(1, INT)],
    returns: STRING,
    with: (compile) => (text: string, pattern: string, group: number) => {
      const compiled = compile(pattern);
      const match = firstMatch(compiled.regex, text);
      return match === null ? '' : (match[groupIndex('regexp_extract', compiled, group)] ?? '');
    },
  }),
  matching('regexp_extract_all', {
    usage: 'The group with a number (1, when not given) of every match.',
    example: ["regexp_extract_all('100-200, 300-400', '([0-9]+)-([0-9]+)', 1)", '["100","300"]'],
    takes: ['string', 'string', 'int'],
    defaults: [literal(1, INT)],
    returns: array(STRING),
    with: (compile) => (text: string, pattern: string, group: number) => {
      const compiled = compile(pattern);
      return Array.from(
        allMatches(compiled.regex, text),
        (match) => match[groupIndex('regexp_extract_all', compiled, group)] ?? '',
      );
    },
  }),
  regexpReplace(),
  matching('regexp_count', {
    usage: 'The number of matches.',
    example: ["regexp_count('Steven Jones and Stephen Smith', 'Ste(v|ph)en')", '2'],
    takes: ['string', 'string'],
    returns: INT,
    with: (compile) => (text: string, pattern: string) => Array.from(allMatches(compile(pattern).regex, text)).length,
  }),
  matching('regexp_instr', {
    usage: 'The position, from 1, of the first match; 0 without one.',
    example: ["regexp_instr('user@spark.apache.org', '@[^.]*')", '5'],
    takes: ['string', 'string', 'int'],
    defaults: [literal(0, INT)],
    returns: INT,
    with: (compile) => (text: string, pattern: string) => (firstMatch(compile(pattern).regex, text)?.index ?? -1) + 1,
  }),
  matching('regexp_substr', {
    usage: 'The first match; null without one.',
    example: ["regexp_substr('Steven Jones and Stephen Smith', 'Ste(v|ph)en')", 'Steven'],
    takes: ['string', 'string'],
    returns: STRING,
    mayBeNull: true,
    // Spark writes it as nullif(regexp_extract(text, pattern, 0), ''): an empty match is null too.
    with: (compile) => (text: string, pattern: string) => firstMatch(compile(pattern).regex, text)?.[0] || null,
  }),
  matching('split', {
    usage: 'The parts of a text between the matches of a regular expression; at most `limit` when that is positive.',
    example: ["split('oneAtwoBthreeC', '[ABC]')", '["one","two","three",""]'],
    takes: ['string', 'string', 'int'],
    defaults: [literal(-1, INT)],
    returns: array(STRING),
    with: (compile) => (text: string, pattern: string, limit: number) => splitText(text, pattern, limit, compile),
  }),
];

type Compile = (pattern: string) => JavaRegex;

/** A function whose second argument is a pattern: compiled once when constant, else once per different pattern in a row. */
function matching(
  name: string,
  row: Omit<ScalarRow, 'name' | 'run' | 'make' | 'inline'> & { readonly with: (compile: Compile) => CellFunction },
): FunctionSpec {
  const { with: build, ...rest } = row;
  return scalar('regexp', { ...rest, name, make: (_types, _type, context) => build(compilerFor(name, context)) });
}

function compilerFor(name: string, { constants }: ImplementContext): Compile {
  let lastPattern: string | null = null;
  let last: JavaRegex | null = null;
  const compile: Compile = (pattern) => {
    if (pattern === lastPattern && last !== null) return last;
    last = compileOrRefuse(name, pattern);
    lastPattern = pattern;
    return last;
  };
  // A constant pattern that is wrong is refused before the first row.
  if (typeof constants[1] === 'string') compile(constants[1]);
  return compile;
}

function compileOrRefuse(name: string, pattern: string): JavaRegex {
  try {
    return compileJavaRegex(pattern);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw dataError('INVALID_PARAMETER_VALUE', `${name}: ${error.message}`, error);
  }
}

function firstMatch(regex: RegExp, text: string): RegExpExecArray | null {
  regex.lastIndex = 0;
  return regex.exec(text);
}

function* allMatches(regex: RegExp, text: string): Iterable<RegExpExecArray> {
  let at = 0;
  while (at <= text.length) {
    regex.lastIndex = at;
    const match = regex.exec(text);
    if (match === null) return;
    yield match;
    at = match[0] === '' ? match.index + nextLength(text, match.index) : match.index + match[0].length;
  }
}

function nextLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function groupIndex(name: string, { groups }: JavaRegex, group: number): number {
  const index = group < 0 ? undefined : groups[group];
  if (index !== undefined) return index;
  throw dataError(
    'INVALID_PARAMETER_VALUE',
    `${name}: the pattern has the groups 0 to ${groups.length - 1}, but group ${group} is asked for.`,
  );
}

function regexpReplace(): FunctionSpec {
  const spec = matching('regexp_replace', {
    usage: 'Every match, from a position on, replaced by a text in which $1 stands for a group.',
    example: ["regexp_replace('100-200', '([0-9]+)', 'num')", 'num-num'],
    takes: ['string', 'string', 'string', 'int'],
    defaults: [literal(1, INT)],
    returns: STRING,
    with: (compile) => {
      let lastReplacement: string | null = null;
      let build: ReplacementOf | null = null;
      return (text: string, pattern: string, replacement: string, position: number) => {
        const compiled = compile(pattern);
        const start = position - 1;
        if (start !== 0 && start >= text.length) return text;
        if (build === null || lastReplacement !== replacement) {
          build = parseReplacement(replacement, compiled);
          lastReplacement = replacement;
        }
        return text.slice(0, start) + replaceAll(text.slice(start), compiled.regex, build);
      };
    },
  });
  return {
    ...spec,
    bind(args, context) {
      const position = args[3] === undefined ? undefined : constantOf(args[3] as TypedExpr);
      if (typeof position === 'number' && position <= 0) {
        throw analysisError('DATATYPE_MISMATCH', `${context.name}: the position counts from 1, but it is ${position}.`);
      }
      return spec.bind(args, context);
    },
  };
}

type ReplacementOf = (match: RegExpExecArray) => string;

function replaceAll(text: string, regex: RegExp, build: ReplacementOf): string {
  let result = '';
  let end = 0;
  for (const match of allMatches(regex, text)) {
    result += text.slice(end, match.index) + build(match);
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}

/** Java's replacement text: `$n` takes as many digits as still name a group, a backslash takes the next character as it is. */
function parseReplacement(replacement: string, { groups, names }: JavaRegex): ReplacementOf {
  const parts: (string | number)[] = [];
  let at = 0;
  const refuse = (what: string): Error =>
    dataError('INVALID_PARAMETER_VALUE', `regexp_replace: the replacement "${replacement}" has ${what}.`);
  while (at < replacement.length) {
    const char = replacement[at++] as string;
    if (char === '\\') {
      if (at >= replacement.length) throw refuse('a \\ at its end');
      parts.push(replacement[at++] as string);
    } else if (char !== '$') {
      parts.push(char);
    } else if (replacement[at] === '{') {
      const close = replacement.indexOf('}', at);
      const group = names.get(replacement.slice(at + 1, close));
      if (close < 0 || group === undefined) throw refuse('a name in braces that no group has');
      parts.push(groups[group] as number);
      at = close + 1;
    } else {
      let group = Number.parseInt(replacement[at++] ?? '', 10);
      if (Number.isNaN(group)) throw refuse('a $ without a group behind it; write \\$ for the character');
      if (groups[group] === undefined) throw refuse(`a $${group}, but the pattern has ${groups.length - 1} group(s)`);
      while (/^\d$/.test(replacement[at] ?? '') && groups[group * 10 + Number(replacement[at])] !== undefined) {
        group = group * 10 + Number(replacement[at++]);
      }
      parts.push(groups[group] as number);
    }
  }
  return (match) => parts.map((part) => (typeof part === 'string' ? part : (match[part] ?? ''))).join('');
}

/** Java's String.split: an empty match at the beginning splits nothing; the rest behind the last match is kept as it is. */
function splitText(text: string, pattern: string, limit: number, compile: Compile): Cell {
  if (pattern === '' && text !== '') {
    const chars = charsOf(text);
    return limit > 0 ? chars.slice(0, limit) : chars;
  }
  return splitBy(text, compile(pattern).regex, limit);
}

/** The texts between the matches; at most `limit` of them when that is positive. */
export function splitBy(text: string, regex: RegExp, limit: number): readonly string[] {
  const parts: string[] = [];
  let end = 0;
  for (const match of allMatches(regex, text)) {
    if (limit > 0 && parts.length === limit - 1) break;
    const next = match.index + match[0].length;
    if (next === 0 || (match[0] === '' && match.index === text.length)) continue;
    parts.push(text.slice(end, match.index));
    end = next;
  }
  parts.push(text.slice(end));
  return parts;
}
