import { dataError } from '../../errors.ts';
import { BOOLEAN, INT, STRING } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { checkCount, implicitArgs, literal } from './bind.ts';
import { scalar } from './define.ts';
import { charsOf, indexOfChars } from './text-cells.ts';

/** Where a text stands in another, and the parts around it. */
export const stringSearchFunctions: readonly FunctionSpec[] = [
  predicate(
    'startswith',
    'Whether the first text begins with the second.',
    ["startswith('Spark SQL', 'Spark')", 'true'],
    (text, part) => text.startsWith(part),
  ),
  predicate(
    'endswith',
    'Whether the first text ends with the second.',
    ["endswith('Spark SQL', 'SQL')", 'true'],
    (text, part) => text.endsWith(part),
  ),
  predicate(
    'contains',
    'Whether the first text contains the second.',
    ["contains('Spark SQL', 'Spark')", 'true'],
    (text, part) => text.includes(part),
  ),
  scalar('string', {
    name: 'instr',
    usage: 'The position, from 1, of the second text in the first; 0 when it is not there.',
    example: ["instr('SparkSQL', 'SQL')", '6'],
    takes: ['string', 'string'],
    returns: INT,
    run: (text: string, part: string) => indexOfChars(text, part, 0) + 1,
  }),
  {
    name: 'locate',
    aliases: ['position', 'charindex'],
    group: 'string',
    usage: 'The position, from 1, of the first text in the second, from a position on; 0 when it is not there.',
    example: ["locate('bar', 'foobarbar', 5)", '7'],
    bind(args, context) {
      checkCount(context, args, 2, 3);
      const all = [args[0] as TypedExpr, args[1] as TypedExpr, args[2] ?? literal(1, INT)];
      const bound = implicitArgs(context, all, ['string', 'string', 'int']);
      return { args: bound, type: INT, nullable: (bound[0] as TypedExpr).nullable || (bound[1] as TypedExpr).nullable };
    },
    implement: () => ({ kind: 'call', fn: locate, nulls: 'see', mayBeNull: true }),
  },
  scalar('string', {
    name: 'find_in_set',
    usage: 'The position, from 1, of a text in a list parted by commas; 0 when it is not there or has a comma.',
    example: ["find_in_set('ab', 'abc,b,ab,c,def')", '3'],
    takes: ['string', 'string'],
    returns: INT,
    run: (text: string, list: string) => (text.includes(',') ? 0 : list.split(',').indexOf(text) + 1),
  }),
  scalar('string', {
    name: 'substring_index',
    usage: 'What stands before the count-th delimiter, or, of a negative count, behind the count-th from the end.',
    example: ["substring_index('www.apache.org', '.', 2)", 'www.apache'],
    takes: ['string', 'string', 'int'],
    returns: STRING,
    run: substringIndex,
  }),
  scalar('string', {
    name: 'split_part',
    usage: 'The part of a text, split at a delimiter, with a number (from 1, or from the end when negative).',
    example: ["split_part('11.12.13', '.', 3)", '13'],
    takes: ['string', 'string', 'int'],
    returns: STRING,
    run: splitPart,
  }),
  scalar('string', {
    name: 'levenshtein',
    usage: 'The number of edits between two texts; with a threshold, -1 when there are more.',
    example: ["levenshtein('kitten', 'sitting')", '3'],
    takes: ['string', 'string', 'int'],
    defaults: [literal(2147483647, INT)],
    returns: INT,
    run: levenshtein,
  }),
];

/** Two binaries are compared as such, everything else as strings. */
function predicate(
  name: string,
  usage: string,
  example: readonly [string, string],
  test: (text: string, part: string) => boolean,
): FunctionSpec {
  const row = { name, usage, example, returns: BOOLEAN };
  const ofText = scalar('string', { ...row, takes: ['string', 'string'], run: test });
  const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  const ofBytes = scalar('string', {
    ...row,
    takes: ['binary', 'binary'],
    run: (bytes: Uint8Array, part: Uint8Array) => test(latin1(bytes), latin1(part)),
  });
  return {
    ...ofText,
    bind: (args, context) =>
      (args.length === 2 && args.every((arg) => arg.type.kind === 'binary') ? ofBytes : ofText).bind(args, context),
    implement: (types, type, context) =>
      (types[0]?.kind === 'binary' ? ofBytes : ofText).implement(types, type, context),
  };
}

/** A start that is null gives 0, as Hive does, but only of texts that are not null. */
function locate(part: string | null, text: string | null, start: number | null): number | null {
  if (start === null) return 0;
  if (part === null || text === null) return null;
  return start < 1 ? 0 : indexOfChars(text, part, start - 1) + 1;
}

function substringIndex(text: string, delimiter: string, count: number): string {
  if (delimiter === '' || count === 0) return '';
  let at = text.length;
  if (count > 0) {
    at = -1;
    for (let i = 0; i < count; i++) {
      at = text.indexOf(delimiter, at + 1);
      if (at < 0) return text;
    }
    return text.slice(0, at);
  }
  for (let i = 0; i < -count; i++) {
    at = at <= 0 ? -1 : text.lastIndexOf(delimiter, at - 1);
    if (at < 0) return text;
  }
  return text.slice(at + delimiter.length);
}

function splitPart(text: string, delimiter: string, part: number): string {
  if (part === 0) {
    throw dataError(
      'INVALID_INDEX_OF_ZERO',
      'split_part: parts are numbered from 1 (or from -1 backwards); 0 is no part.',
    );
  }
  const parts = delimiter === '' ? [text] : text.split(delimiter);
  return parts.at(part > 0 ? part - 1 : part) ?? '';
}

function levenshtein(a: string, b: string, threshold: number): number {
  const left = charsOf(a);
  const right = charsOf(b);
  let previous = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (previous[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  const distance = previous[right.length] as number;
  return distance > threshold ? -1 : distance;
}
