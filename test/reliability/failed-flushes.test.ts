import { describe, expect, test } from '@jest/globals';
import { errnoError } from '../support/model-disk.ts';
import { MODEL_TASKS, modelOutput, runOnModel } from '../tools/model-tasks.ts';
import { freshDisk } from '../tools/power-cuts.ts';

/**
 * A flush that fails may have lost what it was to keep, and a second one says that all is well. So the run ends at the first, the file is
 * never flushed again, and the batch is redone from the log: also when the power goes then, and takes with it what was not safe.
 */
describe('a flush that fails', () => {
  test.each(MODEL_TASKS)('ends %s, and costs nothing', async (task) => {
    const whole = freshDisk(task);
    await runOnModel(whole, task);
    const flushes = whole.calls.filter(({ op }) => op === 'fsync' || op === 'fsyncDirectory').length;
    for (let failing = 0; failing < flushes; failing++) {
      const disk = freshDisk(task);
      let flush = 0;
      let failed = '';
      disk.beforeCall = (op, path) => {
        if ((op !== 'fsync' && op !== 'fsyncDirectory') || flush++ !== failing) return;
        failed = path;
        throw errnoError('EIO', op, path);
      };
      await expect(runOnModel(disk, task)).rejects.toMatchObject({ code: 'FSYNC_FAILED', category: 'io' });
      expect(disk.flushedAgain).toEqual([]);
      // Nothing is written after it but the end of the lock and what was unfinished.
      const after = disk.calls.slice(
        disk.calls.findLastIndex(({ op, path }) => op.startsWith('fsync') && path === failed),
      );
      expect(after.filter(({ op }) => ['create', 'write', 'link', 'rename', 'mkdir'].includes(op))).toEqual([]);
      const next = disk.crash();
      await runOnModel(next, task);
      expect(modelOutput(next)).toEqual(modelOutput(whole));
    }
    expect(flushes).toBeGreaterThan(15);
  });
});
