import { batchOf } from '../batch.ts';
import type { Clock } from '../clock.ts';
import { configError } from '../errors.ts';
import { field, LONG, type Schema, struct, TIMESTAMP } from '../schema.ts';
import type { ReadContext, Source } from '../source.ts';

export interface RateSourceOptions {
  /** Rows per second; default 1. */
  readonly rowsPerSecond?: number;
  /** Seconds over which the speed grows from 0; default 0. */
  readonly rampUpTimeSeconds?: number;
  /** Splits per batch; value v goes to split v modulo this number. Default 1. */
  readonly numPartitions?: number;
}

/** Carries its own beginning, so that it means the same after a restart. */
interface RateOffset {
  readonly startMs: number;
  readonly seconds: number;
}

interface RateSplit {
  readonly startMs: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly partition: number;
  readonly numPartitions: number;
  readonly rowsPerSecond: number;
  readonly rampUpTimeSeconds: number;
}

export const RATE_SCHEMA: Schema = struct([field('timestamp', TIMESTAMP), field('value', LONG)]);

const ROWS_PER_BATCH = 4096;

/** Counts upwards at a fixed rate (Spark's RateStreamProvider). The rows are a function of the offsets alone. */
export function rateSource(clock: Clock, options: RateSourceOptions = {}): Source {
  const rowsPerSecond = positive('rowsPerSecond', options.rowsPerSecond ?? 1, 1);
  const rampUpTimeSeconds = positive('rampUpTime', options.rampUpTimeSeconds ?? 0, 0);
  const numPartitions = positive('numPartitions', options.numPartitions ?? 1, 1);
  let fixedNowMs: number | null = null;
  return {
    async initialOffset(): Promise<RateOffset> {
      return { startMs: clock.nowMs(), seconds: 0 };
    },
    async latestOffset(start): Promise<RateOffset> {
      const { startMs, seconds } = start as RateOffset;
      const elapsed = Math.floor(((fixedNowMs ?? clock.nowMs()) - startMs) / 1000);
      return elapsed > seconds ? { startMs, seconds: elapsed } : (start as RateOffset);
    },
    async plan(start, end): Promise<RateSplit[]> {
      const { startMs, seconds: endSeconds } = end as RateOffset;
      const startSeconds = (start as RateOffset).seconds;
      const range = { startMs, startSeconds, endSeconds, numPartitions, rowsPerSecond, rampUpTimeSeconds };
      return Array.from({ length: numPartitions }, (_, partition) => ({ ...range, partition }));
    },
    read: (split, context) => readRange(split as RateSplit, context),
    async prepareForAvailableNow() {
      fixedNowMs = clock.nowMs();
    },
    async close() {},
  };
}

async function* readRange(split: RateSplit, context: ReadContext) {
  const { startMs, startSeconds, endSeconds, numPartitions, rowsPerSecond, rampUpTimeSeconds } = split;
  const first = valueAtSecond(startSeconds, rowsPerSecond, rampUpTimeSeconds);
  const end = valueAtSecond(endSeconds, rowsPerSecond, rampUpTimeSeconds);
  const msPerValue = ((endSeconds - startSeconds) * 1000) / (end - first);
  const rowAt = (value: number) => [
    (startMs + startSeconds * 1000 + Math.round((value - first) * msPerValue)) * 1000,
    value,
  ];
  let rows: number[][] = [];
  for (let value = first + split.partition; value < end; value += numPartitions) {
    rows.push(rowAt(value));
    if (rows.length < ROWS_PER_BATCH && value + numPartitions < end) continue;
    context.countInput(rows.length);
    yield batchOf(RATE_SCHEMA, rows);
    rows = [];
  }
}

/** The number of rows made in the first `seconds` seconds (Spark's RateStreamProvider.valueAtSecond). */
export function valueAtSecond(seconds: number, rowsPerSecond: number, rampUpTimeSeconds: number): number {
  const growth = Math.max(1, Math.floor(rowsPerSecond / (rampUpTimeSeconds + 1)));
  const ramp = Math.min(seconds, rampUpTimeSeconds);
  return (growth * ramp * (ramp + 1)) / 2 + (seconds - ramp) * rowsPerSecond;
}

function positive(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw configError(
    'OPTION_INVALID',
    `Option "${name}" of the rate source must be a whole number of at least ${least}; found ${value}.`,
  );
}
