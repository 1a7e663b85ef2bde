import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';

/** Where the two tasks keep theirs. */
const CHECKPOINTS = 'checkpoints';

const OPTIONS = {
  checkpoint: {
    type: 'string',
    value: 'DIR',
    describe: `checkpoint to look at (default: each one in ${CHECKPOINTS}/)`,
  },
} as const;

export const status = defineCommand({
  name: 'status',
  describe: 'say how far a query is and what it waits for; also while it runs',
  positionals: [],
  options: OPTIONS,
  examples: [['$0 status --checkpoint checkpoints/task2', 'where task2 stands']],
  run,
});

async function run(args: Arguments<typeof OPTIONS>, io: CommandIo): Promise<number> {
  const { nodeDisk } = await import('../../fs/node-disk.ts');
  const { findCheckpoints, statusReport } = await import('../status-report.ts');
  const folders = args.checkpoint === undefined ? findCheckpoints(nodeDisk, CHECKPOINTS) : [args.checkpoint];
  for (const folder of folders) io.stdout.write(`${(await statusReport(nodeDisk, folder)).join('\n')}\n`);
  return EXIT_CODES.done;
}
