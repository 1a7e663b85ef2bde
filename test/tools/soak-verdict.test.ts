import { describe, expect, test } from '@jest/globals';
import { judge, type Sample } from './soak-verdict.ts';

/** Samples every 30 seconds over `hours`, of a process that is started anew every half hour. */
function samplesOf(hours: number, at: (seconds: number, ageSeconds: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: hours * 120 }, (_, i) => {
    const seconds = i * 30;
    const life = Math.floor(seconds / 1800);
    const ageSeconds = seconds % 1800;
    const noise = (i * 7) % 5;
    return {
      seconds,
      life,
      ageSeconds,
      rssMb: 80 + noise,
      descriptors: 22,
      checkpointKb: 500,
      ...at(seconds, ageSeconds),
    };
  });
}

describe('what a soak tells', () => {
  test('all is well', () => {
    expect(judge(samplesOf(4, () => ({})))).toMatchObject({
      memoryIsFlat: true,
      descriptorsAreConstant: true,
      checkpointIsBounded: true,
    });
  });

  test('memory that grows within each life is seen, though each begins anew', () => {
    const { memoryIsFlat, slopeMbPerHour } = judge(samplesOf(4, (_, age) => ({ rssMb: 80 + age / 60 })));
    expect(slopeMbPerHour).toBeCloseTo(60);
    expect(memoryIsFlat).toBe(false);
  });

  test('memory that is taken while warming up is no growth', () => {
    expect(judge(samplesOf(4, (_, age) => ({ rssMb: Math.min(100, 60 + age / 6) }))).memoryIsFlat).toBe(true);
  });

  test('a little over one hour is what V8 did not collect, over a day it is a leak', () => {
    const leak = (seconds: number) => ({ life: 0, ageSeconds: seconds, rssMb: 80 + seconds / 1200 });
    expect(judge(samplesOf(1, leak)).memoryIsFlat).toBe(true);
    expect(judge(samplesOf(24, leak)).memoryIsFlat).toBe(false);
  });

  test('descriptors that are not closed', () => {
    const { descriptorsAreConstant } = judge(
      samplesOf(2, (seconds) => ({ descriptors: 22 + Math.floor(seconds / 300) })),
    );
    expect(descriptorsAreConstant).toBe(false);
  });

  test('a checkpoint that grows with the files it has seen', () => {
    expect(judge(samplesOf(2, (seconds) => ({ checkpointKb: seconds }))).checkpointIsBounded).toBe(false);
    const upAndDown = samplesOf(2, (seconds) => ({ checkpointKb: 300 + (seconds % 900) }));
    expect(judge(upAndDown).checkpointIsBounded).toBe(true);
  });
});
