import { resolve } from 'node:path';
import { configError, didYouMean } from '../../errors.ts';

/** What happens to an input file once the batch that took it is committed. */
export type CleanSource = 'off' | 'delete' | 'archive';

/**
 * What happens when a file is found to be another one, by size or time, than the one that was taken. `ignore`: it is not read again. `fail`: the
 * query stops before its next batch. `reprocess`: it is a new file, and is read whole.
 */
export type ChangedFiles = 'ignore' | 'fail' | 'reprocess';

/** The options of the file source, checked. Durations are milliseconds, sizes bytes. */
export interface FileSourceOptions {
  /** At most this many files per batch; null: no limit. */
  readonly maxFilesPerTrigger: number | null;
  /** Files while their sum is at most this; the first file always (Spark 4). Not together with the one above. */
  readonly maxBytesPerTrigger: number | null;
  /** Newest files first. */
  readonly latestFirst: boolean;
  /** Ignores files older than the newest seen file by more than this; null (the default, unlike Spark's 7 days): never. */
  readonly maxFileAgeMs: number | null;
  /** A file is known by its name, not by its path: a moved file is the same file. */
  readonly fileNameOnly: boolean;
  /** Reads sub-folders of any name. Without it only partition folders (`col=value`) are entered. */
  readonly recursiveFileLookup: boolean;
  readonly changedFiles: ChangedFiles;
  readonly cleanSource: CleanSource;
  /** Where cleanSource archive moves files to: this folder, then the file's whole path. */
  readonly sourceArchiveDir: string | null;
  /** Takes the files from the folder's `_spark_metadata` instead of its listing. */
  readonly readManifest: boolean;
  /** How long size and mtime must rest before a file that does not end itself is taken; 0: files are delivered by rename. */
  readonly settleMs: number;
  /** Lists on a timer alone, without a watcher. */
  readonly poll: boolean;
}

const DEFAULTS: FileSourceOptions = {
  maxFilesPerTrigger: null,
  maxBytesPerTrigger: null,
  latestFirst: false,
  maxFileAgeMs: null,
  fileNameOnly: false,
  recursiveFileLookup: false,
  changedFiles: 'ignore',
  cleanSource: 'off',
  sourceArchiveDir: null,
  readManifest: false,
  settleMs: 500,
  poll: false,
};

type Raw = Readonly<Record<string, unknown>>;

/** One reader per option, under the name that users write. */
const READERS: Record<string, (value: unknown, name: string) => Partial<FileSourceOptions>> = {
  maxFilesPerTrigger: (value, name) => ({ maxFilesPerTrigger: wholeNumber(value, name, 1) }),
  maxBytesPerTrigger: (value, name) => ({ maxBytesPerTrigger: byteSize(value, name) }),
  latestFirst: (value, name) => ({ latestFirst: flag(value, name) }),
  maxFileAge: (value, name) => ({ maxFileAgeMs: durationMs(value, name) }),
  fileNameOnly: (value, name) => ({ fileNameOnly: flag(value, name) }),
  recursiveFileLookup: (value, name) => ({ recursiveFileLookup: flag(value, name) }),
  changedFiles: (value, name) => ({ changedFiles: oneOf<ChangedFiles>(['ignore', 'fail', 'reprocess'], value, name) }),
  cleanSource: (value, name) => ({ cleanSource: oneOf<CleanSource>(['off', 'delete', 'archive'], value, name) }),
  sourceArchiveDir: (value) => ({ sourceArchiveDir: resolve(String(value)) }),
  readManifest: (value, name) => ({ readManifest: flag(value, name) }),
  settle: (value, name) => ({ settleMs: durationMs(value, name) }),
  poll: (value, name) => ({ poll: flag(value, name) }),
};

/** The names of the file source's options; others given to a reader belong to its format. */
export const FILE_SOURCE_OPTION_NAMES: readonly string[] = Object.keys(READERS);

/**
 * Checks options as users write them, their names in any case: booleans and numbers or their text, durations in milliseconds or as `500ms`, `10s`,
 * `5m`, `2h`, `7d`. Throws OPTION_UNKNOWN and OPTION_INVALID.
 */
export function checkFileSourceOptions(raw: Raw): FileSourceOptions {
  let options = DEFAULTS;
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    const known = FILE_SOURCE_OPTION_NAMES.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    const read = known === undefined ? undefined : READERS[known];
    if (read === undefined) {
      throw configError(
        'OPTION_UNKNOWN',
        `The file source has no option "${name}".${didYouMean(name, FILE_SOURCE_OPTION_NAMES)}`,
      );
    }
    options = { ...options, ...read(value, name) };
  }
  if (options.maxFilesPerTrigger !== null && options.maxBytesPerTrigger !== null) {
    throw configError(
      'OPTION_INVALID',
      'maxFilesPerTrigger and maxBytesPerTrigger cannot be used together; keep one of them.',
    );
  }
  if (options.cleanSource === 'archive' && options.sourceArchiveDir === null) {
    throw configError(
      'OPTION_INVALID',
      'cleanSource "archive" needs sourceArchiveDir, the folder that files are moved to.',
    );
  }
  if (options.fileNameOnly && options.changedFiles !== 'ignore') {
    throw configError(
      'OPTION_INVALID',
      `changedFiles "${options.changedFiles}" cannot be used with fileNameOnly: of two files of one name none could be told from a change of the other. Leave one of the two options out.`,
    );
  }
  return Object.freeze(options);
}

function invalid(name: string, expected: string, value: unknown): never {
  throw configError(
    'OPTION_INVALID',
    `Option "${name}" of the file source must be ${expected}; found ${JSON.stringify(value)}.`,
  );
}

function wholeNumber(value: unknown, name: string, least: number): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= least) return number as number;
  return invalid(name, `a whole number of at least ${least}`, value);
}

const BYTE_UNITS: Record<string, number> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

function byteSize(value: unknown, name: string): number {
  const match = /^\s*(\d+)\s*(?:([kmgt])b?|b)?\s*$/i.exec(String(value));
  const bytes = match === null ? 0 : Number(match[1]) * (BYTE_UNITS[(match[2] ?? '').toLowerCase()] ?? 0);
  return bytes >= 1 ? bytes : invalid(name, 'a size of at least one byte, such as 1048576 or "10m"', value);
}

const TIME_UNITS: Record<string, number> = {
  '': 1,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function durationMs(value: unknown, name: string): number {
  const match = /^\s*(\d+)\s*(ms|s|m|min|h|d)?\s*$/.exec(String(value));
  if (match === null)
    return invalid(name, 'a duration such as 500 (milliseconds), "500ms", "10s", "2h" or "7d"', value);
  return Number(match[1]) * (TIME_UNITS[match[2] ?? ''] ?? 1);
}

function flag(value: unknown, name: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return invalid(name, 'true or false', value);
}

function oneOf<T extends string>(choices: readonly T[], value: unknown, name: string): T {
  const chosen = choices.find((choice) => choice === String(value).toLowerCase());
  return (
    chosen ??
    invalid(
      name,
      choices
        .map((choice) => `"${choice}"`)
        .join(', ')
        .replace(/, (?=[^,]*$)/, ' or '),
      value,
    )
  );
}
