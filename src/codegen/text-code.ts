import { likeShape } from '../sql/functions/like.ts';
import type { TypedExpr } from '../sql/typed.ts';
import type { Block, Code, ExprEmitter, TextCode } from './block.ts';
import {
  compareBytes,
  containsBytes,
  countBytesChars,
  endsWithBytes,
  equalBytes,
  startsWithBytes,
  substringEnd,
  substringStart,
  trimEnd,
  trimStart,
} from './text-bytes.ts';
import { writeCase, writeFirst } from './text-choice.ts';
import { TextSet } from './text-set.ts';

/**
 * Strings as bytes where they stand, and the functions that need no JavaScript string of them. Everything else takes
 * and gives strings, and comes in here and goes out by the emitter's general way.
 */
type Call = Extract<TypedExpr, { kind: 'call' }>;

const textEncoder = new TextEncoder();
const WHOLE = ['byte', 'short', 'int', 'long'];
const CUTS = ['substring', 'left', 'right', 'trim', 'ltrim', 'rtrim'];

/** Whether the bytes of the string stand somewhere, whole. */
export function isLocatable(emitter: ExprEmitter, expr: TypedExpr): boolean {
  if (expr.type.kind !== 'string') return false;
  if (expr.kind === 'literal') return typeof expr.value === 'string';
  if (expr.kind === 'call' && CUTS.includes(expr.name)) {
    const isOfCharacters = expr.name.endsWith('trim') && expr.args.length > 1;
    return !isOfCharacters && isLocatable(emitter, expr.args[0] as TypedExpr);
  }
  return emitter.hasBytes(expr);
}

/** Code for where the bytes of a locatable string stand. */
export function locate(emitter: ExprEmitter, expr: TypedExpr, block: Block): TextCode {
  if (expr.kind === 'literal') {
    const bytes = textEncoder.encode(expr.value as string);
    return { bytes: emitter.helper('text', bytes), start: '0', end: String(bytes.length), isNull: 'false' };
  }
  if (expr.kind === 'call') return locateCut(emitter, expr, block);
  return emitter.emitBytes(expr, block);
}

function locateCut(emitter: ExprEmitter, { name, args }: Call, block: Block): TextCode {
  const text = locate(emitter, args[0] as TypedExpr, block);
  if (name.endsWith('trim')) return locateTrimmed(emitter, name, text, block);
  const numbers = args.slice(1).map((arg) => emitter.emitSimple(arg, block));
  const isNull = emitter.anyNull([text, ...numbers], block);
  const given = numbers.map(({ value }) => value);
  const [position, length] = cutOf(name, given);
  const from = emitter.fresh('from');
  const to = emitter.fresh('to');
  const starts = emitter.helper('substringStart', substringStart);
  const ends = emitter.helper('substringEnd', substringEnd);
  const { bytes, start, end } = text;
  const guarded = (code: string): string => (isNull === 'false' ? code : `${isNull} ? 0 : ${code}`);
  block.add(
    `const ${from} = ${guarded(`${starts}(${bytes}, ${start}, ${end}, ${position})`)};`,
    `const ${to} = ${guarded(`${ends}(${bytes}, ${start}, ${from}, ${end}, ${position}, ${length})`)};`,
  );
  return { bytes, start: from, end: to, isNull };
}

/** Spaces alone, as Spark's `UTF8String.trim`. */
function locateTrimmed(
  emitter: ExprEmitter,
  name: string,
  { bytes, start, end, isNull }: TextCode,
  block: Block,
): TextCode {
  const from = name === 'rtrim' ? start : emitter.fresh('from');
  if (name !== 'rtrim')
    block.add(`const ${from} = ${emitter.helper('trimStart', trimStart)}(${bytes}, ${start}, ${end});`);
  const to = name === 'ltrim' ? end : emitter.fresh('to');
  if (name !== 'ltrim') block.add(`const ${to} = ${emitter.helper('trimEnd', trimEnd)}(${bytes}, ${from}, ${end});`);
  return { bytes, start: from, end: to, isNull };
}

function cutOf(name: string, [first, second]: readonly string[]): readonly [position: string, length: string] {
  if (name === 'left') return ['1', first as string];
  if (name === 'right') return [`-${first}`, first as string];
  return [first as string, second as string];
}

/** Code for a function of strings that looks at their bytes; null where there is no such code. */
export function emitOnBytes(emitter: ExprEmitter, expr: Call, block: Block): Code | null {
  const [first, second] = expr.args;
  if (first === undefined || !isLocatable(emitter, first)) return null;
  if (expr.name === 'length') return test(emitter, 'countBytesChars', countBytesChars, [first], block);
  if (expr.name === 'like') return emitLike(emitter, expr, block);
  const comparison = COMPARISONS[expr.name];
  if (comparison === undefined || second === undefined || !isLocatable(emitter, second)) return null;
  const [name, fn, tail] = comparison;
  const code = test(emitter, name, fn, [first, second], block);
  return { value: tail === '' ? code.value : `(${code.value}${tail})`, isNull: code.isNull };
}

const COMPARISONS: Readonly<Record<string, readonly [name: string, fn: unknown, tail: string]>> = {
  '=': ['equalBytes', equalBytes, ''],
  '<': ['compareBytes', compareBytes, ' < 0'],
  '<=': ['compareBytes', compareBytes, ' <= 0'],
  '>': ['compareBytes', compareBytes, ' > 0'],
  '>=': ['compareBytes', compareBytes, ' >= 0'],
  startswith: ['startsWithBytes', startsWithBytes, ''],
  endswith: ['endsWithBytes', endsWithBytes, ''],
  contains: ['containsBytes', containsBytes, ''],
};

const LIKE_TESTS = {
  equals: '=',
  startsWith: 'startswith',
  endsWith: 'endswith',
  contains: 'contains',
} as const;

function emitLike(emitter: ExprEmitter, expr: Call, block: Block): Code | null {
  const [text, pattern, escapeChar] = expr.args as [TypedExpr, TypedExpr, TypedExpr];
  if (pattern.kind !== 'literal' || escapeChar.kind !== 'literal') return null;
  if (typeof pattern.value !== 'string' || typeof escapeChar.value !== 'string') return null;
  const shape = likeShape(pattern.value, escapeChar.value);
  if (shape === null) return null;
  const part = { ...pattern, value: shape.text };
  return emitOnBytes(emitter, { ...expr, name: LIKE_TESTS[shape.kind], args: [text, part] }, block);
}

/** Whether a text is one of constant ones; null where one of them is and no other equals it. */
export function emitTextIn(emitter: ExprEmitter, { args }: Call, block: Block): Code | null {
  const [text, ...list] = args as [TypedExpr, ...TypedExpr[]];
  if (!isLocatable(emitter, text)) return null;
  const wanted = list.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  if (wanted.some((value) => value !== null && typeof value !== 'string')) return null;
  const texts = wanted.filter((value) => typeof value === 'string');
  const { bytes, start, end, isNull } = locate(emitter, text, block);
  const call = `${emitter.helper('texts', new TextSet(texts))}.has(${bytes}, ${start}, ${end})`;
  const found = emitter.fresh('t');
  block.add(`const ${found} = ${isNull === 'false' ? call : `!${isNull} && ${call}`};`);
  return { value: found, isNull: wanted.includes(null) ? `!${found}` : isNull };
}

/** Code that tells whether two locatable texts are equal, where neither is null, and whether each is; null for others. */
export function equalTexts(
  emitter: ExprEmitter,
  args: readonly TypedExpr[],
  block: Block,
): { readonly equal: string; readonly nulls: readonly [string, string] } | null {
  if (!args.every((arg) => isLocatable(emitter, arg))) return null;
  const [a, b] = args.map((arg) => locate(emitter, arg, block)) as [TextCode, TextCode];
  const equal = emitter.helper('equalBytes', equalBytes);
  return {
    equal: `${equal}(${a.bytes}, ${a.start}, ${a.end}, ${b.bytes}, ${b.start}, ${b.end})`,
    nulls: [a.isNull, b.isNull],
  };
}

function test(emitter: ExprEmitter, name: string, fn: unknown, texts: readonly TypedExpr[], block: Block): Code {
  const located = texts.map((text) => locate(emitter, text, block));
  const places = located.map(({ bytes, start, end }) => `${bytes}, ${start}, ${end}`);
  const isNull = emitter.anyNull(located, block);
  const call = `${emitter.helper(name, fn)}(${places.join(', ')})`;
  if (isNull === 'false') return { value: call, isNull };
  const value = emitter.fresh('t');
  const other = name === 'countBytesChars' || name === 'compareBytes' ? '0' : 'false';
  block.add(`const ${value} = ${isNull} ? ${other} : ${call};`);
  return { value, isNull };
}

/** Adds the string to `sink`, or nothing where it is null; gives whether it is. */
export function writeText(emitter: ExprEmitter, expr: TypedExpr, block: Block): string {
  if (isLocatable(emitter, expr)) {
    const { bytes, start, end, isNull } = locate(emitter, expr, block);
    return write(`sink.copy(${bytes}, ${start}, ${end});`, isNull, block);
  }
  const writeOne = (arg: TypedExpr, inner: Block): string => writeText(emitter, arg, inner);
  if (expr.kind === 'case') return writeCase(emitter, expr.branches, expr.otherwise, block, writeOne);
  if (expr.kind === 'cast' && WHOLE.includes(expr.child.type.kind)) {
    const { value, isNull } = emitter.emitSimple(expr.child, block);
    return write(`sink.integer(${value});`, isNull, block);
  }
  if (expr.kind === 'call') {
    const [first, second, third] = expr.args as [TypedExpr, TypedExpr, TypedExpr];
    switch (expr.name) {
      case 'concat':
        return writeConcat(emitter, expr, block);
      case 'if':
        return writeCase(emitter, [{ when: first, then: second }], third, block, writeOne);
      case 'coalesce':
      case 'nvl':
        return writeFirst(emitter, expr.args, block, writeOne);
      case 'upper':
      case 'lower':
        if (isLocatable(emitter, first)) {
          const { bytes, start, end, isNull } = locate(emitter, first, block);
          return write(`sink.${expr.name}(${bytes}, ${start}, ${end});`, isNull, block);
        }
    }
  }
  const { value, isNull } = emitter.emitSimple(expr, block);
  return write(`sink.text(${value});`, isNull, block);
}

function write(code: string, isNull: string, block: Block): string {
  if (isNull !== 'true') block.add(isNull === 'false' ? code : `if (!${isNull}) ${code}`);
  return isNull;
}

/** All parts are computed, as by the function; what was added is taken back where one is null. */
function writeConcat(emitter: ExprEmitter, expr: Call, block: Block): string {
  const begin = emitter.fresh('begin');
  block.add(`const ${begin} = sink.length;`);
  const nulls = expr.args.map((arg) => ({ isNull: writeText(emitter, arg, block) }));
  const isNull = emitter.anyNull(nulls, block);
  if (isNull === 'true') block.add(`sink.length = ${begin};`);
  else if (isNull !== 'false') block.add(`if (${isNull}) sink.length = ${begin};`);
  return isNull;
}
