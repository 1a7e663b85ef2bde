import type { Disk } from '../../src/fs/disk.ts';
import { createRandom } from '../../src/generate/random.ts';
import type { Watermark } from '../conformance/case.ts';
import { randomFilter } from '../model/random-case.ts';
import { Dice } from '../support/dice.ts';
import { type Content, randomContent } from './content.ts';
import type { InputShape, Pipeline, RunSettings, TriggerChoice } from './pipeline.ts';
import type { Fate } from './process.ts';
import type { Delivery } from './producer.ts';
import { queryPipeline } from './query-pipeline.ts';
import { taskPipeline } from './task-pipelines.ts';
import type { WallClockFault } from './time.ts';

/** One process of the query: under which settings, and what befalls it. */
export interface PlannedProcess {
  readonly settings: RunSettings;
  readonly fate: Fate;
  /** What passes before the next one. */
  readonly pauseMs: number;
}

/** Everything that is going to happen, as a seed tells. */
export interface Scenario {
  readonly seed: number;
  readonly pipeline: Pipeline;
  readonly deliveries: readonly Delivery[];
  readonly processes: readonly PlannedProcess[];
  /** Wall-clock time at the start, and what becomes of the clock. */
  readonly startMs: number;
  readonly clockFaults: readonly { readonly atMs: number; readonly fault: WallClockFault }[];
  /** Input files have times of a machine of their own; else those of the clock that may go wrong. */
  readonly ownFileTimes: boolean;
  readonly hasLinks: boolean;
  /** Writes take at most this many bytes. */
  readonly writeBytes: number;
}

const HORIZON_MS = 20_000;
const START_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 3652 * 24 * HOUR_MS;
/** What clocks do. Jumps are whole ticks of every trigger here, so that they move none. */
export const CLOCK_FAULTS = {
  back: { kind: 'jump', byMs: -HOUR_MS },
  ahead: { kind: 'jump', byMs: TEN_YEARS_MS },
  freeze: { kind: 'freeze' },
  thaw: { kind: 'thaw' },
} as const satisfies Record<string, WallClockFault>;

export function randomScenario(seed: number): Scenario {
  const dice = new Dice(createRandom(seed));
  const pipeline = dice.chance(0.4) ? taskPipeline(dice) : queryPipeline(dice);
  const settings = randomSettings(dice, pipeline);
  return {
    ...{ seed, pipeline, startMs: START_MS },
    deliveries: pipeline.inputs.flatMap((input) => randomDeliveries(dice, input, pipeline)),
    processes: randomProcesses(dice, pipeline, settings),
    clockFaults: Array.from({ length: dice.pick([0, 0, 1, 2]) }, () => ({
      atMs: dice.between(0, HORIZON_MS),
      fault: dice.pick(Object.values(CLOCK_FAULTS)),
    })),
    ownFileTimes: dice.chance(0.5),
    hasLinks: !dice.chance(0.1),
    writeBytes: dice.pick([1, 7, 100, 1_000_000, 1_000_000, 1_000_000]),
  };
}

function randomSettings(dice: Dice, pipeline: Pipeline): RunSettings {
  const settings: RunSettings = {
    trigger: { kind: 'default' },
    maxFilesPerTrigger: dice.pick([1, 1, 2, 3, null]),
    settleMs: dice.pick([0, 200, 500]),
    latestFirst: dice.chance(0.1),
    drain: dice.chance(0.3),
    delayMs: dice.pick([0, 1000, 5000, 10_000]),
    filter: undefined,
  };
  const watermark = pipeline.query(settings).watermark as Watermark | undefined;
  return {
    ...settings,
    delayMs: watermark === undefined ? null : settings.delayMs,
    filter: pipeline.hasFilter ? randomFilter(dice) : undefined,
  };
}

/** The next run's settings: mostly the same but for the trigger. */
function changedSettings(dice: Dice, pipeline: Pipeline, settings: RunSettings): RunSettings {
  const fresh = randomSettings(dice, pipeline);
  const maybe = <K extends keyof RunSettings>(name: K, chance: number) =>
    dice.chance(chance) ? { [name]: fresh[name] } : {};
  return {
    ...settings,
    ...maybe('maxFilesPerTrigger', 0.2),
    ...maybe('settleMs', 0.1),
    ...maybe('latestFirst', 0.1),
    ...maybe('drain', 0.1),
    ...maybe('delayMs', 0.2),
    ...maybe('filter', 0.3),
    trigger: randomTrigger(dice),
  };
}

function randomTrigger(dice: Dice): TriggerChoice {
  return dice.pick([
    { kind: 'default' },
    { kind: 'default' },
    { kind: 'availableNow' },
    { kind: 'once' },
    { kind: 'processingTime', intervalMs: dice.pick([500, 3000]) },
  ] as const);
}

function randomProcesses(dice: Dice, pipeline: Pipeline, first: RunSettings): PlannedProcess[] {
  let settings = first;
  return Array.from({ length: dice.between(1, 5) }, () => {
    settings = changedSettings(dice, pipeline, settings);
    return { settings, fate: randomFate(dice, settings.trigger), pauseMs: dice.pick([0, 0, 100, 3000]) };
  });
}

const ERROR_CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EACCES'] as const;
const KINDS_OF_OPS: readonly (readonly (keyof Disk)[])[] = [
  [],
  [],
  ['write'],
  ['fsync'],
  ['fsyncDirectory'],
  ['create'],
  ['link'],
  ['rename'],
  ['unlink'],
  ['close'],
  ['openRead'],
  ['read'],
  ['stat', 'fstat'],
  ['readdir'],
  ['mkdir'],
];

/** Where it hurts most to die. */
const PLACES = [
  '/offsets/',
  '/commits/',
  '/commits/',
  '/exclusions',
  '/state/',
  '/sources/',
  '/out/',
  '/_rejects/',
  '/lock',
];

function randomFate(dice: Dice, trigger: TriggerChoice): Fate {
  const endsItself = trigger.kind === 'availableNow' || trigger.kind === 'once';
  const kind = dice.pick(['none', 'kill', 'powerLoss', 'powerLoss', 'error', 'error'] as const);
  if (kind === 'kill' || kind === 'powerLoss') {
    if (dice.chance(0.5)) return { kind, at: dice.between(0, dice.pick([60, 200, 600])) };
    return { kind, at: dice.between(0, dice.pick([3, 15, 40])), where: dice.pick(PLACES) };
  }
  if (kind === 'error') {
    const ops = dice.pick(KINDS_OF_OPS);
    const at = dice.between(0, ops.length === 0 ? dice.pick([60, 200, 600]) : 20);
    return { kind, at, code: dice.pick(ERROR_CODES), reach: dice.pick(['once', 'once', 'kind', 'all']), ops };
  }
  if (endsItself && dice.chance(0.7)) return { kind: 'none' };
  return { kind: 'stop', afterMs: dice.between(0, HORIZON_MS / 2) };
}

const NAMES = ['a', 'b b', '\u00fc', '100%', 'tab\t', '"quoted"', 'x=1', 'line\n', 'very-long-'.repeat(12)];

function randomDeliveries(dice: Dice, input: InputShape, pipeline: Pipeline): Delivery[] {
  let nowMs = dice.pick([0, 0, 20_000]);
  const isEager = dice.chance(0.3);
  return Array.from({ length: dice.between(2, 9) }, (_, index): Delivery => {
    nowMs += dice.pick([0, 1000, 5000, 20_000]);
    const content = randomContent(dice, input, nowMs);
    const atMs = isEager ? 0 : dice.between(0, HORIZON_MS * 0.8);
    const extension = dice.pick(['', `.${input.format}`]);
    return {
      ...{ input, content, atMs },
      name: `${dice.pick([index, 100 - index])}-${dice.pick(NAMES)}${extension}`,
      manner: randomManner(dice, input, content, { atMs, nowMs, cleans: pipeline.cleanSource !== 'off' }),
    };
  });
}

function randomManner(
  dice: Dice,
  input: InputShape,
  content: Content,
  { atMs, nowMs, cleans }: { atMs: number; nowMs: number; cleans: boolean },
): Delivery['manner'] {
  const soonMs = atMs + dice.pick([0, 1, 5, 100, 1000, 8000]);
  const kinds = ['rename', 'rename', 'rename', 'replace', 'vanish', 'deny'] as const;
  // What was read and cleaned away and then is written on is another file, with part of the rows of the first.
  const kind = dice.pick([...kinds, ...(cleans ? [] : (['grow', 'touch'] as const))]);
  if (kind === 'grow' && content.cuts.length > 0) {
    let growsMs = atMs;
    const cuts = content.cuts.map((_, cut) => cut).filter((cut) => dice.chance(0.5) || cut === content.cuts.length - 1);
    const steps = cuts.map((cut) => {
      growsMs += dice.pick([1, 50, 300, 2000]);
      return { cut, atMs: growsMs };
    });
    return { kind, steps };
  }
  if (kind === 'replace') {
    return { kind, by: randomContent(dice, input, nowMs), atMs: soonMs, inPlace: !cleans && dice.chance(0.5) };
  }
  if (kind === 'touch') return { kind, atMs: soonMs };
  if (kind === 'deny') return { kind, untilMs: soonMs };
  if (kind === 'vanish') return { kind, atMs: soonMs, backAtMs: !cleans && dice.chance(0.5) ? soonMs + 500 : null };
  return { kind: 'rename' };
}
