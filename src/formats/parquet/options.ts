import { configError, didYouMean } from '../../errors.ts';

export type ParquetCompression = 'snappy' | 'gzip' | 'uncompressed';
export type ParquetWriterName = 'hyparquet-writer' | 'parquetjs-lite';

/** Options of the Parquet format, checked and with their defaults. */
export interface ParquetOptions {
  /** Codec of the pages (Spark's `compression`; its `none` means uncompressed). */
  readonly compression: ParquetCompression;
  /** The library that writes. `parquetjs-lite` knows fewer types and refuses what it would write wrong. */
  readonly parquetWriter: ParquetWriterName;
  /** Rows of a row group; it bounds the memory of writer and reader. */
  readonly rowGroupRows: number;
  /** Pairs for the file's footer, such as where the rows came from. */
  readonly kvMetadata: Readonly<Record<string, string>>;
}

const DEFAULTS: ParquetOptions = {
  compression: 'snappy',
  parquetWriter: 'hyparquet-writer',
  rowGroupRows: 100_000,
  kvMetadata: {},
};

const COMPRESSIONS: ReadonlyMap<string, ParquetCompression> = new Map(
  Object.entries({
    snappy: 'snappy',
    gzip: 'gzip',
    none: 'uncompressed',
    uncompressed: 'uncompressed',
  }),
);
const WRITERS: readonly ParquetWriterName[] = ['hyparquet-writer', 'parquetjs-lite'];

/**
 * Checks the options of the Parquet format. Names are compared without regard to case, as Spark does. Checked options come
 * through unchanged.
 *
 * @throws PARQUET_OPTION for an unknown name or a value that cannot be.
 */
export function parquetOptions(given: Readonly<Record<string, unknown>>): ParquetOptions {
  const options: Record<string, unknown> = { ...DEFAULTS };
  const names = new Map(Object.keys(DEFAULTS).map((name) => [name.toLowerCase(), name]));
  for (const [key, value] of Object.entries(given)) {
    const name = names.get(key.toLowerCase());
    if (name === undefined) {
      throw configError('PARQUET_OPTION', `parquet has no option "${key}".${didYouMean(key, names.values())}`);
    }
    if (value !== undefined) options[name] = checkedOption(name, value);
  }
  return options as unknown as ParquetOptions;
}

function checkedOption(name: string, value: unknown): unknown {
  switch (name) {
    case 'compression':
      return COMPRESSIONS.get(String(value).toLowerCase()) ?? refuse(name, value, [...COMPRESSIONS.keys()]);
    case 'parquetWriter':
      return WRITERS.find((writer) => writer === value) ?? refuse(name, value, WRITERS);
    case 'rowGroupRows': {
      const rows = Number(value);
      return Number.isSafeInteger(rows) && rows > 0 ? rows : refuse(name, value, ['a whole number above 0']);
    }
    default: {
      const isPairs =
        typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'string');
      return isPairs ? value : refuse(name, value, ['an object of texts']);
    }
  }
}

function refuse(name: string, value: unknown, allowed: readonly string[]): never {
  const hint = typeof value === 'string' ? didYouMean(value, allowed) : '';
  throw configError(
    'PARQUET_OPTION',
    `parquet: ${name} is ${allowed.join(' or ')}, not ${JSON.stringify(value)}.${hint}`,
  );
}
