import type { Cell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, type DataType, INT, STRING } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { literal } from './bind.ts';
import { scalar } from './define.ts';
import { numberFormatFunctions } from './number-format.ts';
import { stringBytesFunctions } from './string-bytes.ts';
import { stringFormatFunctions } from './string-format.ts';
import { stringJoinFunctions } from './string-join.ts';
import { stringMaskFunctions } from './string-mask.ts';
import { stringSearchFunctions } from './string-search.ts';
import { charsOf, countChars, padBytes, padChars, substringBytes, substringSql, trimChars } from './text-cells.ts';
import { urlFunctions } from './url.ts';

const REST = literal(2147483647, INT);

const cutAndPadFunctions: readonly FunctionSpec[] = [
  scalar('string', {
    name: 'substring',
    aliases: ['substr'],
    usage: 'The part of a string or binary from a position (from 1; from the end when negative), of a length.',
    example: ["substring('Spark SQL', 5, 1)", 'k'],
    takes: [['string', 'binary'], 'int', 'int'],
    defaults: [REST],
    returns: ([type]) => type as DataType,
    make: ([type]) => (type?.kind === 'binary' ? substringBytes : substringSql),
  }),
  scalar('string', {
    name: 'left',
    usage: 'The first `len` characters.',
    example: ["left('Spark SQL', 3)", 'Spa'],
    takes: [['string', 'binary'], 'int'],
    returns: ([type]) => type as DataType,
    make: ([type]) =>
      type?.kind === 'binary'
        ? (bytes: Uint8Array, length: number) => substringBytes(bytes, 1, length)
        : (text: string, length: number) => substringSql(text, 1, length),
  }),
  scalar('string', {
    name: 'right',
    usage: 'The last `len` characters.',
    example: ["right('Spark SQL', 3)", 'SQL'],
    takes: ['string', 'int'],
    returns: STRING,
    run: (text: string, length: number) => (length <= 0 ? '' : substringSql(text, -length, 2147483647)),
  }),
  pad('lpad', true, 'Fills up on the left to a length, or cuts to it.', ["lpad('hi', 5, '??')", '???hi']),
  pad('rpad', false, 'Fills up on the right to a length, or cuts to it.', ["rpad('hi', 5, '??')", 'hi???']),
  trim('trim', 'both', 'Cuts spaces, or the characters of the first of two arguments, off both ends.', [
    "trim('    SparkSQL   ')",
    'SparkSQL',
  ]),
  trim('ltrim', 'left', 'Cuts spaces, or the characters of the first of two arguments, off the left end.', [
    "ltrim('    SparkSQL')",
    'SparkSQL',
  ]),
  trim('rtrim', 'right', 'Cuts spaces, or the characters of the first of two arguments, off the right end.', [
    "rtrim('SparkSQL   ')",
    'SparkSQL',
  ]),
  scalar('string', {
    name: 'btrim',
    usage: 'Cuts spaces, or the characters of the second argument, off both ends.',
    example: ["btrim('SSparkSQLS', 'SL')", 'parkSQ'],
    takes: ['string', 'string'],
    defaults: [literal(' ', STRING)],
    returns: STRING,
    run: (text: string, set: string) => trimChars(text, set, 'both'),
  }),
  scalar('string', {
    name: 'overlay',
    usage: 'Puts a text in place of `len` characters (as many as the text has, when not given) from a position.',
    example: ["overlay('Spark SQL', '_', 6)", 'Spark_SQL'],
    takes: [['string', 'binary'], ['string', 'binary'], 'int', 'int'],
    defaults: [literal(-1, INT)],
    returns: ([type]) => type as DataType,
    make: ([type]) => (type?.kind === 'binary' ? overlayBytes : overlayText),
  }),
];

const plainFunctions: readonly FunctionSpec[] = [
  scalar('string', {
    name: 'lower',
    aliases: ['lcase'],
    usage: 'In lower case.',
    example: ["lower('SparkSql')", 'sparksql'],
    takes: ['string'],
    returns: STRING,
    inline: ([text]) => `${text}.toLowerCase()`,
  }),
  scalar('string', {
    name: 'upper',
    aliases: ['ucase'],
    usage: 'In upper case.',
    example: ["upper('SparkSql')", 'SPARKSQL'],
    takes: ['string'],
    returns: STRING,
    inline: ([text]) => `${text}.toUpperCase()`,
  }),
  scalar('string', {
    name: 'initcap',
    usage: 'The first letter of each word in upper case, the others in lower case; words end at spaces.',
    example: ["initcap('sPark sql')", 'Spark Sql'],
    takes: ['string'],
    returns: STRING,
    run: (text: string) => text.toLowerCase().replace(/(^| )([^ ])/gu, (_, gap, first) => gap + first.toUpperCase()),
  }),
  scalar('string', {
    name: 'length',
    aliases: ['char_length', 'character_length', 'len'],
    usage: 'The number of characters of a string or of bytes of a binary.',
    example: ["length('Spark SQL ')", '10'],
    takes: [['string', 'binary']],
    returns: INT,
    make: ([type]) => (type?.kind === 'binary' ? (bytes: Uint8Array) => bytes.length : countChars),
  }),
  scalar('string', {
    name: 'reverse',
    usage: 'A string or an array from its end to its beginning.',
    example: ["reverse('Spark SQL')", 'LQS krapS'],
    takes: [['string', 'array']],
    returns: ([type]) => type as DataType,
    make: ([type]) =>
      type?.kind === 'array'
        ? (cells: readonly Cell[]) => cells.toReversed()
        : (text: string) => charsOf(text).toReversed().join(''),
  }),
  scalar('string', {
    name: 'repeat',
    usage: 'A text n times over.',
    example: ["repeat('123', 2)", '123123'],
    takes: ['string', 'int'],
    returns: STRING,
    run: (text: string, times: number) => (times <= 0 ? '' : text.repeat(times)),
  }),
  scalar('string', {
    name: 'space',
    usage: 'n spaces.',
    example: ["concat('a', space(2), 'b')", 'a  b'],
    takes: ['int'],
    returns: STRING,
    run: (times: number) => ' '.repeat(Math.max(0, times)),
  }),
  scalar('string', {
    name: 'replace',
    usage: 'Every occurrence of a text replaced by another, or removed.',
    example: ["replace('ABCabc', 'abc', 'DEF')", 'ABCDEF'],
    takes: ['string', 'string', 'string'],
    defaults: [literal('', STRING)],
    returns: STRING,
    run: (text: string, search: string, by: string) => (search === '' ? text : text.replaceAll(search, () => by)),
  }),
  scalar('string', {
    name: 'translate',
    usage: 'Every character of the second argument replaced by the one at its place in the third, or removed.',
    example: ["translate('AaBbCc', 'abc', '123')", 'A1B2C3'],
    takes: ['string', 'string', 'string'],
    returns: STRING,
    run: translate,
  }),
  scalar('string', {
    name: 'ascii',
    usage: 'The code point of the first character; 0 of an empty string.',
    example: ["ascii('222')", '50'],
    takes: ['string'],
    returns: INT,
    run: (text: string) => text.codePointAt(0) ?? 0,
  }),
  scalar('string', {
    name: 'chr',
    aliases: ['char'],
    usage: 'The character of a code, modulo 256; empty of a negative one.',
    example: ['chr(65)', 'A'],
    takes: ['long'],
    returns: STRING,
    run: (code: number | bigint) => (code < 0 ? '' : String.fromCharCode(Number(BigInt(code) & 0xffn))),
  }),
  scalar('string', {
    name: 'soundex',
    usage: 'The Soundex code of a word.',
    example: ["soundex('Miller')", 'M460'],
    takes: ['string'],
    returns: STRING,
    run: soundex,
  }),
  scalar('string', {
    name: 'sentences',
    usage: 'The sentences of a text as arrays of words.',
    example: ["sentences('Hi there! Good morning.')", '[["Hi","there"],["Good","morning"]]'],
    takes: ['string', 'string', 'string'],
    defaults: [literal('', STRING), literal('', STRING)],
    returns: array(array(STRING)),
    run: sentences,
  }),
];

export const stringFunctions: readonly FunctionSpec[] = [
  ...plainFunctions,
  ...cutAndPadFunctions,
  ...stringSearchFunctions,
  ...stringJoinFunctions,
  ...stringBytesFunctions,
  ...stringFormatFunctions,
  ...numberFormatFunctions,
  ...stringMaskFunctions,
  ...urlFunctions,
];

/** Binaries are padded as such only when the padding is binary too, and with zero bytes when it is left out. */
function pad(name: string, left: boolean, usage: string, example: readonly [string, string]): FunctionSpec {
  const row = { name, usage, example, returns: ([type]: readonly DataType[]): DataType => type as DataType };
  const ofText = scalar('string', {
    ...row,
    takes: ['string', 'int', 'string'],
    defaults: [literal(' ', STRING)],
    run: (text: string, length: number, by: string) => padChars(text, length, by, left),
  });
  const ofBytes = scalar('string', {
    ...row,
    takes: ['binary', 'int', 'binary'],
    defaults: [literal(new Uint8Array(1), { kind: 'binary' })],
    run: (bytes: Uint8Array, length: number, by: Uint8Array) => padBytes(bytes, length, by, left),
  });
  return {
    ...ofText,
    bind(args, context) {
      const [text, , by] = args;
      const binary = text?.type.kind === 'binary' && (by === undefined || by.type.kind === 'binary');
      return (binary ? ofBytes : ofText).bind(args, context);
    },
    implement: (types, type, context) =>
      (types[0]?.kind === 'binary' ? ofBytes : ofText).implement(types, type, context),
  };
}

/** `trim(set, text)`: the set comes first, as in `trim(set FROM text)`. */
function trim(
  name: string,
  ends: 'both' | 'left' | 'right',
  usage: string,
  example: readonly [string, string],
): FunctionSpec {
  const row = { name, usage, example, returns: STRING };
  const spaces = scalar('string', { ...row, takes: ['string'], run: (text: string) => trimChars(text, ' ', ends) });
  const chosen = scalar('string', {
    ...row,
    takes: ['string', 'string'],
    run: (set: string, text: string) => trimChars(text, set, ends),
  });
  return {
    ...spaces,
    bind: (args, context) => (args.length === 2 ? chosen : spaces).bind(args, context),
    implement: (types, type, context) => (types.length === 2 ? chosen : spaces).implement(types, type, context),
  };
}

function overlayText(text: string, by: string, position: number, length: number): string {
  const replaced = length >= 0 ? length : countChars(by);
  return substringSql(text, 1, position - 1) + by + substringSql(text, position + replaced, 2147483647);
}

function overlayBytes(bytes: Uint8Array, by: Uint8Array, position: number, length: number): Uint8Array {
  const replaced = length >= 0 ? length : by.length;
  const head = substringBytes(bytes, 1, position - 1);
  const tail = substringBytes(bytes, position + replaced, 2147483647);
  return new Uint8Array(Buffer.concat([head, by, tail]));
}

function translate(text: string, matching: string, by: string): string {
  const replacements = charsOf(by);
  const table = new Map<string, string>();
  charsOf(matching).forEach((char, i) => {
    if (!table.has(char)) table.set(char, replacements[i] ?? '');
  });
  return charsOf(text)
    .map((char) => table.get(char) ?? char)
    .join('');
}

// One code per letter A to Z; 7 marks H and W, which do not part two letters of the same code.
const SOUNDEX_CODES = '01230127022455012623017202';

function soundex(text: string): string {
  const letters = text.toUpperCase();
  if (!/^[A-Z]/.test(letters) || !/^[A-Za-z]/.test(text)) return text;
  let result = letters[0] as string;
  let last = SOUNDEX_CODES[letters.charCodeAt(0) - 65];
  for (let i = 1; i < letters.length && result.length < 4; i++) {
    const code = SOUNDEX_CODES[letters.charCodeAt(i) - 65];
    if (code === '7') continue;
    if (code !== undefined && code !== '0' && code !== last) result += code;
    last = code ?? '0';
  }
  return result.padEnd(4, '0');
}

function sentences(text: string, language: string, country: string): Cell {
  const locale = language === '' ? 'en' : country === '' ? language : `${language}-${country}`;
  const split = segmenters(locale);
  return Array.from(split.sentence.segment(text), ({ segment }) =>
    Array.from(split.word.segment(segment))
      .filter((word) => word.isWordLike)
      .map((word) => word.segment),
  );
}

function segmenters(locale: string): { sentence: Intl.Segmenter; word: Intl.Segmenter } {
  try {
    return {
      sentence: new Intl.Segmenter(locale, { granularity: 'sentence' }),
      word: new Intl.Segmenter(locale, { granularity: 'word' }),
    };
  } catch (cause) {
    throw dataError('INVALID_PARAMETER_VALUE', `sentences: "${locale}" is no language.`, cause);
  }
}
