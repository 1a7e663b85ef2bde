import { describe, expect, test } from '@jest/globals';
import { MODEL_TASKS, modelLeftovers, modelOutput, runOnModel } from '../tools/model-tasks.ts';
import { freshDisk } from '../tools/power-cuts.ts';

/** Room for so many bytes more than before is tried next. */
const STEP_BYTES = 101;

describe('a disk that is full', () => {
  test.each(MODEL_TASKS)('%s stops in words and goes on when there is room, wherever it was', async (task) => {
    const whole = freshDisk(task);
    await runOnModel(whole, task);
    const golden = modelOutput(whole);
    const [least, most] = [freshDisk(task).bytesUsed(), whole.bytesUsed()];
    let stops = 0;
    for (let room = 0; room < most; room += STEP_BYTES) {
      const disk = freshDisk(task);
      disk.capacityBytes = least + room;
      try {
        await runOnModel(disk, task);
      } catch (error) {
        stops++;
        expect(error).toMatchObject({ code: 'DISK_FULL', category: 'io' });
      }
      const next = disk.nextProcess();
      next.capacityBytes = Number.POSITIVE_INFINITY;
      await runOnModel(next, task);
      expect(modelOutput(next)).toEqual(golden);
      expect(modelLeftovers(next)).toEqual([]);
    }
    expect(stops).toBeGreaterThan(10);
  });
});
