import { resolve } from 'node:path';
import { acquireLock } from '../../fs/lock.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { applyRewind } from '../../pipeline/care/rewind.ts';
import { planRewind } from '../../pipeline/care/rewind-plan.ts';
import { confirmDeletion } from '../confirm.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { plural } from '../table.ts';
import { requireCheckpoint } from './require-checkpoint.ts';

export interface RewindOptions {
  readonly toBatch: number;
  readonly yes: boolean;
  readonly effectsUndone: boolean;
}

/** Takes a checkpoint back, after asking. Errors: NO_CHECKPOINT, CHECKPOINT_IN_USE, USAGE and those of `planRewind`. */
export async function rewind(folder: string, options: RewindOptions, io: CommandIo): Promise<number> {
  requireCheckpoint(nodeDisk, folder);
  const dir = resolve(folder);
  const { toBatch } = options;
  const lock = await acquireLock(nodeDisk, dir, 'clickstream checkpoint rewind', { clock: io.clock });
  try {
    const plan = await planRewind(nodeDisk, dir, toBatch, options.effectsUndone);
    const count = plan.fromBatch - toBatch;
    if (count <= 0 && plan.files.length === 0 && !plan.isResumed) {
      io.stdout.write(`batch ${toBatch} is the newest; nothing was changed\n`);
      return EXIT_CODES.done;
    }
    const who = `rewind to batch ${toBatch}`;
    if (plan.files.length > 0 && !(await confirmDeletion(who, plan.files, options.yes, io))) {
      io.stderr.write('nothing was changed\n');
      return EXIT_CODES.failed;
    }
    applyRewind(nodeDisk, plan);
    io.stdout.write(
      `taken back to batch ${toBatch}: ${plural(Math.max(0, count), 'batch', 'batches')} and ${plural(plan.files.length, 'file')} of output are gone, ` +
        `${plural(plan.inputs.length, 'input file')} will be read again\n`,
    );
  } finally {
    lock.release();
  }
  return EXIT_CODES.done;
}
