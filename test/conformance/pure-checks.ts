import { cellAt, vectorOf } from '../../src/batch.ts';
import { assignWindows } from '../../src/engine/operators/window.ts';
import { ClickstreamError, createSession, memoryStream } from '../../src/index.ts';
import { watermarkDelayMs } from '../../src/plan/windows.ts';
import { TIMESTAMP } from '../../src/schema.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settled } from '../support/settled.ts';
import type { Row, Window } from './case.ts';
import type { Outcome } from './checks.ts';
import type { Driver } from './driver.ts';
import { ms } from './query.ts';
import { canonical, compareRows, fromEngine, schemaOf } from './rows.ts';
import { SPARK_DEFAULTS } from './spark-defaults.ts';

type PureCheck = (driver: Driver, argument: never) => Outcome | Promise<Outcome>;

/** Checks that need no running query. */
export const PURE_CHECKS: Readonly<Record<string, PureCheck>> = {
  checkWindows: (_driver, { window, tsMs, expect }: { window: Window; tsMs: number; expect: number[][] }) => {
    const durationMs = window.durationMs as number;
    const spec = {
      durationMicros: durationMs * 1000,
      slideMicros: (window.slideMs ?? durationMs) * 1000,
      startMicros: (window.offsetMs ?? 0) * 1000,
    };
    const { windows } = assignWindows(vectorOf(TIMESTAMP, [tsMs * 1000]), spec);
    const found = Array.from({ length: windows.length }, (_, i) =>
      (cellAt(windows, i) as readonly number[]).map((micros) => micros / 1000),
    );
    return sameWindows(expect, found);
  },
  checkTriggerTimes,
  checkDelay: (_driver, { text, ms: expected }: { text: string; ms: number }) => {
    const found = watermarkDelayMs(text);
    return found === expected ? null : `expected ${expected}, found ${found}`;
  },
  checkParse,
};

function sameWindows(expected: readonly number[][], found: readonly number[][]): Outcome {
  const text = (windows: readonly number[][]) => canonical(windows.map(canonical).sort());
  return text(expected) === text(found) ? null : `expected ${text(expected)}, found ${text(found)}`;
}

interface TriggerTimes {
  readonly intervalMs: number;
  readonly startMs: number;
  readonly batchDurationsMs: readonly number[];
  readonly expect: readonly number[];
}

/** Runs a query whose batches take as long as the case says, on a clock that moves by hand. */
async function checkTriggerTimes(_driver: Driver, times: TriggerTimes): Promise<Outcome> {
  const clock = new ManualClock(times.startMs);
  const stream = memoryStream(schemaOf({ value: 'long' }));
  const found: number[] = [];
  stream.addData([{ value: 0 }]);
  const query = await createSession({ clock })
    .readStream.memory(stream)
    .writeStream.trigger({ processingTime: ms(times.intervalMs) })
    .foreachBatch(() => {
      found.push(clock.nowMs());
      clock.advance(times.batchDurationsMs[found.length - 1] ?? 0);
      stream.addData([{ value: found.length }]);
    })
    .start();
  while (found.length < times.expect.length && query.isActive) {
    await settled(query);
    clock.advance(clock.nextWakeMs - clock.nowMs());
  }
  await query.stop();
  const first = found.slice(0, times.expect.length);
  return canonical(first) === canonical(times.expect)
    ? null
    : `expected ${canonical(times.expect)}, found ${canonical(first)}`;
}

interface Parse {
  readonly format: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly schema: Readonly<Record<string, string>>;
  readonly content: string;
  readonly expect?: readonly Row[];
  readonly error?: string;
}

async function checkParse(
  driver: Driver,
  { format, options, schema, content, expect, error }: Parse,
): Promise<Outcome> {
  const path = driver.workspace.writeScratch(`content.${format}`, content);
  try {
    const table = driver.session.read
      .format(format)
      .schema(schemaOf(schema))
      .options({ ...SPARK_DEFAULTS[format], ...options })
      .load(path);
    const rows: Row[] = [];
    for await (const batch of table.batches()) rows.push(...fromEngine(batch));
    return error === undefined ? compareRows(expect ?? [], rows, true) : `expected ${error}, found ${canonical(rows)}`;
  } catch (failure) {
    if (error === undefined || !(failure instanceof ClickstreamError)) throw failure;
    return failure.code === error ? null : `expected ${error}, found ${failure.code}: ${failure.message}`;
  }
}
