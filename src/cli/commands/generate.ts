import { resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { EventTimes } from '../../generate/event-times.ts';
import type { FileGenerator } from '../../generate/file-generator.ts';
import { type Arguments, defineCommand } from '../command.ts';
import { durationMicros, durationMs } from '../duration.ts';
import { EXIT_CODES, exitCodeOfSignal, usageError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { countOption, microsOption, shareOption } from '../option-values.ts';
import { plural } from '../table.ts';

const OPTIONS = {
  out: {
    type: 'string',
    value: 'DIR',
    describe: 'folder to write to; made when missing (default: data/json_files, or data/stocks for stocks)',
  },
  files: { type: 'number', value: 'N', describe: 'stop after this many files (default: until stopped)' },
  interval: {
    type: 'string',
    value: 'DURATION',
    describe: 'from one file to the next (default: 5s, or 0 when --files is given)',
  },
  events: { type: 'number', value: 'N', default: 10, describe: 'events per file' },
  format: {
    type: 'string',
    choices: ['array', 'ndjson'],
    describe: 'clicks only: one JSON array per file (the default), or one object per line',
  },
  seed: { type: 'number', value: 'N', describe: 'the same seed, start and step give the same bytes (default: random)' },
  start: {
    type: 'string',
    value: 'TIME',
    describe: 'time of the first event, ISO 8601, UTC when without zone (default: now)',
  },
  step: { type: 'string', value: 'DURATION', default: '500ms', describe: 'event time between two events' },
  late: { type: 'number', value: 'SHARE', default: 0, describe: 'share of late events, 0 to 1' },
  'max-late': { type: 'string', value: 'DURATION', default: '20s', describe: 'how late a late event is at most' },
  corrupt: { type: 'number', value: 'SHARE', describe: 'clicks only: share of broken records, 0 to 1 (default: 0)' },
  rate: { type: 'number', value: 'N', describe: 'events per second; sets the interval' },
  quiet: { type: 'boolean', alias: 'q', describe: 'say nothing' },
} as const;

type GenerateArguments = Arguments<typeof OPTIONS>;

export const generate = defineCommand({
  name: 'generate',
  describe: 'write files of made-up events: nested clicks (JSON), or stock trades (CSV)',
  positionals: [{ name: 'kind', describe: 'what to write', choices: ['clicks', 'stocks'], default: 'clicks' }],
  options: OPTIONS,
  examples: [
    ['$0 generate', 'a file of 10 clicks every 5 seconds, as the original producer does'],
    ['$0 generate --files 200 --seed 42 --start 2026-01-01T00:00:00Z', '200 files at once, the same every time'],
    ['$0 generate --rate 1000 --events 500 --late 0.1 --corrupt 0.01', 'two files a second, with late and broken ones'],
    ['$0 generate stocks --files 10', 'ten files of stock trades'],
  ],
  run,
});

async function run(args: GenerateArguments, io: CommandIo): Promise<number> {
  const settings = readSettings(args, io.clock);
  const { makeDirectoryDurable } = await import('../../fs/durable-folder.ts');
  const { nodeDisk } = await import('../../fs/node-disk.ts');
  const { writeFiles } = await import('../../generate/write-files.ts');
  const generator = await settings.createGenerator();
  const directory = resolve(settings.out);
  makeDirectoryDurable(nodeDisk, directory);

  const stop = new AbortController();
  let signalled: 'SIGINT' | 'SIGTERM' | null = null;
  const unsubscribe = io.onSignal((signal) => {
    if (signalled !== null) io.exit(exitCodeOfSignal(signal));
    signalled = signal;
    stop.abort();
  });
  const written = await writeFiles(generator, nodeDisk, io.clock, { ...settings, directory, signal: stop.signal });
  unsubscribe();
  if (!args.quiet) io.stderr.write(`${closingLine(generator, written, settings.out, settings.seed)}\n`);
  const watching = settings.files === Number.POSITIVE_INFINITY;
  return signalled === null || watching ? EXIT_CODES.done : exitCodeOfSignal(signalled);
}

function readSettings(args: GenerateArguments, clock: Clock) {
  const stocks = args.positionals.kind === 'stocks';
  if (stocks && args.format !== undefined) throw usageError('--format is for clicks; stock trades are CSV.');
  if (stocks && args.corrupt !== undefined)
    throw usageError('--corrupt is for clicks; stock trades have no broken records.');
  const seed = args.seed === undefined ? randomSeed(clock) : countOption('seed', args.seed, 0);
  const times: EventTimes = {
    startMicros: args.start === undefined ? Math.floor(clock.nowMs()) * 1000 : microsOption('start', args.start),
    stepMicros: durationMicros('step', args.step),
    lateShare: shareOption('late', args.late),
    maxLateMicros: durationMicros('max-late', args['max-late']),
  };
  const corruptShare = shareOption('corrupt', args.corrupt ?? 0);
  const format = args.format === 'ndjson' ? 'ndjson' : 'array';
  return {
    out: args.out ?? (stocks ? 'data/stocks' : 'data/json_files'),
    seed,
    files: args.files === undefined ? Number.POSITIVE_INFINITY : countOption('files', args.files, 0),
    eventsPerFile: countOption('events', args.events, 1),
    intervalMs: intervalMs(args),
    async createGenerator(): Promise<FileGenerator> {
      if (stocks) return (await import('../../generate/stocks.ts')).createStockGenerator({ ...times, seed });
      const { createClickGenerator } = await import('../../generate/clicks.ts');
      return createClickGenerator({ ...times, seed, format, corruptShare });
    },
  };
}

function intervalMs(args: GenerateArguments): number {
  if (args.rate === undefined) {
    return durationMs('interval', args.interval ?? (args.files === undefined ? '5s' : '0'));
  }
  if (args.interval !== undefined)
    throw usageError('--rate sets the interval between files; give one of --rate and --interval.');
  if (!(args.rate > 0)) throw usageError(`--rate must be above 0, found ${args.rate}.`);
  return (args.events / args.rate) * 1000;
}

/** Any seed will do, as long as two runs differ. */
function randomSeed(clock: Clock): number {
  return Math.floor(clock.nowMs()) % 1_000_000_000;
}

function closingLine(generator: FileGenerator, files: number, out: string, seed: number): string {
  const { events, late, corrupt } = generator.counts;
  const remarks = [
    late > 0 ? `${plural(late, 'late one')}` : '',
    corrupt > 0 ? `${plural(corrupt, 'broken one')}` : '',
  ];
  const among = remarks.filter(Boolean).join(' and ');
  return `${plural(files, 'file')} with ${plural(events, 'event')}${among === '' ? '' : `, ${among} among them`}, in ${out} (seed ${seed})`;
}
