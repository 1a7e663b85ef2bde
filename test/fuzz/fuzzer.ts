import type { Coverage } from './coverage.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';
import { check, type FuzzTarget } from './target.ts';

/** Inputs between two looks at the coverage. */
const SAMPLE = 256;
const MAX_CORPUS = 20_000;
/** For making a finding smaller. */
const SEARCH_MS = 20_000;

export interface FuzzSettings {
  readonly executions: number;
  readonly random: Random;
  /** Null: no coverage is taken, and the corpus stays as it began. */
  readonly coverage: Coverage | null;
  /** More than this in use by the process ends the run. */
  readonly maxMemoryBytes: number;
  /** Called before each execution, and with null when there is none. */
  readonly onInput?: (input: Uint8Array | null) => void;
  readonly onProgress?: (progress: FuzzProgress) => void;
}

export interface FuzzProgress {
  readonly executions: number;
  readonly corpus: number;
  readonly blocks: number;
}

export interface FuzzFinding {
  readonly input: Uint8Array;
  readonly error: unknown;
}

export interface FuzzResult extends FuzzProgress {
  readonly finding: FuzzFinding | null;
}

/**
 * Feeds a target inputs that are made from its seeds by small changes, and keeps those that reach code which none before
 * reached, to change them further. Ends with the first input with which something is wrong.
 */
export async function fuzz(target: FuzzTarget, seeds: readonly Uint8Array[], settings: FuzzSettings) {
  return await new Fuzzer(target, settings).run(seeds);
}

class Fuzzer {
  private readonly corpus: Uint8Array[] = [];
  private executions = 0;
  private finding: FuzzFinding | null = null;
  private readonly builtIns: string;

  constructor(
    private readonly target: FuzzTarget,
    private readonly settings: FuzzSettings,
  ) {
    this.builtIns = builtIns();
  }

  async run(seeds: readonly Uint8Array[]): Promise<FuzzResult> {
    const { random, executions, coverage, onProgress } = this.settings;
    this.corpus.push(...seeds);
    if (await this.executeAll(seeds)) this.learn();
    while (this.executions < executions && this.finding === null) {
      const count = Math.min(SAMPLE, executions - this.executions);
      const inputs = Array.from({ length: count }, () => this.next(random));
      if ((await this.executeAll(inputs)) && coverage !== null) await this.keepNew(inputs, coverage);
      onProgress?.(this.progress());
    }
    return { ...this.progress(), finding: this.finding };
  }

  private next(random: Random): Uint8Array {
    const { corpus } = this;
    // What was found last leads on; what was found first is not forgotten.
    const recent = Math.max(0, corpus.length - 64);
    const at = random.chance(0.3) ? recent + random.below(corpus.length - recent) : random.below(corpus.length);
    return mutated(corpus[at] as Uint8Array, corpus, this.target.words, random);
  }

  /** Whether all of them went well. */
  private async executeAll(inputs: readonly Uint8Array[]): Promise<boolean> {
    for (const input of inputs) {
      this.executions++;
      if (!(await this.execute(input))) return false;
    }
    return true;
  }

  private async execute(input: Uint8Array): Promise<boolean> {
    const { onInput, maxMemoryBytes } = this.settings;
    onInput?.(input);
    try {
      const running = this.target.run(input);
      if (running !== undefined) await running;
      check(builtIns() === this.builtIns, () => 'Object.prototype or Array.prototype is not what it was');
      const { maxRSS } = process.resourceUsage();
      check(maxRSS * 1024 < maxMemoryBytes, () => `the process took ${Math.round(maxRSS / 1024)} MB of memory`);
      return true;
    } catch (error) {
      this.finding = { input, error };
      return false;
    } finally {
      onInput?.(null);
    }
  }

  private learn(): void {
    const { coverage } = this.settings;
    coverage?.keep(coverage.take());
  }

  /** `inputs` ran since the last look. Those that reached something new join the corpus: halves are run again to find them. */
  private async keepNew(inputs: readonly Uint8Array[], coverage: Coverage): Promise<void> {
    const found = coverage.take();
    if (!coverage.isNew(found)) return;
    await this.search(inputs, coverage);
    // What depends on the inputs before it may not have come again.
    coverage.keep(found);
  }

  private async search(inputs: readonly Uint8Array[], coverage: Coverage): Promise<void> {
    for (const input of inputs) if (!(await this.execute(input))) return;
    const found = coverage.take();
    if (!coverage.isNew(found)) return;
    if (inputs.length === 1) {
      coverage.keep(found);
      if (this.corpus.length < MAX_CORPUS) this.corpus.push(...inputs);
      return;
    }
    const middle = inputs.length >> 1;
    await this.search(inputs.slice(0, middle), coverage);
    await this.search(inputs.slice(middle), coverage);
  }

  private progress(): FuzzProgress {
    return { executions: this.executions, corpus: this.corpus.length, blocks: this.settings.coverage?.count ?? 0 };
  }
}

/** The names that every object has: a reader that takes `__proto__` from its input adds to them. */
function builtIns(): string {
  return `${Reflect.ownKeys(Object.prototype).length} ${Reflect.ownKeys(Array.prototype).length}`;
}

/** A shorter input with which the same kind of thing is wrong. */
export async function smaller(
  target: FuzzTarget,
  finding: FuzzFinding,
  onInput: (input: Uint8Array | null) => void = () => {},
): Promise<FuzzFinding> {
  let best = finding;
  const kind = kindOf(finding.error);
  const stillWrong = async (input: Uint8Array) => {
    onInput(input);
    try {
      await target.run(input);
      return false;
    } catch (error) {
      if (kindOf(error) !== kind) return false;
      best = { input, error };
      return true;
    } finally {
      onInput(null);
    }
  };
  // Again: where it happened is known better now.
  await stillWrong(best.input);
  const endMs = performance.now() + SEARCH_MS;
  for (let size = best.input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < best.input.length && performance.now() < endMs; ) {
      const without = new Uint8Array(Buffer.concat([best.input.subarray(0, at), best.input.subarray(at + size)]));
      if (!(await stillWrong(without))) at += size;
    }
  }
  return best;
}

/** What went wrong, without the numbers and texts of the one input. */
function kindOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  return `${name} ${message.split('\n')[0]?.replace(/"[^"]*"|\d+/g, '')}`;
}
