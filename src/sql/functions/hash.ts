import { crc32 } from 'node:zlib';
import { type CalendarInterval, type Cell, canonicalInt64 } from '../../batch.ts';
import { type DataType, formatType, INT, LONG, STRING } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { checkCount } from './bind.ts';
import { scalar } from './define.ts';
import { murmurBytes, murmurInt, murmurLong } from './murmur3.ts';
import { xxHashBytes, xxHashInt, xxHashLong } from './xxhash64.ts';

export const hashFunctions: readonly FunctionSpec[] = [
  scalar('hash', {
    name: 'md5',
    usage: 'The MD5 digest in base 16.',
    example: ["md5('Spark')", '8cde774d6f7333752ed72cacddb05126'],
    takes: ['binary'],
    returns: STRING,
    run: (bytes: Uint8Array) => digest('md5', bytes),
  }),
  scalar('hash', {
    name: 'sha1',
    aliases: ['sha'],
    usage: 'The SHA-1 digest in base 16.',
    example: ["sha1('Spark')", '85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c'],
    takes: ['binary'],
    returns: STRING,
    run: (bytes: Uint8Array) => digest('sha1', bytes),
  }),
  scalar('hash', {
    name: 'sha2',
    usage: 'The SHA-2 digest of 224, 256 (or 0), 384 or 512 bits in base 16; null of another length.',
    example: ["sha2('Spark', 256)", '529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b'],
    takes: ['binary', 'int'],
    returns: STRING,
    mayBeNull: true,
    run: sha2,
  }),
  scalar('hash', {
    name: 'crc32',
    usage: 'The cyclic redundancy check (CRC-32) as a bigint.',
    example: ["crc32('Spark')", '1557323817'],
    takes: ['binary'],
    returns: LONG,
    run: crc32,
  }),
  hashOf('hash', INT, 'The Murmur3 hash of all arguments, an int.', ["hash('Spark', array(123), 2)", '-1321691492'], {
    start: 42n,
    ofInt: (value, seed) => BigInt(murmurInt(value, Number(seed))),
    ofLong: (value, seed) => BigInt(murmurLong(value, Number(seed))),
    ofBytes: (bytes, seed) => BigInt(murmurBytes(bytes, Number(seed))),
  }),
  hashOf(
    'xxhash64',
    LONG,
    'The xxHash of all arguments, a bigint.',
    ["xxhash64('Spark', array(123), 2)", '5602566077635097486'],
    { start: 42n, ofInt: xxHashInt, ofLong: xxHashLong, ofBytes: xxHashBytes },
  ),
];

/** In base 16. node:crypto is loaded by the first: it would cost every start that needs none. */
function digest(algorithm: string, bytes: Uint8Array): string {
  return process.getBuiltinModule('node:crypto').createHash(algorithm).update(bytes).digest('hex');
}

function sha2(bytes: Uint8Array, bits: number): string | null {
  if (bits === 0) return digest('sha256', bytes);
  if (![224, 256, 384, 512].includes(bits)) return null;
  return digest(`sha${bits}`, bytes);
}

/** A hash that takes the hash so far as its seed. */
interface Hasher {
  readonly start: bigint;
  readonly ofInt: (value: number, seed: bigint) => bigint;
  readonly ofLong: (value: bigint, seed: bigint) => bigint;
  readonly ofBytes: (bytes: Uint8Array, seed: bigint) => bigint;
}

function hashOf(
  name: string,
  type: DataType,
  usage: string,
  example: readonly [string, string],
  hasher: Hasher,
): FunctionSpec {
  return {
    name,
    group: 'hash',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 1, Number.POSITIVE_INFINITY);
      for (const arg of args) refuseMaps(context.name, arg.type);
      return { args, type, nullable: false };
    },
    implement(types) {
      const hashes = types.map((one) => cellHash(one, hasher));
      const fn = (...cells: Cell[]): Cell => {
        const hash = cells.reduce<bigint>(
          (seed, cell, i) => (cell === null ? seed : (hashes[i] as CellHash)(cell, seed)),
          hasher.start,
        );
        return canonicalInt64(BigInt.asIntN(64, hash));
      };
      return { kind: 'call', fn, nulls: 'see' };
    },
  };
}

/** Two equal maps may hold their entries in different orders, so Spark hashes none. */
function refuseMaps(name: string, type: DataType): void {
  if (type.kind === 'array') refuseMaps(name, type.element);
  if (type.kind === 'struct') for (const field of type.fields) refuseMaps(name, field.type);
  if (type.kind === 'map') {
    throw analysisError(
      'DATATYPE_MISMATCH',
      `${name}: a value of type ${formatType(type)} has no hash. Use map_entries.`,
    );
  }
}

type CellHash = (cell: Cell, seed: bigint) => bigint;

const numberBits = new DataView(new ArrayBuffer(8));

function cellHash(type: DataType, hasher: Hasher): CellHash {
  switch (type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'int':
    case 'date':
    case 'yearMonthInterval':
      return (cell, seed) => hasher.ofInt(Number(cell), seed);
    case 'long':
    case 'timestamp':
    case 'dayTimeInterval':
      return (cell, seed) => hasher.ofLong(BigInt(cell as number), seed);
    case 'float':
      return (cell, seed) => {
        numberBits.setFloat32(0, (cell as number) + 0);
        return hasher.ofInt(numberBits.getInt32(0), seed);
      };
    case 'double':
      return (cell, seed) => {
        numberBits.setFloat64(0, (cell as number) + 0);
        return hasher.ofLong(numberBits.getBigInt64(0), seed);
      };
    case 'decimal':
      if (type.precision <= 18) return (cell, seed) => hasher.ofLong(cell as bigint, seed);
      return (cell, seed) => hasher.ofBytes(twosComplement(cell as bigint), seed);
    case 'string':
      return (cell, seed) => hasher.ofBytes(Buffer.from(cell as string, 'utf8'), seed);
    case 'binary':
      return (cell, seed) => hasher.ofBytes(cell as Uint8Array, seed);
    case 'calendarInterval':
      return (cell, seed) => intervalHash(cell as CalendarInterval, seed, hasher);
    case 'array': {
      const element = cellHash(type.element, hasher);
      return (cell, seed) => foldHash(cell as readonly Cell[], seed, () => element);
    }
    case 'struct': {
      const fields = type.fields.map((field) => cellHash(field.type, hasher));
      return (cell, seed) => foldHash(cell as readonly Cell[], seed, (i) => fields[i] as CellHash);
    }
    default:
      return (_cell, seed) => seed;
  }
}

function foldHash(cells: readonly Cell[], seed: bigint, hashAt: (index: number) => CellHash): bigint {
  return cells.reduce<bigint>((hash, cell, i) => (cell === null ? hash : hashAt(i)(cell, hash)), seed);
}

function intervalHash({ months, days, micros }: CalendarInterval, seed: bigint, hasher: Hasher): bigint {
  return hasher.ofInt(months, hasher.ofInt(days, hasher.ofLong(BigInt(micros), seed)));
}

/** The shortest big-endian bytes, as `BigInteger.toByteArray`. */
function twosComplement(value: bigint): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const digits = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0');
  return Buffer.from(digits, 'hex');
}
