import { type Arguments, defineCommand } from '../command.ts';
import { packageFile } from '../package-file.ts';
import type { StreamCommand } from '../stream-command.ts';
import { runStreamCommand } from '../stream-command.ts';
import { STREAM_OPTIONS, streamSettings } from '../stream-options.ts';

const OPTIONS = {
  in: { type: 'string', value: 'DIR', group: 'Folders', default: 'data/json_files', describe: 'folder of JSON files' },
  out: { type: 'string', value: 'DIR', group: 'Folders', default: 'data/csv_files', describe: 'folder for CSV files' },
  checkpoint: {
    type: 'string',
    value: 'DIR',
    group: 'Folders',
    default: 'checkpoints/task1',
    describe: 'folder that remembers what was done',
  },
  schema: {
    type: 'string',
    value: 'FILE',
    group: 'Data',
    describe:
      'JSON Schema of a record; gives the types of the columns (default: schemas/click-event.schema.json of this package)',
  },
  mode: {
    type: 'string',
    choices: ['reject', 'permissive', 'dropmalformed', 'failfast'],
    default: 'reject',
    group: 'Data',
    describe: "what to do with a record that does not fit: set it aside in _rejects/, or Spark's three ways",
  },
  'escape-formulas': {
    type: 'boolean',
    group: 'Data',
    describe: "put ' before texts that a spreadsheet would run (= + - @, tab or carriage return at their start)",
  },
  ...STREAM_OPTIONS,
} as const;

/** In the package, wherever the command is called from. */
const CLICK_EVENT_SCHEMA = packageFile('schemas/click-event.schema.json');

/** The options of `clickstream task1`, checked. */
export interface Task1Settings extends StreamCommand {
  readonly in: string;
  readonly schema: string;
  readonly mode: string;
  readonly escapeFormulas: boolean;
}

export const task1 = defineCommand({
  name: 'task1',
  describe: 'flatten nested JSON files to typed CSV files',
  positionals: [],
  options: OPTIONS,
  examples: [
    ['$0 task1', 'watch data/json_files for ever'],
    ['$0 task1 --once', 'process what is there and exit; the next call goes on from there'],
    [
      '$0 task1 --in in --out out --checkpoint state --mode failfast',
      'other folders, and no broken record is accepted',
    ],
  ],
  run: (args, io) => {
    const settings = task1Settings(args);
    return runStreamCommand(
      settings,
      async () => {
        const { task1: startTask1 } = await import('../../pipelines/task1.ts');
        return startTask1(settings);
      },
      io,
    );
  },
});

/** @throws ClickstreamError USAGE */
export function task1Settings(args: Arguments<typeof OPTIONS>): Task1Settings {
  return {
    ...streamSettings(args),
    in: args.in,
    out: args.out,
    checkpoint: args.checkpoint,
    schema: args.schema ?? CLICK_EVENT_SCHEMA,
    mode: args.mode,
    escapeFormulas: args['escape-formulas'],
  };
}
