import { dataError } from '../../errors.ts';
import { BINARY, INT, STRING } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { boundTo, checkCount, constantOf, implicitArgs, literal } from './bind.ts';
import { unhex } from './bits.ts';
import { decodeBytes, encodeText } from './charset.ts';
import { decodeCase } from './decode-case.ts';
import { scalar } from './define.ts';

/** Strings as bytes and back. */
export const stringBytesFunctions: readonly FunctionSpec[] = [
  scalar('string', {
    name: 'octet_length',
    usage: 'The number of bytes of a string in UTF-8, or of a binary.',
    example: ["octet_length('Spark SQL')", '9'],
    takes: [['string', 'binary']],
    returns: INT,
    run: byteLength,
  }),
  scalar('string', {
    name: 'bit_length',
    usage: 'The number of bits of a string in UTF-8, or of a binary.',
    example: ["bit_length('Spark SQL')", '72'],
    takes: [['string', 'binary']],
    returns: INT,
    run: (value: string | Uint8Array) => byteLength(value) * 8,
  }),
  scalar('string', {
    name: 'base64',
    usage: 'A binary in base 64, in lines of 76 characters.',
    example: ["base64('Spark SQL')", 'U3BhcmsgU1FM'],
    takes: ['binary'],
    returns: STRING,
    run: (bytes: Uint8Array) => base64Lines(bytes),
  }),
  scalar('string', {
    name: 'unbase64',
    usage: 'The bytes of a text in base 64.',
    example: ["decode(unbase64('U3BhcmsgU1FM'), 'UTF-8')", 'Spark SQL'],
    takes: ['string'],
    returns: BINARY,
    run: decodeBase64,
  }),
  scalar('string', {
    name: 'encode',
    usage: 'A string as bytes in a character set: US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE or UTF-16.',
    example: ["hex(encode('abc', 'utf-8'))", '616263'],
    takes: ['string', 'string'],
    returns: BINARY,
    run: encodeText,
  }),
  {
    name: 'decode',
    group: 'string',
    usage:
      'Two arguments: bytes in a character set as a string. More: the result behind the first search value that the first argument equals, else the last argument.',
    example: ["decode(encode('abc', 'utf-8'), 'utf-8')", 'abc'],
    bind(args, context) {
      checkCount(context, args, 2, Number.POSITIVE_INFINITY);
      if (args.length > 2) return decodeCase.bind(args, context);
      return boundTo(implicitArgs(context, args, ['binary', 'string']), STRING);
    },
    implement(types, type, context) {
      if (types.length > 2) return decodeCase.implement(types, type, context);
      return { kind: 'call', fn: decodeBytes, nulls: 'propagate' };
    },
  },
  toBinary('to_binary', false, 'A text as the bytes it stands for: in base 16 (`hex`, the default), base 64 or UTF-8.'),
  toBinary('try_to_binary', true, 'As to_binary, but null when the text is not of the format.'),
];

function byteLength(value: string | Uint8Array): number {
  return typeof value === 'string' ? Buffer.byteLength(value, 'utf8') : value.length;
}

/** RFC 2045: lines of 76 characters, as Spark 3.5 writes them. */
function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64');
  return text.length <= 76 ? text : (text.match(/.{1,76}/g) as string[]).join('\r\n');
}

/** Characters outside the alphabet are skipped (RFC 2045); a torn end is an error. */
function decodeBase64(text: string): Uint8Array {
  const digits = text.replace(/[^A-Za-z0-9+/]/g, '');
  if (digits.length % 4 === 1) {
    throw dataError('CONVERSION_INVALID_INPUT', `unbase64: "${text}" is not base 64: one character is left over.`);
  }
  return new Uint8Array(Buffer.from(digits, 'base64'));
}

const STRICT_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const BINARY_FORMATS: Readonly<Record<string, (text: string) => Uint8Array | null>> = {
  hex: unhex,
  'utf-8': (text) => new Uint8Array(Buffer.from(text, 'utf8')),
  utf8: (text) => new Uint8Array(Buffer.from(text, 'utf8')),
  base64: (text) => {
    const digits = text.replace(/\s/g, '');
    return STRICT_BASE64.test(digits) ? new Uint8Array(Buffer.from(digits, 'base64')) : null;
  },
};

function toBinary(name: string, isTry: boolean, usage: string): FunctionSpec {
  return {
    name,
    group: 'conversion',
    usage,
    example: [`decode(${name}('abc', 'utf-8'), 'utf-8')`, 'abc'],
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const format = args[1] ?? literal('hex', STRING);
      const bound = implicitArgs(context, [...args.slice(0, 1), format], ['string', 'string']);
      const value = constantOf(format);
      const known = value === null || (typeof value === 'string' && BINARY_FORMATS[value.toLowerCase()] !== undefined);
      if (!known) {
        throw analysisError(
          'DATATYPE_MISMATCH',
          `${context.name}: the format must be the constant 'hex', 'base64' or 'utf-8', but it is ${String(value)}.`,
        );
      }
      return boundTo(bound, BINARY, isTry);
    },
    implement(_types, _type, { constants }) {
      const read = BINARY_FORMATS[String(constants[1]).toLowerCase()] as (text: string) => Uint8Array | null;
      const fn = (text: string): Uint8Array | null => {
        const bytes = read(text);
        if (bytes !== null || isTry) return bytes;
        throw dataError('CONVERSION_INVALID_INPUT', `${name}: "${text}" is not of the format ${String(constants[1])}.`);
      };
      return { kind: 'call', fn, nulls: 'propagate', mayBeNull: isTry };
    },
  };
}
