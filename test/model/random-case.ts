import type { Random } from '../../src/generate/random.ts';
import type { Aggregate, Case, Conf, Query, Step } from '../conformance/case.ts';
import { Dice } from '../support/dice.ts';
import type { ModelRow } from './model-query.ts';

const AGGREGATES: readonly Aggregate[] = [
  { fn: 'count', arg: '*', as: 'c' },
  { fn: 'sum', arg: 'n', as: 's' },
  { fn: 'min', arg: 'n', as: 'lo' },
  { fn: 'max', arg: 'n', as: 'hi' },
];

/** A random query with random rows, late ones and nulls among them, and random restarts; it holds no checks. */
export function randomCase(id: string, random: Random): Case {
  const dice = new Dice(random);
  const inputs = dice.chance(0.2) ? ['a', 'b'] : ['in'];
  const query = randomQuery(dice, inputs);
  const conf: Conf = {
    ...(dice.chance(0.15) ? { noDataBatches: false } : {}),
    ...(dice.chance(0.1) ? { minBatchesToRetain: dice.between(1, 2) } : {}),
    ...(inputs.length > 1 && dice.chance(0.5) ? { watermarkPolicy: 'max' } : {}),
  };
  const schema = { ts: 'timestamp', k: 'string', n: 'long' };
  return {
    id,
    conf,
    inputs: Object.fromEntries(inputs.map((input) => [input, { kind: 'memory', schema } as const])),
    query,
    steps: randomSteps(dice, inputs),
  };
}

/** A random query over inputs of `ts`, `k` and `n`. */
export function randomQuery(dice: Dice, inputs: readonly string[]): Query {
  const from = inputs.length === 1 ? (inputs[0] as string) : inputs;
  const watermark = { column: 'ts', delayMs: dice.pick([0, 1000, 5000, 10_000]) };
  const filter = randomFilter(dice);
  const base = { from, ...(filter === undefined ? {} : { filter }) };
  const marked = { ...base, watermark };
  const maybeMarked = dice.chance(0.6) ? marked : base;
  switch (
    dice.pick([
      'map',
      'dedup',
      'within',
      'limit',
      'keys',
      'time',
      'window',
      'window',
      'window',
      'dedupWindow',
      'session',
      'session',
    ])
  ) {
    case 'map':
      return { ...maybeMarked, outputMode: dice.pick(['append', 'update']) };
    case 'dedup':
      return { ...maybeMarked, dedup: randomDedup(dice), outputMode: dice.pick(['append', 'update']) };
    case 'within':
      return {
        ...marked,
        dedup: { kind: 'withinWatermark', columns: dice.pick([['k'], ['k', 'n'], null]) },
        outputMode: 'append',
      };
    case 'limit':
      return { ...maybeMarked, limit: dice.between(0, 8), outputMode: 'append' };
    case 'keys':
      return {
        ...maybeMarked,
        ...grouped(dice.pick([[], ['k'], ['k', 'n']])),
        outputMode: dice.pick(['update', 'complete']),
      };
    case 'time':
      return {
        ...marked,
        ...grouped(dice.pick([['ts'], ['k', 'ts']])),
        outputMode: dice.pick(['append', 'update', 'complete']),
      };
    case 'dedupWindow':
      return { ...windowed(dice, marked, base), dedup: randomDedup(dice) };
    case 'session':
      return {
        ...marked,
        ...grouped(['k']),
        window: { kind: 'session', column: 'ts', gapMs: dice.pick([1, 1000, 1000, 5000]) },
        outputMode: dice.pick(['append', 'append', 'complete']),
      };
    default:
      return windowed(dice, marked, base);
  }
}

function windowed(dice: Dice, marked: Omit<Query, 'outputMode'>, base: Omit<Query, 'outputMode'>): Query {
  const outputMode = dice.pick(['append', 'append', 'update', 'complete'] as const);
  const durationMs = dice.pick([1000, 5000, 10_000]);
  const window = dice.chance(0.5)
    ? ({ kind: 'tumbling', column: 'ts', durationMs, offsetMs: dice.pick([0, 0, 300, -700]) } as const)
    : ({
        kind: 'sliding',
        column: 'ts',
        durationMs,
        slideMs: dice.pick([durationMs, durationMs / 2, 700, 300]),
      } as const);
  const from = outputMode !== 'append' && dice.chance(0.3) ? base : marked;
  return { ...from, window, ...grouped(dice.pick([[], ['k'], ['k', 'n']])), outputMode };
}

function grouped(keys: readonly string[]): Pick<Query, 'keys' | 'aggregates'> {
  return { keys, aggregates: AGGREGATES };
}

function randomDedup(dice: Dice): NonNullable<Query['dedup']> {
  return { kind: 'global', columns: dice.pick([['k'], ['k', 'ts'], ['ts'], null]) };
}

/** None, or a condition on the number, the time or both. */
export function randomFilter(dice: Dice): unknown {
  const byValue = ['<', { col: 'n' }, dice.between(0, 5)];
  const byTime = ['<', { col: 'ts' }, dice.between(10, 60) * 1000];
  return dice.pick([undefined, undefined, undefined, byValue, byTime, ['and', byTime, byValue]]);
}

function randomSteps(dice: Dice, inputs: readonly string[]): Step[] {
  const steps: Step[] = [{ start: {} }];
  // The time goes on; rows lie around it, some far behind.
  let nowMs = dice.pick([0, 0, 20_000]);
  for (let round = dice.between(1, 4); round > 0; round--) {
    for (let call = dice.pick([0, 1, 1, 1, 2]); call > 0; call--) {
      nowMs += dice.pick([0, 1000, 5000, 20_000]);
      const rows = Array.from({ length: dice.pick([0, 1, 2, 3, 6]) }, () => randomRow(dice, nowMs));
      steps.push({ addData: { input: dice.pick(inputs), rows } });
    }
    steps.push(dice.chance(0.7) ? { processAllAvailable: {} } : { processBatch: {} });
    if (dice.chance(0.25)) steps.push({ crash: { loseCommits: dice.pick([0, 0, 1, 1, 2]) } }, { start: {} });
  }
  return [...steps, { processAllAvailable: {} }];
}

/** A row with its time near `nowMs`, or behind it. */
export function randomRow(dice: Dice, nowMs: number): ModelRow {
  const backMs = dice.pick([0, 0, 300, 1000, 4999, 5000, 5001, 20_000]);
  return {
    ts: dice.chance(0.05) ? null : nowMs + dice.pick([0, 0, 0, 1, 1000]) - backMs,
    k: dice.pick(['x', 'x', 'y', 'z', null]),
    n: dice.chance(0.1) ? null : dice.between(-2, 6),
  };
}
