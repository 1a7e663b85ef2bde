import type { Random } from './random.ts';

/** Longer inputs are cut: short ones are read a thousand times a second. */
export const MAX_INPUT_BYTES = 4096;

/** Bytes at the borders of what they may mean. */
const BYTES = [
  0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x27, 0x2c, 0x2d, 0x30, 0x39, 0x3a, 0x5b, 0x5c, 0x5d, 0x60, 0x7b, 0x7d, 0x7f,
  0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xff,
];
const NUMBERS = ['0', '-1', '1e400', '9007199254740993', '-9223372036854775809', '0.1', '00', '1e-400', '2147483648'];
const WORDS = ['__proto__', 'constructor', 'toString', 'null', 'true', '\ud83d\ude00', '\ufeff', '\u0000'];

/** An input like `input`, changed in one to eight places. `others` lend it parts, `words` are put in as they are; it is cut at `maxBytes`. */
export function mutated(
  input: Uint8Array,
  others: readonly Uint8Array[],
  words: readonly string[],
  random: Random,
  maxBytes = MAX_INPUT_BYTES,
): Uint8Array {
  let bytes = input;
  const times = random.chance(0.5) ? 1 : 1 + random.below(8);
  for (let time = 0; time < times; time++) bytes = changed(bytes, others, words, random);
  return bytes.length > maxBytes ? bytes.slice(0, maxBytes) : bytes;
}

function changed(bytes: Uint8Array, others: readonly Uint8Array[], words: readonly string[], random: Random) {
  const from = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + 1 + random.below(random.chance(0.7) ? 8 : 64));
  const put = (middle: Uint8Array | string, end = from) => joined(bytes.subarray(0, from), middle, bytes.subarray(end));
  switch (random.below(11)) {
    case 0:
      return put(Uint8Array.of((bytes[from] ?? 0) ^ (1 << random.below(8))), from + 1);
    case 1:
      return put(Uint8Array.of(random.pick(BYTES)), from + 1);
    case 2:
      return put(Uint8Array.of(random.pick(BYTES)));
    case 3:
      return put(Uint8Array.of(random.below(256)), from + 1);
    case 4:
      return put('', to);
    case 5:
      return put(repeated(bytes.subarray(from, to), random));
    case 6:
      return put(random.pick(random.chance(0.8) && words.length > 0 ? words : WORDS), random.chance(0.3) ? to : from);
    case 7:
      return withNumber(bytes, from, random);
    case 8:
      return put(someOf(random.pick(others), random), random.chance(0.5) ? to : from);
    case 9:
      // The beginning of one and the end of another.
      return joined(bytes.subarray(0, from), tailOf(random.pick(others), random));
    default:
      return withPlacesChanged(bytes, random);
  }
}

/** Twice mostly; sometimes often, which is what nesting is. */
function repeated(part: Uint8Array, random: Random): Uint8Array {
  const times = random.chance(0.9)
    ? 1
    : Math.min(1 + random.below(600), Math.ceil(MAX_INPUT_BYTES / (part.length + 1)));
  return joined(...new Array<Uint8Array>(times).fill(part));
}

/** The next number from `from` on becomes another. */
function withNumber(bytes: Uint8Array, from: number, random: Random): Uint8Array {
  let start = from;
  while (start < bytes.length && !isDigit(bytes[start])) start++;
  let end = start;
  while (isDigit(bytes[end])) end++;
  return joined(bytes.subarray(0, start), random.pick(NUMBERS), bytes.subarray(end));
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** Two neighbouring lines, or else parts, in the other order. */
function withPlacesChanged(bytes: Uint8Array, random: Random): Uint8Array {
  const from = random.below(bytes.length + 1);
  const line = bytes.indexOf(10, from) + 1;
  const middle = line > 0 && random.chance(0.7) ? line : from + random.below(bytes.length - from + 1);
  const next = bytes.indexOf(10, middle) + 1;
  const end = next > 0 ? next : middle + random.below(bytes.length - middle + 1);
  return joined(
    bytes.subarray(0, from),
    bytes.subarray(middle, end),
    bytes.subarray(from, middle),
    bytes.subarray(end),
  );
}

function someOf(bytes: Uint8Array, random: Random): Uint8Array {
  const from = random.below(bytes.length + 1);
  return bytes.subarray(from, Math.min(bytes.length, from + 1 + random.below(128)));
}

function tailOf(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(random.below(bytes.length + 1));
}

function joined(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))));
}
