import type { Disk } from '../../src/fs/disk.ts';
import { createSession, type Session, type StreamingQuery } from '../../src/index.ts';
import type { Dice } from '../support/dice.ts';
import { type Call, errnoError, type ModelDisk, PowerLoss } from '../support/model-disk.ts';
import type { Producer } from './producer.ts';
import type { ProcessClock, SimulatedTime } from './time.ts';

/** What befalls a process. Operations are counted from its start. */
export type Fate =
  | { readonly kind: 'none' }
  /** It is asked to stop. */
  | { readonly kind: 'stop'; readonly afterMs: number }
  /** It, or the whole machine, is gone before this operation; with `where`, of those on paths that contain it. */
  | { readonly kind: 'kill' | 'powerLoss'; readonly at: number; readonly where?: string }
  | {
      readonly kind: 'error';
      readonly at: number;
      readonly code: string;
      /** `once`; every operation of that kind from there on; or all of them. */
      readonly reach: 'once' | 'kind' | 'all';
      /** Kinds of operations that count; none: all do. */
      readonly ops: readonly (keyof Disk)[];
    };

export interface ProcessEnd {
  readonly kind: 'ended' | 'failed' | 'gone';
  readonly error: unknown;
  /** The kinds of operations that an injected error met. */
  readonly struck: ReadonlySet<keyof Disk>;
  /** The operations that it asked of the disk. */
  readonly calls: readonly Call[];
}

export interface World {
  readonly time: SimulatedTime;
  readonly producer: Producer;
  readonly dice: Dice;
}

/** A process that rested as often as this and did not end never will. */
const MAX_RESTS = 20_000;
/** What asks a watching query to stop when nothing else ends it. */
const LONGEST_MS = 15_000;

/** Runs a query as a process of its own would, on a disk, until it ends or something ends it. */
export async function runProcess(
  world: World,
  disk: ModelDisk,
  fate: Fate,
  start: (session: Session) => Promise<StreamingQuery>,
): Promise<ProcessEnd> {
  const clock = world.time.clock();
  const fault = faultOf(fate);
  const isCut = cutOf(fate);
  const run = { time: world.time, clock, disk };
  const before = disk.calls.length;
  const end = (kind: ProcessEnd['kind'], error: unknown): ProcessEnd => ({
    kind: disk.powerIsOff ? 'gone' : kind,
    error,
    struck: fault.struck,
    calls: disk.calls.slice(before),
  });
  disk.beforeCall = (op, path) => {
    if (isCut(path)) {
      disk.powerOffAt(disk.calls.length - 1);
      throw new PowerLoss();
    }
    world.time.pass(costOf(world.dice));
    if (op === 'openRead' && world.producer.denied.has(path)) throw errnoError('EACCES', 'open', path);
    fault.check(op, path);
  };
  const stop = planStop(world, fate.kind === 'stop' ? fate.afterMs : LONGEST_MS);
  try {
    const query = await meanwhile(run, null, start(createSession({ disk, clock })));
    stop.of(query);
    await meanwhile(run, query, query.awaitTermination());
    // What fails at the very end, when nothing is left to be lost, need not be told.
    return end('ended', null);
  } catch (error) {
    return end('failed', error);
  } finally {
    clock.end();
    disk.beforeCall = () => {};
  }
}

interface Run {
  readonly time: SimulatedTime;
  readonly clock: ProcessClock;
  readonly disk: ModelDisk;
}

/** What a process does, with time passing whenever it sleeps. */
async function meanwhile<T>(run: Run, query: StreamingQuery | null, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  for (let rests = 0; !isDone; rests++) {
    await rested(run.disk, query, () => isDone);
    // When it does not sleep it waits for something real, such as a module that is being loaded.
    if (!isDone && run.clock.isSleptBy) run.time.skip();
    if (rests > MAX_RESTS) throw new Error('it never ends');
  }
  return await work;
}

/** Stops a query some time after its process began, or as soon as it is there. */
function planStop({ time }: World, afterMs: number): { of(query: StreamingQuery): void } {
  let isDue = false;
  let query: StreamingQuery | null = null;
  const stop = () => {
    if (isDue && query?.isActive) void query.stop();
  };
  time.at(time.monotonicMs + afterMs, () => {
    isDue = true;
    stop();
  });
  return {
    of(started) {
      query = started;
      stop();
    },
  };
}

/** How long a process must do nothing to be at rest: it lets others have their turn within a batch and between two. */
const QUIET_TURNS = 4;

/** Resolves when a query waits for time to pass, or is done. Null: it is being started. */
export async function rested(disk: ModelDisk, query: StreamingQuery | null, isDone: () => boolean): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS && !isDone(); quiet++) {
    const calls = disk.calls.length;
    await new Promise((resolve) => setImmediate(resolve));
    if (query?.status.isTriggerActive || disk.calls.length > calls) quiet = -1;
  }
}

/** Milliseconds that an operation takes. */
function costOf(dice: Dice): number {
  if (dice.chance(0.8)) return 0;
  return dice.chance(0.995) ? dice.between(0, 4) : dice.between(100, 3000);
}

/** Whether the operation on a path is the one before which the power goes. */
function cutOf(fate: Fate): (path: string) => boolean {
  if (fate.kind !== 'kill' && fate.kind !== 'powerLoss') return () => false;
  const { at, where = '' } = fate;
  let seen = 0;
  return (path) => path.includes(where) && seen++ === at;
}

function faultOf(fate: Fate): { check(op: keyof Disk, path: string): void; readonly struck: ReadonlySet<keyof Disk> } {
  const struck = new Set<keyof Disk>();
  if (fate.kind !== 'error') return { check: () => {}, struck };
  let seen = 0;
  return {
    struck,
    check(op, path) {
      if (fate.ops.length > 0 && !fate.ops.includes(op)) return;
      const number = seen++;
      if (number < fate.at) return;
      const isFirst = number === fate.at;
      if (!isFirst && (fate.reach === 'once' || (fate.reach === 'kind' && !struck.has(op)))) return;
      struck.add(op);
      throw errnoError(fate.code, op, path);
    },
  };
}

/** Whether a process died of the loss of power. */
export function isPowerLoss(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof PowerLoss) return true;
  return false;
}
