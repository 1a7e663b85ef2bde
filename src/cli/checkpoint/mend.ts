import { resolve } from 'node:path';
import { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { forkCheckpoint } from '../../pipeline/care/fork.ts';
import { quarantine } from '../../pipeline/care/quarantine.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { requireCheckpoint } from './require-checkpoint.ts';

/** Leaves a file out of the batch that is to be run again. Errors: NO_CHECKPOINT, CHECKPOINT_IN_USE and those of `quarantine`. */
export async function setAside(dir: string, file: string, io: CommandIo): Promise<number> {
  return await withCheckpoint(dir, 'quarantine', io, (checkpoint) => {
    const { batchId, path, already } = quarantine(nodeDisk, io.clock, checkpoint, file);
    io.stdout.write(
      already
        ? `${path} is set aside already: batch ${batchId} runs without it\n`
        : `${path} is set aside: batch ${batchId} runs without it at the next start, and it is not taken again. The file stays where it is; mended, it wants a new name.\n`,
    );
  });
}

/** Lets a batch run again that crashed too often. Errors: NO_CHECKPOINT, CHECKPOINT_IN_USE. */
export async function retry(dir: string, io: CommandIo): Promise<number> {
  return await withCheckpoint(dir, 'retry', io, ({ attempts, offsets }) => {
    const { crashed } = attempts;
    attempts.clear();
    io.stdout.write(
      crashed === 0
        ? 'no batch has crashed; nothing was changed\n'
        : `batch ${offsets.newest} is run again at the next start; its ${crashed} crashed attempts are forgotten\n`,
    );
  });
}

/** Copies a checkpoint for another query. Errors: NO_CHECKPOINT, CHECKPOINT_IN_USE and those of `forkCheckpoint`. */
export async function fork(dir: string, newDir: string, io: CommandIo): Promise<number> {
  return await withCheckpoint(dir, 'fork', io, (checkpoint) => {
    const { queryId, afterBatch } = forkCheckpoint(nodeDisk, checkpoint, resolve(newDir));
    const from = afterBatch < 0 ? 'from the beginning' : `after batch ${afterBatch}`;
    io.stdout.write(`${newDir} is query ${queryId}, and goes on ${from}; give it an output folder of its own\n`);
  });
}

async function withCheckpoint(
  dir: string,
  action: string,
  io: CommandIo,
  work: (checkpoint: Checkpoint) => void,
): Promise<number> {
  requireCheckpoint(nodeDisk, dir);
  const holder = `clickstream checkpoint ${action}`;
  const checkpoint = await Checkpoint.open(nodeDisk, resolve(dir), { clock: io.clock, holder });
  try {
    work(checkpoint);
  } finally {
    checkpoint.close();
  }
  return EXIT_CODES.done;
}
