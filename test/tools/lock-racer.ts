/** A process of `test/reliability/lock-races.test.ts`: takes a folder when it is told to, says how that went, and gives it free when it is told to. */
import { acquireLock, type Lock } from '../../src/fs/lock.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';

let lock: Lock | null = null;

process.on('message', async (dir: string | null) => {
  if (dir === null) {
    lock?.release();
    lock = null;
    process.send?.('released');
    return;
  }
  try {
    lock = await acquireLock(nodeDisk, dir, 'a racer');
    process.send?.('taken');
  } catch (error) {
    process.send?.((error as { code?: string }).code ?? String(error));
  }
});
