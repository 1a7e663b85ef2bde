import type { Schema } from '../../src/schema.ts';
import type { Random } from './random.ts';

/** Input that fast path and plain decoder must read alike. */
export interface DecodingCase {
  readonly format: 'json' | 'csv';
  readonly schema: Schema;
  readonly options: Record<string, unknown>;
  readonly bytes: Uint8Array;
  /** Where the chunks end, besides the last. */
  readonly cuts: readonly number[];
  /** Decoded in ranges that end at the multiples of this; absent: whole. */
  readonly rangeBytes?: number | undefined;
}

const encoder = new TextEncoder();
/** Bytes that mean something to some decoder. */
const SPECIAL = [
  0, 9, 10, 13, 32, 34, 39, 43, 44, 45, 46, 48, 57, 58, 59, 91, 92, 93, 123, 125, 0x7f, 0x80, 0xbf, 0xc0, 0xe2, 0xed,
  0xf4, 0xff,
];

/** The text as bytes, sometimes damaged. */
export function damaged(text: string, random: Random): Uint8Array {
  let bytes = encoder.encode(text);
  if (random.chance(0.03)) bytes = Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes]);
  if (random.chance(0.6)) return bytes;
  for (let times = 1 + random.below(3); times > 0 && bytes.length > 0; times--) bytes = damagedOnce(bytes, random);
  return bytes;
}

function damagedOnce(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length);
  const some = Math.min(bytes.length, at + 1 + random.below(12));
  const join = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
  switch (random.below(7)) {
    case 6:
      return withSequence(bytes, random);
    case 0:
      return join(bytes.subarray(0, at), bytes.subarray(at + 1));
    case 1:
      return join(bytes.subarray(0, at), Uint8Array.of(random.pick(SPECIAL)), bytes.subarray(at));
    case 2:
      return join(bytes.subarray(0, at), Uint8Array.of(random.pick(SPECIAL)), bytes.subarray(at + 1));
    case 3:
      return join(bytes.subarray(0, some), bytes.subarray(at));
    case 4:
      return join(bytes.subarray(0, at), bytes.subarray(some));
    default:
      return join(bytes.subarray(0, at));
  }
}

/** What is nearly UTF-8, or is, at the borders of its rules. */
const SEQUENCES = [
  'c080',
  'c1bf',
  'c280',
  'e08080',
  'e0a080',
  'e282',
  'ed9fbf',
  'eda080',
  'edbfbf',
  'ee8080',
  'f0808080',
  'f0908080',
  'f48fbfbf',
  'f4908080',
  'f5808080',
  'bf',
  'ff',
];

/** Puts such a sequence behind a small letter, which is mostly in a text. */
function withSequence(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const from = random.below(bytes.length);
  const letter = bytes.findIndex((byte, i) => i >= from && byte >= 97 && byte <= 122);
  const parts = [bytes.subarray(0, letter + 1), Buffer.from(random.pick(SEQUENCES), 'hex'), bytes.subarray(letter + 1)];
  return Uint8Array.from(Buffer.concat(parts));
}

export function someCuts(length: number, random: Random): number[] {
  if (random.chance(0.4)) return [];
  if (length < 400 && random.chance(0.2)) return Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1);
  const cuts = Array.from({ length: 1 + random.below(4) }, () => random.below(length + 1));
  return cuts.sort((a, b) => a - b);
}

/** Texts of values: mostly plain, some at the borders of what a type holds, some wrong. */
export const VALUES = {
  integer: (random: Random): string =>
    random.chance(0.85)
      ? String(random.below(10 ** (1 + random.below(9))) * (random.chance(0.2) ? -1 : 1))
      : random.pick([
          '0',
          '-0',
          '00',
          '01',
          '-',
          '+1',
          '1.0',
          '1e2',
          '127',
          '128',
          '-129',
          '32768',
          '2147483648',
          '999999999999999',
          '9007199254740991',
          '9007199254740992',
          '-9007199254740993',
          '123456789012345678',
          '9223372036854775807',
          '9223372036854775808',
          '12345678901234567890123',
        ]),
  number: (random: Random): string =>
    random.chance(0.8)
      ? `${random.chance(0.1) ? '-' : ''}${random.below(100000)}.${random.below(1000)}`
      : random.pick([
          '0',
          '-0',
          '-0.0',
          '0.1',
          '1.',
          '.5',
          '1e5',
          '1E-5',
          '1e+22',
          '1e23',
          '1e-23',
          '1e400',
          '1e00001',
          '0.000001',
          '9007199254740993',
          '9007199254740991.0',
          '123456789.123456789',
          '0.30000000000000004',
          '12345678901234567890',
          '2.2250738585072011e-308',
          '1e',
          '1e+',
          '-',
          '00.5',
          '3.4e38',
          '1e10000',
          '0e99999',
        ]),
  decimal: (random: Random): string =>
    random.chance(0.8)
      ? `${random.below(1000)}.${random.below(100)}`
      : random.pick([
          '0',
          '-0.00',
          '1.005',
          '99999.99',
          '100000',
          '123456789012345678901.5',
          '1e2',
          '-1.5',
          '0.1e1',
          '01.5',
          '1.',
        ]),
  timestamp: (random: Random): string => {
    const two = (limit: number, from = 0) => String(from + random.below(limit)).padStart(2, '0');
    const day = `${random.chance(0.9) ? 2024 : random.pick(['1969', '0001', '0000', '2255', '2256', '9999', '1900', '2000'])}-${two(random.chance(0.95) ? 12 : 14, 1)}-${two(random.chance(0.9) ? 28 : 33, 1)}`;
    const time = `${two(random.chance(0.95) ? 24 : 26)}:${two(random.chance(0.97) ? 60 : 62)}:${two(random.chance(0.97) ? 60 : 62)}`;
    const fraction = random.chance(0.5) ? `.${String(random.below(10 ** 9)).slice(0, 1 + random.below(9))}` : '';
    const zone = random.chance(0.7)
      ? 'Z'
      : random.pick([
          '',
          '+01:00',
          '-05:30',
          '+18:00',
          '+18:01',
          '+1',
          ' Europe/Berlin',
          'z',
          '-00:00',
          '+01:60',
          'UTC',
        ]);
    if (random.chance(0.05))
      return random.pick([
        '2024-01-01',
        '2024-1-1T1:2:3Z',
        '24:00',
        '2023-02-29T00:00:00Z',
        '2024-02-29T24:00:00Z',
        ' 2024-01-01T00:00:00Z ',
        '',
        '1900-02-29T00:00:00Z',
        '2024-01-01T00:00:00.',
        '2024-01-01T00:00:00.Z',
        '+2024-01-01T00:00:00Z',
        '2024-01-01T00:00',
        '1704067200',
      ]);
    return `${day}${random.chance(0.85) ? 'T' : ' '}${time}${fraction}${zone}`;
  },
  date: (random: Random): string =>
    random.chance(0.85)
      ? `20${String(random.below(100)).padStart(2, '0')}-0${1 + random.below(9)}-${10 + random.below(19)}`
      : random.pick([
          '2023-02-29',
          '2024-02-29',
          '2024-2-9',
          '0000-01-01',
          '0001-01-01',
          '10000-01-01',
          '2024-01-01T',
          '2024-13-01',
          '2024-00-10',
          '',
          ' 2024-01-01',
          '2024-01',
        ]),
  text: (random: Random): string =>
    random.chance(0.8)
      ? 'abcdefghijklmnopqrstuvwxyz0123456789 -_'.slice(random.below(38), 39).slice(0, random.below(39))
      : random.pick([
          '',
          ' ',
          'ä',
          '€uro',
          '😀',
          'a'.repeat(40),
          `${'b'.repeat(15)}ü`,
          `${'c'.repeat(14)}€x`,
          'x\u007f',
          '"',
          "'",
          'NaN',
          'null',
          'true',
          'é'.repeat(20),
          '\u2028',
          '\u0000',
          '\t',
          '#no',
          '\ufffd',
          'NA',
        ]),
  boolean: (random: Random): string =>
    random.chance(0.9) ? random.pick(['true', 'false']) : random.pick(['TRUE', 'True', 't', '1', 'tru', 'falsey']),
};
