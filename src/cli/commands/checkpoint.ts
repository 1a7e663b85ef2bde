import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES, usageError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { countOption } from '../option-values.ts';

const OPTIONS = {
  json: { type: 'boolean', describe: 'doctor: print one JSON object per finding' },
  'to-batch': { type: 'number', value: 'N', describe: 'rewind: the batch to go back to the end of' },
  'effects-undone': {
    type: 'boolean',
    describe: 'rewind: what a function (foreach, foreachBatch) did with later batches is undone, or may be done twice',
  },
  yes: { type: 'boolean', alias: 'y', describe: 'rewind: do not ask before output is deleted' },
} as const;

type Args = Arguments<typeof OPTIONS>;

interface Action {
  /** What the third word is; null where there is none. */
  readonly operand: { readonly name: string; readonly required: boolean } | null;
  readonly options: readonly (keyof typeof OPTIONS)[];
  run(dir: string, operand: string | null, args: Args, io: CommandIo): Promise<number>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  show: {
    operand: null,
    options: [],
    async run(dir, _operand, _args, io) {
      const { nodeDisk } = await import('../../fs/node-disk.ts');
      const { checkpointReport } = await import('../checkpoint/show.ts');
      io.stdout.write(`${(await checkpointReport(nodeDisk, dir)).join('\n')}\n`);
      return EXIT_CODES.done;
    },
  },
  doctor: {
    operand: { name: 'a pipeline file', required: false },
    options: ['json'],
    run: async (dir, file, { json }, io) => (await import('../checkpoint/doctor.ts')).doctor(dir, file, json, io),
  },
  quarantine: {
    operand: { name: 'the input file', required: true },
    options: [],
    run: async (dir, file, _args, io) => (await import('../checkpoint/mend.ts')).setAside(dir, file as string, io),
  },
  retry: {
    operand: null,
    options: [],
    run: async (dir, _operand, _args, io) => (await import('../checkpoint/mend.ts')).retry(dir, io),
  },
  rewind: {
    operand: null,
    options: ['to-batch', 'effects-undone', 'yes'],
    async run(dir, _operand, args, io) {
      if (args['to-batch'] === undefined)
        throw usageError('checkpoint rewind needs --to-batch N, the batch to go back to the end of.');
      const toBatch = countOption('to-batch', args['to-batch'], 0);
      const { rewind } = await import('../checkpoint/rewind.ts');
      return rewind(dir, { toBatch, yes: args.yes, effectsUndone: args['effects-undone'] }, io);
    },
  },
  fork: {
    operand: { name: 'the folder of the copy', required: true },
    options: [],
    run: async (dir, newDir, _args, io) => (await import('../checkpoint/mend.ts')).fork(dir, newDir as string, io),
  },
};

export const checkpoint = defineCommand({
  name: 'checkpoint',
  describe: 'look at a checkpoint, find out what is wrong with it, and mend it',
  positionals: [
    { name: 'action', describe: 'what to do', choices: Object.keys(ACTIONS), required: true },
    { name: 'dir', describe: 'the checkpoint', required: true },
    {
      name: 'operand',
      describe:
        'doctor: a pipeline file (YAML) that is to go on with it; quarantine: the input file to leave out; fork: the folder of the copy',
    },
  ],
  options: OPTIONS,
  examples: [
    ['$0 checkpoint show checkpoints/task2', 'logs, watermark, open windows, state'],
    ['$0 checkpoint doctor checkpoints/task2', 'read every file of it; exit 1 if there is a problem, and what to do'],
    [
      '$0 checkpoint doctor checkpoints/clicks clicks.pipeline.yaml',
      'also whether the changed file may go on, and if not, what changed',
    ],
    [
      '$0 checkpoint quarantine checkpoints/task1 data/json_files/bad.json',
      'leave a file out of the batch that crashes with it',
    ],
    ['$0 checkpoint retry checkpoints/task1', 'run a batch that crashed three times again, all of it'],
    ['$0 checkpoint rewind checkpoints/task1 --to-batch 41', 'take back all batches after 41, with their output'],
    ['$0 checkpoint fork checkpoints/task1 checkpoints/trial', 'a copy that goes on with an output folder of its own'],
  ],
  run,
});

async function run(args: Args, io: CommandIo): Promise<number> {
  const { action: name, dir, operand = null } = args.positionals as { action: string; dir: string; operand?: string };
  const action = ACTIONS[name] as Action;
  check(name, action, operand, args);
  return await action.run(dir, operand, args, io);
}

function check(name: string, { operand, options }: Action, given: string | null, args: Args): void {
  if (operand?.required && given === null) {
    throw usageError(
      `checkpoint ${name} needs ${operand.name}, too: clickstream checkpoint ${name} DIR ${name === 'fork' ? 'NEWDIR' : 'FILE'}.`,
    );
  }
  if (operand === null && given !== null)
    throw usageError(`checkpoint ${name} takes the checkpoint alone; "${given}" is one word too many.`);
  for (const option of Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]) {
    if (args[option] && !options.includes(option)) throw usageError(`--${option} is not for checkpoint ${name}.`);
  }
}
