import { type Arguments, defineCommand } from '../command.ts';
import { durationMicros } from '../duration.ts';
import { usageError } from '../exit-codes.ts';
import type { StreamCommand } from '../stream-command.ts';
import { runStreamCommand } from '../stream-command.ts';
import { STREAM_OPTIONS, streamSettings } from '../stream-options.ts';

const OPTIONS = {
  in: {
    type: 'string',
    value: 'DIR',
    group: 'Folders',
    default: 'data/csv_files',
    describe: 'folder of CSV files, as task1 writes them',
  },
  out: {
    type: 'string',
    value: 'DIR',
    group: 'Folders',
    default: 'data/parquet_files',
    describe: 'folder for Parquet files',
  },
  checkpoint: {
    type: 'string',
    value: 'DIR',
    group: 'Folders',
    default: 'checkpoints/task2',
    describe: 'folder that remembers what was done',
  },
  window: {
    type: 'string',
    value: 'DURATION',
    default: '10 seconds',
    group: 'Windows',
    describe: 'length of a window',
  },
  slide: {
    type: 'string',
    value: 'DURATION',
    group: 'Windows',
    describe: 'from the start of one window to the next (default: the length, so that windows do not overlap)',
  },
  watermark: {
    type: 'string',
    value: 'DURATION',
    default: '30 seconds',
    group: 'Windows',
    describe: 'how far event time must have passed the end of a window before it is closed',
  },
  'max-future-skew': {
    type: 'string',
    value: 'DURATION',
    group: 'Windows',
    describe:
      "events dated further past the batch's time than this do not move the watermark, but are counted (default: all events move it)",
  },
  drain: {
    type: 'boolean',
    group: 'Windows',
    describe: 'with --once: close all open windows at the end; rows that come for them later are late',
  },
  console: { type: 'boolean', group: 'Report', describe: "also print each batch's windows as a table" },
  'parquet-writer': {
    type: 'string',
    choices: ['hyparquet-writer', 'parquetjs-lite'],
    default: 'hyparquet-writer',
    group: 'Data',
    describe: 'which library writes the files',
  },
  ...STREAM_OPTIONS,
} as const;

/** The options of `clickstream task2`, checked. */
export interface Task2Settings extends StreamCommand {
  readonly in: string;
  /** Durations, as they were written. */
  readonly window: string;
  readonly slide: string | null;
  readonly watermark: string;
  readonly maxFutureSkew: string | undefined;
  readonly drain: boolean;
  readonly console: boolean;
  readonly parquetWriter: string;
}

export const task2 = defineCommand({
  name: 'task2',
  describe: 'aggregate CSV files in windows of event time, to Parquet files',
  positionals: [],
  options: OPTIONS,
  examples: [
    ['$0 task2 --console', 'watch data/csv_files, and print windows as they close'],
    ['$0 task2 --once --drain', 'process what is there, close every window, and exit'],
    ['$0 task2 --window 10s --slide 5s --watermark 1m', 'overlapping windows, closed a minute after their end'],
  ],
  run: (args, io) => {
    const settings = task2Settings(args);
    return runStreamCommand(
      settings,
      async () => {
        const { task2: startTask2 } = await import('../../pipelines/task2.ts');
        return startTask2(settings);
      },
      io,
    );
  },
});

/** @throws ClickstreamError USAGE */
export function task2Settings(args: Arguments<typeof OPTIONS>): Task2Settings {
  if (args.drain && !args.once) throw usageError('--drain closes the windows at the end of a run, so it needs --once.');
  if (args.console && args.json) throw usageError('--console and --json both print on stdout; give one of them.');
  checkWindow(args);
  return {
    ...streamSettings(args),
    in: args.in,
    out: args.out,
    checkpoint: args.checkpoint,
    window: args.window,
    slide: args.slide ?? null,
    watermark: args.watermark,
    maxFutureSkew: args['max-future-skew'],
    drain: args.drain,
    console: args.console,
    parquetWriter: args['parquet-writer'],
  };
}

function checkWindow(
  args: Pick<Arguments<typeof OPTIONS>, 'window' | 'slide' | 'watermark' | 'max-future-skew'>,
): void {
  const windowMicros = durationMicros('window', args.window);
  const slideMicros = durationMicros('slide', args.slide ?? args.window);
  durationMicros('watermark', args.watermark);
  if (args['max-future-skew'] !== undefined) durationMicros('max-future-skew', args['max-future-skew']);
  if (windowMicros === 0) throw usageError('--window must be longer than 0.');
  if (slideMicros === 0 || slideMicros > windowMicros) {
    throw usageError(
      `--slide must be longer than 0 and at most the window's length (${args.window}), found "${args.slide}".`,
    );
  }
}
