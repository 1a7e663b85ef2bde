import { join } from 'node:path';
import type { Task1Settings } from '../../src/pipelines/stream-settings.ts';
import { task1 } from '../../src/pipelines/task1.ts';
import { task2 } from '../../src/pipelines/task2.ts';
import type { Dice } from '../support/dice.ts';
import { priceOf } from './content.ts';
import { CHECKPOINT, type InputShape, OUT, type Pipeline, type RunSettings, type TriggerChoice } from './pipeline.ts';

const SCHEMA = join(import.meta.dirname, '..', '..', 'schemas', 'click-event.schema.json');
const WINDOW_MS = 10_000;

/** task1 and task2 as they are shipped. */
export function taskPipeline(dice: Dice): Pipeline {
  return dice.chance(0.5) ? flatten() : aggregate(dice.pick([null, null, 5000]));
}

export function flatten(): Pipeline {
  const input = { folder: '/model/in', format: 'json', columns: 'clicks' } as const;
  return {
    ...COMMON,
    ...{ name: 'task1', inputs: [input], outputFormat: 'csv' },
    query: () => ({ from: 'in', outputMode: 'append' }),
    outputRow: ({ ts, n }) => ({
      ...{ datetime: ts, clicks: n, impressions: 10, quantity: 2 },
      total_price: priceOf(n as number),
    }),
    start: (session, settings) =>
      task1({ ...streamSettings(input, settings), schema: SCHEMA, mode: 'reject' }, session),
  };
}

/** `slideMs` null: windows do not overlap. */
export function aggregate(slideMs: number | null): Pipeline {
  const input = { folder: '/model/in', format: 'csv', columns: 'clicks' } as const;
  return {
    ...COMMON,
    ...{ name: 'task2', inputs: [input], outputFormat: 'parquet' },
    query: ({ delayMs }) => ({
      ...{ from: 'in', outputMode: 'append', keys: [] },
      window: { kind: 'sliding', column: 'ts', durationMs: WINDOW_MS, slideMs: slideMs ?? WINDOW_MS },
      watermark: { column: 'ts', delayMs: delayMs as number },
    }),
    outputRow: ({ window_start, window_end, c, s }) => {
      const [count, sum] = [c as number, s as number];
      const price = count * priceOf(0) + sum / 4;
      return {
        ...{ window_start, window_end, events: count, clicks: sum, impressions: 10 * count, quantity: 2 * count },
        ...{ total_price: price, avg_price: price / count },
      };
    },
    start: (session, settings) =>
      task2(
        {
          ...streamSettings(input, settings),
          window: `${WINDOW_MS} milliseconds`,
          slide: slideMs === null ? null : `${slideMs} milliseconds`,
          watermark: `${settings.delayMs} milliseconds`,
          ...{ drain: settings.drain, console: false, parquetWriter: 'hyparquet-writer' },
        },
        session,
      ),
  };
}

const COMMON = { cleanSource: 'off', hasFilter: false, noDataBatches: true, watermarkPolicy: 'min' } as const;

function streamSettings(input: InputShape, { trigger, maxFilesPerTrigger, settleMs }: RunSettings) {
  return {
    ...{ in: input.folder, out: OUT, checkpoint: CHECKPOINT, timezone: 'UTC' },
    ...{ settleMs, maxFilesPerTrigger: maxFilesPerTrigger ?? 1000, poll: true, sparkManifest: false },
    trigger: taskTrigger(trigger),
  };
}

function taskTrigger(trigger: TriggerChoice): Task1Settings['trigger'] {
  if (trigger.kind === 'processingTime') return trigger;
  return { kind: trigger.kind === 'default' ? 'default' : 'availableNow' };
}
