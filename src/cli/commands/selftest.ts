import { availableParallelism } from 'node:os';
import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { countOption } from '../option-values.ts';

const OPTIONS = {
  points: { type: 'number', value: 'N', describe: 'try this many of the points, spread over the run (default: all)' },
  files: { type: 'number', value: 'N', default: 5, describe: 'input files taken of each source, one per batch' },
  data: {
    type: 'string',
    value: 'DIR',
    describe: "read these files instead of the source's own; with several sources, those in DIR/<source>/",
  },
  keep: { type: 'boolean', describe: 'leave the files of points that failed, for a look' },
  json: { type: 'boolean', describe: 'print one JSON object with all outcomes, and nothing else' },
  verbose: { type: 'boolean', alias: 'v', describe: 'with an error, say what caused it' },
} as const;

/** More processes than this get in each other's way at the disk. */
const MAX_PARALLEL = 4;

export const selftest = defineCommand({
  name: 'selftest',
  describe: 'crash: kill your own pipeline at every operation on the disk, restart it, and compare its output',
  positionals: [
    { name: 'action', describe: 'what to do', choices: ['crash'], required: true },
    { name: 'file', describe: 'a pipeline file (YAML) with a file sink', required: true },
  ],
  options: OPTIONS,
  examples: [
    ['$0 selftest crash clicks.pipeline.yaml', 'on copies of its first 5 input files, in a scratch folder'],
    ['$0 selftest crash clicks.pipeline.yaml --points 40 --data samples', 'some points, on files of your choice'],
  ],
  run,
});

async function run(args: Arguments<typeof OPTIONS>, io: CommandIo): Promise<number> {
  const files = countOption('files', args.files, 1);
  const points = args.points === undefined ? undefined : countOption('points', args.points, 1);
  const { file } = args.positionals as { file: string };
  const { runCrashTest } = await import('../../pipeline/testing/crash/crash-test.ts');
  const { createCrashPicture, crashSummary, startLines } = await import('../crash-report.ts');
  const say = (text: string) => void (args.json || io.stdout.write(text));
  const picture = createCrashPicture(say);
  const stop = new AbortController();
  let code: number | null = null;
  const unsubscribe = io.onSignal((signal) => {
    code = signal === 'SIGINT' ? EXIT_CODES.interrupted : EXIT_CODES.terminated;
    stop.abort();
  });
  try {
    const report = await runCrashTest(file, {
      environment: io.env,
      points,
      files,
      data: args.data,
      parallel: Math.min(MAX_PARALLEL, availableParallelism()),
      keep: args.keep,
      signal: stop.signal,
      onStart: (start) => say(startLines(file, start)),
      onOutcome: picture.add,
    });
    picture.end();
    if (args.json) io.stdout.write(`${JSON.stringify(report)}\n`);
    else io.stdout.write(crashSummary(report));
    return report.outcomes.some(({ problems }) => problems.length > 0) ? EXIT_CODES.failed : EXIT_CODES.done;
  } catch (error) {
    if (code === null) throw error;
    say('\nstopped; the scratch folder is removed\n');
    return code;
  } finally {
    unsubscribe();
  }
}
