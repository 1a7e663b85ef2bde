import { ClickstreamError } from '../../src/errors.ts';

/** Something that reads what users, or the world, wrote. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs to begin with: right ones of many kinds. */
  seeds(): Promise<Uint8Array[]>;
  /** Words that mean something to the reader. */
  readonly words: readonly string[];
  /** Inputs are cut here, where the longest that all targets may get would take most of the time. */
  readonly maxBytes?: number;
  /** Reads the input and checks what came out. Throws whatever is wrong, a broken check as a `BrokenCheck`. */
  run(input: Uint8Array): void | Promise<void>;
  /** The input for people: what it is and how it is read. */
  show(input: Uint8Array): string;
}

/** What must hold for any input did not. */
export class BrokenCheck extends Error {}

export function check(holds: boolean, what: () => string): void {
  if (!holds) throw new BrokenCheck(what());
}

/** Errors that are documented are an answer; anything else, our own `bug`s too, is thrown on. */
export function documented(error: unknown): ClickstreamError {
  if (error instanceof ClickstreamError && error.category !== 'bug') return error;
  throw error;
}

/** An input is a few bytes that choose how it is read, and the content. */
export function inputOf(choices: readonly number[], content: Uint8Array | string): Uint8Array {
  return Uint8Array.from([...choices, ...(typeof content === 'string' ? Buffer.from(content) : content)]);
}

/** One of `all`, as byte `at` of the input says. */
export function chosen<T>(all: readonly T[], input: Uint8Array, at: number): T {
  return all[(input[at] ?? 0) % all.length] as T;
}
