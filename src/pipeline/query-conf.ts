import type { QuerySettings } from '../engine/query-parts.ts';
import { DEFAULT_SETTINGS } from '../engine/query-parts.ts';
import { configError, didYouMean } from '../errors.ts';
import { parseDuration } from '../sql/values/interval.ts';

/** Settings of the engine for one query, as users write them: `conf` of a writer, `settings` of a pipeline file. */
export interface QueryConf extends Partial<Omit<QuerySettings, 'workers' | 'maxRejectRatio' | 'maxFutureSkewMs'>> {
  /** Threads that work on large batches, this one among them; the output is the same for any number. Default: one for each core. */
  readonly workers?: number;
  /**
   * Stops the query, before the batch commits, when more than this share of its rows (0 to 1) is rejected; a batch of few rows is
   * judged together with those before it, and 100 rows are the fewest that a share is taken of.
   */
  readonly maxRejectRatio?: number;
  /** `5 minutes`, `5m`: event times further past the batch's logged time do not move the watermark. */
  readonly maxFutureSkew?: string;
}

export const CONF_NAMES: readonly string[] = [
  ...Object.keys(DEFAULT_SETTINGS).filter((name) => name !== 'maxFutureSkewMs'),
  'maxFutureSkew',
];

/** Checks settings and brings them into the engine's form. Errors: OPTION_UNKNOWN, OPTION_INVALID. */
export function checkConf({ maxFutureSkew, ...conf }: QueryConf): Partial<QuerySettings> {
  const unknown = Object.keys(conf).find((name) => !CONF_NAMES.includes(name));
  if (unknown !== undefined) {
    throw configError('OPTION_UNKNOWN', `conf: there is no setting "${unknown}".${didYouMean(unknown, CONF_NAMES)}`);
  }
  checkRatio(conf.maxRejectRatio);
  checkWorkers(conf.workers);
  return { ...conf, ...(maxFutureSkew === undefined ? {} : { maxFutureSkewMs: skewMs(maxFutureSkew) }) };
}

function checkWorkers(workers: unknown): void {
  if (workers === undefined || (Number.isSafeInteger(workers) && (workers as number) >= 1)) return;
  throw configError(
    'OPTION_INVALID',
    `workers is a number of threads, a whole number of at least 1, found ${JSON.stringify(workers)}.`,
  );
}

function checkRatio(ratio: unknown): void {
  if (ratio === undefined || (typeof ratio === 'number' && ratio >= 0 && ratio <= 1)) return;
  throw configError(
    'OPTION_INVALID',
    `maxRejectRatio is a share of the rows, a number from 0 (not one reject) to 1 (no limit), found ${JSON.stringify(ratio)}. For example: 0.05`,
  );
}

function skewMs(text: unknown): number {
  const interval = typeof text === 'string' ? parseDuration(text) : null;
  const micros = interval === null ? Number.NaN : interval.days * 86_400_000_000 + Number(interval.micros);
  if (interval?.months === 0 && Number.isSafeInteger(micros) && micros >= 0) return Math.floor(micros / 1000);
  throw configError(
    'OPTION_INVALID',
    `maxFutureSkew is a duration from 0 on, in days or less, found ${JSON.stringify(text)}. Write it as "5 minutes" or "5m".`,
  );
}
