import type { Arguments } from './command.ts';
import { durationMs } from './duration.ts';
import { usageError } from './exit-codes.ts';
import { countOption, shareOption } from './option-values.ts';

/** The options that every command which runs a query has. */
export const STREAM_OPTIONS = {
  interval: {
    type: 'string',
    value: 'DURATION',
    group: 'When',
    describe: 'start a batch on fixed ticks (default: as soon as there is input)',
  },
  once: {
    type: 'boolean',
    group: 'When',
    describe: 'process everything that is there now, in batches, and exit: for cron and CI',
  },
  'max-files-per-trigger': {
    type: 'number',
    value: 'N',
    default: 1000,
    group: 'When',
    describe: 'files that one batch takes at most',
  },
  settle: {
    type: 'string',
    value: 'DURATION',
    default: '500ms',
    group: 'When',
    describe:
      'a file that does not show by itself that it is whole is taken when its size and time have rested this long; 0 where files come by rename',
  },
  'changed-files': {
    type: 'string',
    choices: ['ignore', 'fail', 'reprocess'],
    default: 'ignore',
    group: 'Data',
    describe:
      'when a file changes after it was read: only warn (ignore), stop with exit code 65 (fail), or read it again, whole, as a new file (reprocess)',
  },
  poll: { type: 'boolean', group: 'When', describe: 'list the folder on a timer instead of watching it' },
  timezone: {
    type: 'string',
    value: 'ZONE',
    default: 'UTC',
    group: 'Data',
    describe: 'zone of times that are written without one',
  },
  'max-reject-ratio': {
    type: 'number',
    value: 'R',
    group: 'Data',
    describe:
      'stop before a batch commits, with exit code 65, when more than this share of its rows is rejected (0 to 1; default: no limit)',
  },
  workers: {
    type: 'number',
    value: 'N',
    group: 'When',
    describe: 'threads that work on large batches; the output is the same for any number (default: one for each core)',
  },
  'spark-manifest': {
    type: 'boolean',
    group: 'Data',
    describe: "also write the list of output files in Spark's _spark_metadata format",
  },
  fresh: { type: 'boolean', group: 'Again', describe: "start over: delete the checkpoint and this query's output" },
  yes: { type: 'boolean', alias: 'y', group: 'Again', describe: 'do not ask before --fresh deletes' },
  json: {
    type: 'boolean',
    group: 'Report',
    describe: "print one progress object per batch on stdout, with Spark's field names",
  },
  'exit-code-if-empty': {
    type: 'number',
    value: 'N',
    group: 'Report',
    describe: 'exit code of a run that found no input rows (default: 0)',
  },
  quiet: { type: 'boolean', alias: 'q', group: 'Report', describe: 'no progress and no summary' },
  verbose: { type: 'boolean', alias: 'v', group: 'Report', describe: 'with an error, say what caused it' },
} as const;

export type StreamTrigger =
  | { readonly kind: 'default' }
  | { readonly kind: 'availableNow' }
  | { readonly kind: 'processingTime'; readonly intervalMs: number };

/** `STREAM_OPTIONS` as values that are checked. */
export interface StreamSettings {
  readonly trigger: StreamTrigger;
  readonly maxFilesPerTrigger: number;
  readonly settleMs: number;
  readonly changedFiles: string;
  readonly poll: boolean;
  readonly timezone: string;
  /** 0 to 1. */
  readonly maxRejectRatio: number | undefined;
  readonly workers: number | undefined;
  readonly sparkManifest: boolean;
  readonly fresh: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly exitCodeIfEmpty: number | null;
}

/** @throws ClickstreamError USAGE */
export function streamSettings(args: Arguments<typeof STREAM_OPTIONS>): StreamSettings {
  return {
    trigger: triggerOf(args),
    maxFilesPerTrigger: countOption('max-files-per-trigger', args['max-files-per-trigger'], 1),
    settleMs: durationMs('settle', args.settle),
    changedFiles: args['changed-files'],
    poll: args.poll,
    timezone: timezoneOf(args.timezone),
    maxRejectRatio: ratioOf(args['max-reject-ratio']),
    workers: args.workers === undefined ? undefined : countOption('workers', args.workers, 1),
    sparkManifest: args['spark-manifest'],
    fresh: args.fresh,
    yes: args.yes,
    json: args.json,
    quiet: args.quiet,
    exitCodeIfEmpty: exitCodeIfEmpty(args['exit-code-if-empty']),
  };
}

/** @throws ClickstreamError USAGE */
export function exitCodeIfEmpty(code: number | undefined): number | null {
  if (code === undefined) return null;
  if (Number.isInteger(code) && code >= 0 && code <= 255) return code;
  throw usageError(`--exit-code-if-empty must be a whole number from 0 to 255, found ${code}.`);
}

function triggerOf(args: Pick<Arguments<typeof STREAM_OPTIONS>, 'interval' | 'once'>): StreamTrigger {
  if (args.interval === undefined) return { kind: args.once ? 'availableNow' : 'default' };
  if (args.once) throw usageError('--interval sets the ticks of a run that watches; --once ends. Give one of them.');
  const intervalMs = durationMs('interval', args.interval);
  return intervalMs === 0 ? { kind: 'default' } : { kind: 'processingTime', intervalMs };
}

function ratioOf(share: number | undefined): number | undefined {
  return share === undefined ? undefined : shareOption('max-reject-ratio', share);
}

function timezoneOf(zone: string): string {
  if (zone === 'UTC') return zone; // Intl takes 20 ms to load
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    throw usageError(`--timezone: "${zone}" is not a time zone; write for example UTC, Europe/Berlin or +02:00.`);
  }
}
