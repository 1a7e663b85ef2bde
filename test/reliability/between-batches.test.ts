import { expect, test } from '@jest/globals';
import { MODEL_TASKS, modelOutput, runOnModel } from '../tools/model-tasks.ts';
import { cutAt, freshDisk } from '../tools/power-cuts.ts';

/** Batches without data among them: one that was owed when the process died is run by the next. */
test.each(MODEL_TASKS)(
  '%s, killed after any batch, goes on with the batches of the uninterrupted run',
  async (task) => {
    const whole = freshDisk(task);
    await runOnModel(whole, task);
    const starts = [...whole.calls.keys()].filter((at) => {
      const { op, path } = whole.calls[at] as (typeof whole.calls)[number];
      return op === 'create' && path.includes('/offsets/');
    });
    expect(starts.length).toBeGreaterThanOrEqual(3);
    for (const at of starts) {
      const next = (await cutAt(freshDisk(task), task, at)).settled();
      await runOnModel(next, task);
      expect(modelOutput(next)).toEqual(modelOutput(whole));
    }
  },
);
