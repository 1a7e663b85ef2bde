import { resolve } from 'node:path';
import { EXIT_CODES } from './exit-codes.ts';
import { startFresh } from './fresh.ts';
import type { CommandIo } from './io.ts';
import { type RunningQuery, runQuery } from './run-query.ts';
import type { StreamSettings } from './stream-options.ts';

/** What a command that runs one query needs to know about it before it starts. */
export interface StreamCommand extends StreamSettings {
  readonly checkpoint: string;
  readonly out: string;
}

/** Runs one query for a command: `--fresh` first, then to its end. Resolves to the exit code. */
export async function runStreamCommand(
  command: StreamCommand,
  start: () => Promise<RunningQuery>,
  io: CommandIo,
): Promise<number> {
  if (command.fresh) {
    const { nodeDisk } = await import('../fs/node-disk.ts');
    const target = { checkpoint: resolve(command.checkpoint), outputs: [resolve(command.out)] };
    if (!(await startFresh(nodeDisk, target, command.yes, io))) {
      io.stderr.write('nothing was deleted, nothing was run\n');
      return EXIT_CODES.failed;
    }
  }
  return runQuery(await start(), { ...command, watching: command.trigger.kind !== 'availableNow' }, io);
}
