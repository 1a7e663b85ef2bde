import { configError } from '../errors.ts';

/** Whether a path holds glob characters of Hadoop's FileSystem.globStatus: `*`, `?`, `[...]`, `{a,b}`, `\`. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}\\]/.test(path);
}

/** The patterns that `{a,b}` stands for; alternatives may hold `/` and further braces. */
export function expandBraces(pattern: string): string[] {
  const open = indexOfUnescaped(pattern, '{', 0);
  if (open < 0) return [pattern];
  const alternatives: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (char === '{') depth++;
    else if (char === ',' && depth === 1) {
      alternatives.push(pattern.slice(start, at));
      start = at + 1;
    } else if (char === '}' && --depth === 0) {
      alternatives.push(pattern.slice(start, at));
      const [before, after] = [pattern.slice(0, open), pattern.slice(at + 1)];
      return alternatives.flatMap((alternative) => expandBraces(before + alternative + after));
    }
  }
  throw globError(pattern, 'a { without }');
}

/** A test for names of one path component (without braces). */
export function componentMatcher(pattern: string): (name: string) => boolean {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (char === '\\') source += quote(pattern[++at] ?? '\\');
    else if (char === '[') {
      const end = indexOfUnescaped(pattern, ']', at + 2);
      if (end < 0) throw globError(pattern, 'a [ without ]');
      source += characterClass(pattern.slice(at + 1, end));
      at = end;
    } else source += quote(char);
  }
  const expression = compile(pattern, source);
  return (name) => expression.test(name);
}

function compile(pattern: string, source: string): RegExp {
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    throw globError(pattern, 'a range of characters whose end comes before its start');
  }
}

/** The name that a component without wildcards stands for. */
export function unescapeComponent(pattern: string): string {
  return pattern.replace(/\\(.)/gsu, '$1');
}

export function hasWildcard(component: string): boolean {
  return ['*', '?', '['].some((char) => indexOfUnescaped(component, char, 0) >= 0);
}

function characterClass(content: string): string {
  const negated = content.startsWith('^') || content.startsWith('!');
  const characters = (negated ? content.slice(1) : content).replace(/\\(.)/gsu, '$1').replace(/[\\\][^]/g, '\\$&');
  return `[${negated ? '^' : ''}${characters}]`;
}

function quote(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function indexOfUnescaped(text: string, char: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === char) return at;
    if (text[at] === '\\') at++;
  }
  return -1;
}

function globError(pattern: string, found: string): Error {
  return configError(
    'BAD_GLOB',
    `the path pattern "${pattern}" has ${found}; write \\ before a character that means itself`,
  );
}
