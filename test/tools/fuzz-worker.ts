import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from '../fuzz/coverage.ts';
import type { FuzzFinding, FuzzProgress } from '../fuzz/fuzzer.ts';
import { MAX_INPUT_BYTES } from '../fuzz/mutate.ts';
import { Random } from '../fuzz/random.ts';

/** What the watching thread and the fuzzing one share. */
export interface FuzzWork {
  readonly target: string;
  readonly executions: number;
  readonly seed: number;
  readonly maxMemoryBytes: number;
  /** A counter of executions begun and ended (odd: one is going on), the length of its input, and the input. */
  readonly shared: SharedArrayBuffer;
}

export const COUNTER = 0;
export const LENGTH = 1;
export const HEADER_BYTES = 8;

export type FuzzMessage =
  | { readonly kind: 'progress' | 'end'; readonly executions: number; readonly corpus: number; readonly blocks: number }
  | { readonly kind: 'finding'; readonly input: Uint8Array; readonly error: string; readonly shown: string };

if (parentPort !== null) {
  const { target: name, executions, seed, maxMemoryBytes, shared } = workerData as FuzzWork;
  const header = new Int32Array(shared, 0, 2);
  const current = new Uint8Array(shared, HEADER_BYTES);
  // Before the code of interest is loaded. Libraries that read for us count as well.
  const coverage = new Coverage((url) => /\/src\/|\/node_modules\/(?:yaml|hyparquet|csv-parse)\//.test(url));
  const { fuzz, smaller } = await import('../fuzz/fuzzer.ts');
  const { loadTarget } = await import('../fuzz/targets/index.ts');
  const { regressionsOf } = await import('../fuzz/regressions.ts');
  const target = await loadTarget(name);
  const seeds = [...(await target.seeds()), ...regressionsOf(name).map(({ input }) => input)];
  const post = (message: FuzzMessage) => parentPort?.postMessage(message);
  const watched = (input: Uint8Array | null) => {
    if (input !== null) {
      const kept = Math.min(input.length, MAX_INPUT_BYTES);
      current.set(input.subarray(0, kept));
      Atomics.store(header, LENGTH, kept);
    }
    Atomics.add(header, COUNTER, 1);
  };
  const tell = ({ input, error }: FuzzFinding) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    post({ kind: 'finding', input, error: text, shown: target.show(input) });
  };
  // Errors are the most frequent answer, and their stacks are looked at only when something is wrong.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const onProgress = (progress: FuzzProgress) => post({ kind: 'progress', ...progress });
  const random = new Random(seed);
  const result = await fuzz(target, seeds, {
    executions,
    random,
    coverage,
    maxMemoryBytes,
    onProgress,
    onInput: watched,
  });
  const { finding } = result;
  if (finding !== null) {
    Error.stackTraceLimit = stackTraceLimit;
    tell(finding);
    tell(await smaller(target, finding, watched));
  }
  post({ kind: 'end', executions: result.executions, corpus: result.corpus, blocks: result.blocks });
}
