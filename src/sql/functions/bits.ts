import { dataError } from '../../errors.ts';
import { BINARY, BYTE, type DataType, INT, LONG, STRING } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { bitsOf, wrapInt } from './arithmetic-cells.ts';
import { boundTo, checkCount, implicitArgs } from './bind.ts';
import { scalar } from './define.ts';

/** Functions of the bits of a number, and of its text in other bases. */
export const bitFunctions: readonly FunctionSpec[] = [
  shift('shiftleft', 'Shifts the bits to the left.', ['shiftleft(2, 1)', '4'], '<<', (x, by) => x << by),
  shift(
    'shiftright',
    'Shifts the bits to the right, keeping the sign.',
    ['shiftright(4, 1)', '2'],
    '>>',
    (x, by) => x >> by,
  ),
  shift(
    'shiftrightunsigned',
    'Shifts the bits to the right, filling with zeros.',
    ['shiftrightunsigned(4, 1)', '2'],
    '>>>',
    (x, by) => BigInt.asUintN(64, x) >> by,
  ),
  scalar('math', {
    name: 'bit_count',
    usage: 'The number of bits that are set, of the number as 64 bits; of a boolean 1 or 0.',
    example: ['bit_count(7)', '3'],
    takes: [['integral', 'boolean']],
    exact: true,
    returns: INT,
    run: bitCount,
  }),
  scalar('math', {
    name: 'bit_get',
    aliases: ['getbit'],
    usage: 'The bit at a position, counted from the right from 0.',
    example: ['bit_get(11, 0)', '1'],
    takes: ['integral', 'int'],
    returns: BYTE,
    make:
      ([type]) =>
      (value: number | bigint, position: number) =>
        bitAt(value, position, bitsOf(type as DataType)),
  }),
  scalar('math', {
    name: 'bin',
    usage: 'A bigint in base 2.',
    example: ['bin(13)', '1101'],
    takes: ['long'],
    returns: STRING,
    run: (x: number | bigint) => (x < 0 ? BigInt.asUintN(64, BigInt(x)).toString(2) : x.toString(2)),
  }),
  {
    name: 'hex',
    group: 'math',
    usage: 'A number, or the bytes of a string or binary, in base 16.',
    example: ['hex(17)', '11'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      return boundTo(implicitArgs(context, args, [['long', 'binary', 'string']]), STRING);
    },
    implement([type]) {
      return { kind: 'call', fn: hexOf(type as DataType), nulls: 'propagate' };
    },
  },
  scalar('math', {
    name: 'unhex',
    usage: 'The bytes that a text in base 16 stands for; null when it is not one.',
    example: ["decode(unhex('537061726B2053514C'), 'UTF-8')", 'Spark SQL'],
    takes: ['string'],
    returns: BINARY,
    mayBeNull: true,
    run: unhex,
  }),
  scalar('math', {
    name: 'conv',
    usage: 'The text of a number in one base (2 to 36) as its text in another; a negative base gives a signed number.',
    example: ["conv('100', 2, 10)", '4'],
    takes: ['string', 'int', 'int'],
    returns: STRING,
    mayBeNull: true,
    run: convertBase,
  }),
];

function shift(
  name: string,
  usage: string,
  example: readonly [string, string],
  sign: string,
  wide: (x: bigint, by: bigint) => bigint,
): FunctionSpec {
  return scalar('math', {
    name,
    usage,
    example,
    takes: [['int', 'long'], 'int'],
    returns: ([type]) => type as DataType,
    make: ([type]) => {
      if (type?.kind === 'long')
        return (x: number | bigint, by: number) => wrapInt(wide(BigInt(x), BigInt(by & 63)), LONG);
      if (sign === '<<') return (x: number, by: number) => x << by;
      if (sign === '>>') return (x: number, by: number) => x >> by;
      return (x: number, by: number) => (x >>> by) | 0;
    },
  });
}

function bitCount(value: number | bigint | boolean): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  let bits = BigInt.asUintN(64, BigInt(value));
  let count = 0;
  for (; bits !== 0n; bits &= bits - 1n) count++;
  return count;
}

function bitAt(value: number | bigint, position: number, bits: number): number {
  if (position < 0 || position >= bits) {
    throw dataError(
      'INVALID_PARAMETER_VALUE',
      `bit_get: the position must be from 0 to ${bits - 1}, but it is ${position}.`,
    );
  }
  return Number((BigInt(value) >> BigInt(position)) & 1n);
}

function hexOf(type: DataType): (value: never) => string {
  if (type.kind === 'string') return (value: string) => Buffer.from(value, 'utf8').toString('hex').toUpperCase();
  if (type.kind === 'binary') return (value: Uint8Array) => Buffer.from(value).toString('hex').toUpperCase();
  return (value: number | bigint) => BigInt.asUintN(64, BigInt(value)).toString(16).toUpperCase();
}

/** An odd number of digits is read with a zero in front (Spark's `Hex.unhex`). */
export function unhex(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(text)) return null;
  return new Uint8Array(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex'));
}

const MAX_UINT64 = (1n << 64n) - 1n;

/** Spark's `NumberConverter.convert`: reads digits up to the first that is none, as an unsigned 64-bit number. */
function convertBase(text: string, fromBase: number, toBase: number): string | null {
  const to = Math.abs(toBase);
  if (fromBase < 2 || fromBase > 36 || to < 2 || to > 36) return null;
  const digits = text.trim();
  if (digits.length === 0) return null;
  let negative = digits.startsWith('-');
  let value = 0n;
  for (let i = negative ? 1 : 0; i < digits.length; i++) {
    const digit = Number.parseInt(digits[i] as string, 36);
    if (Number.isNaN(digit) || digit >= fromBase) break;
    value = value * BigInt(fromBase) + BigInt(digit);
    if (value > MAX_UINT64) {
      value = MAX_UINT64;
      break;
    }
  }
  let signed = BigInt.asIntN(64, value);
  if (negative && toBase > 0) signed = signed < 0n ? -1n : -signed;
  if (toBase < 0 && signed < 0n) {
    signed = -signed;
    negative = true;
  }
  const body = BigInt.asUintN(64, signed).toString(to).toUpperCase();
  return negative && toBase < 0 ? `-${body}` : body;
}
