import { resolve } from 'node:path';
import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';

export const checkpoint = defineCommand({
  name: 'checkpoint',
  describe: 'show what a checkpoint holds, or verify it and whether a pipeline may go on with it',
  positionals: [
    { name: 'action', describe: 'what to do', choices: ['show', 'verify'], required: true },
    { name: 'dir', describe: 'the checkpoint', required: true },
    { name: 'file', describe: 'verify: a pipeline file (YAML) that is to go on with it' },
  ],
  options: {},
  examples: [
    ['$0 checkpoint show checkpoints/task2', 'logs, watermark, open windows, state'],
    [
      '$0 checkpoint verify checkpoints/clicks clicks.pipeline.yaml',
      'whether the changed file may go on, and if not, what changed',
    ],
  ],
  run,
});

async function run(args: Arguments<Record<never, never>>, io: CommandIo): Promise<number> {
  const { nodeDisk } = await import('../../fs/node-disk.ts');
  const { checkpointReport, verifyLogs } = await import('../checkpoint-report.ts');
  const { action, dir, file } = args.positionals as { action: string; dir: string; file?: string };
  if (action === 'show') {
    io.stdout.write(`${checkpointReport(nodeDisk, dir).join('\n')}\n`);
    return EXIT_CODES.done;
  }
  io.stdout.write(`ok    ${verifyLogs(nodeDisk, dir)}\n`);
  if (file === undefined) return EXIT_CODES.done;
  const { verifyContinues } = await import('../../pipeline/file/continues.ts');
  const operators = await verifyContinues(resolve(dir), file, { environment: io.env });
  for (const { operatorName, numRowsTotal } of operators) {
    io.stdout.write(`ok    ${operatorName}: its state is whole, ${numRowsTotal.toLocaleString('en')} rows\n`);
  }
  io.stdout.write(`ok    ${file} may go on with ${dir}\n`);
  return EXIT_CODES.done;
}
