import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES, usageError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { exitCodeIfEmpty, STREAM_OPTIONS } from '../stream-options.ts';

const { fresh, yes, json, quiet, verbose } = STREAM_OPTIONS;

const OPTIONS = {
  once: {
    ...STREAM_OPTIONS.once,
    describe: 'process everything that is there now, in batches, and exit, whatever the trigger in the file',
  },
  fresh: { ...fresh, describe: 'start over: delete the checkpoints and what these pipelines have written' },
  yes,
  json,
  'exit-code-if-empty': STREAM_OPTIONS['exit-code-if-empty'],
  quiet,
  verbose,
} as const;

export const run = defineCommand({
  name: 'run',
  describe: 'run pipeline files, one or several in one process',
  positionals: [{ name: 'file', describe: 'pipeline files (YAML)', required: true, variadic: true }],
  options: OPTIONS,
  examples: [
    ['$0 run clicks.pipeline.yaml', 'run it as its trigger says, by default for ever'],
    [
      '$0 run --once flatten.yaml windows.yaml',
      'process what is there, one after the other, and exit: for cron and CI',
    ],
  ],
  run: runPipelines,
});

async function runPipelines(args: Arguments<typeof OPTIONS>, io: CommandIo): Promise<number> {
  const emptyCode = exitCodeIfEmpty(args['exit-code-if-empty']);
  const { runnablePipelines } = await import('../../pipeline/file/run.ts');
  const files = args.positionals.file as readonly string[];
  const pipelines = await runnablePipelines(files, { environment: io.env, once: args.once });
  const printing = pipelines.find(({ isConsole }) => isConsole);
  if (args.json && printing !== undefined) {
    throw usageError(`--json and the console sink of ${printing.name} both print on stdout; leave --json out.`);
  }
  if (args.fresh) {
    const { startFresh } = await import('../fresh.ts');
    const { nodeDisk } = await import('../../fs/node-disk.ts');
    for (const { checkpoint, outputs } of pipelines) {
      if (checkpoint === null) continue;
      if (await startFresh(nodeDisk, { checkpoint, outputs }, args.yes, io)) continue;
      io.stderr.write('nothing more was deleted, nothing was run\n');
      return EXIT_CODES.failed;
    }
  }
  const { startInOrder, startTogether } = await import('../combine-queries.ts');
  const { runQuery } = await import('../run-query.ts');
  const watching = pipelines.some(({ isBounded }) => !isBounded);
  const query = watching ? await startTogether(pipelines) : startInOrder(pipelines);
  return runQuery(query, { watching, json: args.json, quiet: args.quiet, exitCodeIfEmpty: emptyCode }, io);
}
