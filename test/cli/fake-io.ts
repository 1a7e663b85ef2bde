import type { CommandIo } from '../../src/cli/io.ts';
import type { Clock } from '../../src/clock.ts';

/** A process that writes to memory, with a clock that moves by hand. */
export interface FakeIo extends CommandIo {
  readonly out: () => string;
  readonly err: () => string;
  readonly exits: number[];
  readonly questions: string[];
  signal(signal: 'SIGINT' | 'SIGTERM'): void;
  /** Moves the time on and wakes what slept until then. */
  advance(ms: number): void;
}

export interface FakeIoOptions {
  readonly tty?: boolean;
  readonly env?: Record<string, string>;
  readonly columns?: number;
  /** What the person answers; without it there is nobody to ask. */
  readonly answer?: string;
}

export function createFakeIo(options: FakeIoOptions = {}): FakeIo {
  const out: string[] = [];
  const err: string[] = [];
  const exits: number[] = [];
  const questions: string[] = [];
  const listeners = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  const { clock, advance } = createFakeClock();
  const output = (texts: string[]) => ({
    write: (text: string) => texts.push(text),
    isTTY: options.tty ?? false,
    columns: options.columns,
  });
  const answer = options.answer;
  return {
    stdout: output(out),
    stderr: output(err),
    env: options.env ?? {},
    clock,
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => exits.push(code),
    ask:
      answer === undefined
        ? null
        : async (question) => {
            questions.push(question);
            return answer;
          },
    out: () => out.join(''),
    err: () => err.join(''),
    exits,
    questions,
    signal: (signal) => {
      for (const listener of listeners) listener(signal);
    },
    advance,
  };
}

function createFakeClock(): { clock: Clock; advance(ms: number): void } {
  let nowMs = 0;
  let sleepers: { untilMs: number; wake: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        sleepers.push({ untilMs: nowMs + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  const advance = (ms: number) => {
    nowMs += ms;
    for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
    sleepers = sleepers.filter((sleeper) => sleeper.untilMs > nowMs);
  };
  return { clock, advance };
}
