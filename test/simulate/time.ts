import type { Clock } from '../../src/clock.ts';

/** A wall clock that nobody watches: it is what it is, and whatever it does, the time goes on. */
export type WallClockFault = { readonly kind: 'jump'; readonly byMs: number } | { readonly kind: 'freeze' | 'thaw' };

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock as one process has it. */
export interface ProcessClock extends Clock {
  /** Whether anything in the process sleeps. */
  readonly isSleptBy: boolean;
  /** The process is gone: what slept in it never wakes. */
  end(): void;
}

/**
 * The time of a simulation. It passes only when it is told to: while a disk works, and from one thing that happens to the
 * next when everybody sleeps.
 */
export class SimulatedTime {
  private monotonic = 0;
  private frozenAtMs: number | null = null;
  /** In order of their time; equal ones in the order in which they were planned. */
  private readonly events: { readonly atMs: number; readonly act: () => void }[] = [];
  private readonly sleepers = new Set<Sleeper>();

  constructor(private wallOffsetMs: number) {}

  get monotonicMs(): number {
    return this.monotonic;
  }

  get wallMs(): number {
    return this.frozenAtMs ?? this.monotonic + this.wallOffsetMs;
  }

  /** Plans what happens at a monotonic time; what is overdue happens when time passes next. */
  at(atMs: number, act: () => void): void {
    const next = this.events.findIndex((event) => event.atMs > atMs);
    this.events.splice(next < 0 ? this.events.length : next, 0, { atMs, act });
  }

  pass(ms: number): void {
    this.monotonic += ms;
    while ((this.events[0]?.atMs ?? Number.POSITIVE_INFINITY) <= this.monotonic) this.events.shift()?.act();
    const due = [...this.sleepers].filter((sleeper) => sleeper.wakeAtMs <= this.monotonic);
    for (const sleeper of due.sort((a, b) => a.wakeAtMs - b.wakeAtMs)) sleeper.wake();
  }

  /** Goes on to the next event, or to when the first sleeper wakes; false when there will never be any. */
  skip(): boolean {
    const wakes = [...this.sleepers].map((sleeper) => sleeper.wakeAtMs);
    const nextMs = Math.min(this.events[0]?.atMs ?? Number.POSITIVE_INFINITY, ...wakes);
    if (!Number.isFinite(nextMs)) return false;
    this.pass(Math.max(0, nextMs - this.monotonic));
    return true;
  }

  /** Lets everything happen that is still planned. */
  passAll(): void {
    const last = this.events.at(-1);
    if (last !== undefined) this.pass(Math.max(0, last.atMs - this.monotonic));
  }

  misadjust(fault: WallClockFault): void {
    if (fault.kind === 'jump') {
      this.wallOffsetMs += fault.byMs;
      if (this.frozenAtMs !== null) this.frozenAtMs += fault.byMs;
    } else if (fault.kind === 'freeze') this.frozenAtMs ??= this.wallMs;
    else if (this.frozenAtMs !== null) {
      this.wallOffsetMs = this.frozenAtMs - this.monotonic;
      this.frozenAtMs = null;
    }
  }

  /** The clock of a new process. All processes here have one pid: that no two begin in the same millisecond tells them apart. */
  clock(): ProcessClock {
    if (this.frozenAtMs !== null) this.frozenAtMs++;
    const own = new Set<Sleeper>();
    return {
      get isSleptBy() {
        return own.size > 0;
      },
      nowMs: () => Math.floor(this.wallMs),
      monotonicMs: () => this.monotonic,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          const wake = () => {
            this.sleepers.delete(sleeper);
            own.delete(sleeper);
            signal?.removeEventListener('abort', wake);
            resolve();
          };
          const sleeper = { wakeAtMs: this.monotonic + ms, wake };
          this.sleepers.add(sleeper);
          own.add(sleeper);
          signal?.addEventListener('abort', wake);
        }),
      end: () => {
        for (const sleeper of own) this.sleepers.delete(sleeper);
      },
    };
  }
}
