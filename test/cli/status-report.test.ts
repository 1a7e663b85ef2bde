import { describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { findCheckpoints, statusReport } from '../../src/cli/status-report.ts';
import { systemLockHost } from '../../src/fs/lock-host.ts';
import { ModelDisk } from '../support/model-disk.ts';

const ID = '11111111-2222-3333-4444-555555555555';
const WATERMARK_MS = Date.parse('2026-01-01T00:00:30Z');

/** The report while the checkpoint's owner, another process, lives or is dead. */
function report(disk: ModelDisk, isAlive = true): Promise<string[]> {
  const host = { ...systemLockHost, pid: -1, isRunning: () => isAlive, processStart: () => null };
  return statusReport(disk, '/checkpoints/task2', host);
}

async function openCheckpoint(disk: ModelDisk): Promise<Checkpoint> {
  return Checkpoint.open(disk, '/checkpoints/task2', { id: ID });
}

function logBatch(checkpoint: Checkpoint, batchId: number): void {
  checkpoint.offsets.add(batchId, {
    batchId,
    batchWatermarkMs: 0,
    batchTimestampMs: WATERMARK_MS,
    conf: {},
    sources: [],
  });
}

function commitBatch(checkpoint: Checkpoint, batchId: number, nextBatchWatermarkMs: number): void {
  checkpoint.commits.add(batchId, { batchId, nextBatchWatermarkMs, owesNoDataBatch: false });
}

describe('statusReport', () => {
  test('a query that has not run a batch yet', async () => {
    const disk = new ModelDisk();
    const checkpoint = await openCheckpoint(disk);
    expect(await report(disk)).toEqual([
      '/checkpoints/task2',
      `  query      ${ID}`,
      expect.stringMatching(/^ {2}in use {5}by a query, process \d+ on .*, since 2/),
      '  batches    0 batches committed',
    ]);
    checkpoint.close();
  });

  test('says what is committed, what is pending and the watermark, while the query runs', async () => {
    const disk = new ModelDisk();
    const checkpoint = await openCheckpoint(disk);
    logBatch(checkpoint, 0);
    commitBatch(checkpoint, 0, WATERMARK_MS);
    logBatch(checkpoint, 1);
    expect((await report(disk)).slice(3)).toEqual([
      '  batches    1 batch committed',
      '  pending    batch 1 is logged, not committed: it runs now',
      '  watermark  2026-01-01T00:00:30.000Z',
    ]);
    checkpoint.close();
  });

  test('says that the last run was killed, and, once it ended in peace, nothing of it', async () => {
    const disk = new ModelDisk();
    const checkpoint = await openCheckpoint(disk);
    logBatch(checkpoint, 0);
    const [pending] = (await report(disk, false)).slice(-1);
    expect((await report(disk, false))[2]).toMatch(
      /^ {2}in use {5}no more: a query, .*, was killed, or the power went/,
    );
    expect(pending).toBe('  pending    batch 0 is logged, not committed: it runs again at the next start');
    checkpoint.close();
    expect((await report(disk)).slice(2)).toEqual(['  batches    0 batches committed', pending]);
  });

  test('warns of a watermark that is far ahead', async () => {
    const disk = new ModelDisk();
    const checkpoint = await openCheckpoint(disk);
    logBatch(checkpoint, 0);
    commitBatch(checkpoint, 0, WATERMARK_MS + 40 * 86_400_000);
    expect((await report(disk)).slice(4)).toEqual([
      '  watermark  2026-02-10T00:00:30.000Z',
      expect.stringMatching(
        /^ {2}warning {4}2026-02-10T00:00:30\.000Z is 40 days past .* late from now on.*--max-future-skew/,
      ),
    ]);
    checkpoint.close();
  });

  test('open windows: how many, and what closes the first', async () => {
    const disk = new ModelDisk();
    const checkpoint = await openCheckpoint(disk);
    logBatch(checkpoint, 0);
    const closes = { nextCloseMicros: (WATERMARK_MS + 10_000) * 1000, lastCloseMicros: (WATERMARK_MS + 20_000) * 1000 };
    checkpoint.commits.add(0, {
      batchId: 0,
      nextBatchWatermarkMs: WATERMARK_MS,
      operators: [{ openWindows: 2, ...closes }],
    });
    expect((await report(disk)).slice(5)).toEqual([
      '  windows    2 windows are open; the first ends at 2026-01-01T00:00:40.000Z, the last at 2026-01-01T00:00:50.000Z.',
      '             The watermark is 2026-01-01T00:00:30.000Z; a window comes out when the watermark reaches its end.',
      expect.stringContaining('An event at 2026-01-01T00:00:40.000Z plus the delay of the watermark'),
    ]);
    checkpoint.close();
  });

  test('a folder without one is an error that says so', async () => {
    await expect(statusReport(new ModelDisk(), '/none')).rejects.toThrow('there is no checkpoint in /none');
    expect(() => findCheckpoints(new ModelDisk(), '/none')).toThrow('there is no checkpoint in /none/');
  });

  test('finds the checkpoints in a folder', async () => {
    const disk = new ModelDisk();
    (await openCheckpoint(disk)).close();
    disk.mkdir('/checkpoints/empty');
    expect(findCheckpoints(disk, '/checkpoints')).toEqual(['/checkpoints/task2']);
  });
});
