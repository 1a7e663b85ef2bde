import { BuiltIns } from './built-ins.ts';
import type { Coverage, ReachedBlocks } from './coverage.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';
import { check, type FuzzTarget } from './target.ts';

/** Inputs between two looks at the coverage: fewer while many of them reach something new, for each of those is searched for. */
const LEAST_SAMPLE = 32;
const MOST_SAMPLE = 512;
const MAX_CORPUS = 20_000;
/** Asking for the memory takes as long as many an input: it is done after those that took long, and now and then. */
const LONG_MS = 2;
const INPUTS_PER_LOOK_AT_MEMORY = 16;
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
  /** Of inputs, each counted once. */
  private executions = 0;
  private runs = 0;
  private sample = LEAST_SAMPLE;
  private finding: FuzzFinding | null = null;
  private readonly builtIns = new BuiltIns();

  constructor(
    private readonly target: FuzzTarget,
    private readonly settings: FuzzSettings,
  ) {}

  async run(seeds: readonly Uint8Array[]): Promise<FuzzResult> {
    const { random, executions, coverage, onProgress } = this.settings;
    this.corpus.push(...seeds);
    this.executions = seeds.length;
    if (await this.executeAll(seeds)) this.learn();
    while (this.executions < executions && this.finding === null) {
      const count = Math.min(this.sample, executions - this.executions);
      const inputs = Array.from({ length: count }, () => this.next(random));
      this.executions += count;
      if ((await this.executeAll(inputs)) && coverage !== null) {
        const hasNew = await this.keepNew(inputs, coverage);
        this.sample = hasNew ? Math.max(LEAST_SAMPLE, this.sample >> 1) : Math.min(MOST_SAMPLE, this.sample * 2);
      }
      onProgress?.(this.progress());
    }
    return { ...this.progress(), finding: this.finding };
  }

  private next(random: Random): Uint8Array {
    const one = this.kept(random);
    const other = random.chance(0.5) ? this.kept(random) : one;
    // Short ones take less time, and a change hits what matters more often.
    const { words, maxBytes } = this.target;
    return mutated(other.length < one.length ? other : one, this.corpus, words, random, maxBytes);
  }

  private kept(random: Random): Uint8Array {
    const { corpus } = this;
    // What was found last leads on; what was found first is not forgotten.
    const recent = Math.max(0, corpus.length - 64);
    const at = random.chance(0.3) ? recent + random.below(corpus.length - recent) : random.below(corpus.length);
    return corpus[at] as Uint8Array;
  }

  /** Whether all of them went well. */
  private async executeAll(inputs: readonly Uint8Array[]): Promise<boolean> {
    for (const input of inputs) if (!(await this.execute(input))) return false;
    return true;
  }

  private async execute(input: Uint8Array): Promise<boolean> {
    const { onInput } = this.settings;
    onInput?.(input);
    const startedMs = performance.now();
    try {
      const running = this.target.run(input);
      if (running !== undefined) await running;
      check(this.builtIns.areUnchanged(), () => 'Object.prototype or Array.prototype is not what it was');
      if (performance.now() - startedMs > LONG_MS || this.runs++ % INPUTS_PER_LOOK_AT_MEMORY === 0) this.checkMemory();
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

  /** The most that the process ever held, so that nothing passes between two looks. */
  private checkMemory(): void {
    const { maxRSS } = process.resourceUsage();
    check(
      maxRSS * 1024 < this.settings.maxMemoryBytes,
      () => `the process took ${Math.round(maxRSS / 1024)} MB of memory`,
    );
  }

  /** `inputs` ran since the last look. Those that reached something new join the corpus. Whether something was new. */
  private async keepNew(inputs: readonly Uint8Array[], coverage: Coverage): Promise<boolean> {
    const found = coverage.take();
    if (!coverage.isNew(found)) return false;
    await this.search(inputs, found, coverage);
    // What depends on the inputs before it may not have come again.
    coverage.keep(found);
    return true;
  }

  /** `inputs` reached `found`, some of it new. The first half runs again; the second is searched if the first does not explain it all. */
  private async search(inputs: readonly Uint8Array[], found: ReachedBlocks, coverage: Coverage): Promise<void> {
    const [input] = inputs;
    if (inputs.length === 1 && input !== undefined) return await this.keepIfNew(input, coverage);
    const first = inputs.slice(0, inputs.length >> 1);
    if (!(await this.executeAll(first))) return;
    const ofFirst = coverage.take();
    if (coverage.isNew(ofFirst)) await this.search(first, ofFirst, coverage);
    if (this.finding === null && coverage.isNew(found)) await this.search(inputs.slice(first.length), found, coverage);
  }

  private async keepIfNew(input: Uint8Array, coverage: Coverage): Promise<void> {
    if (!(await this.executeAll([input]))) return;
    const found = coverage.take();
    if (!coverage.isNew(found)) return;
    coverage.keep(found);
    if (this.corpus.length < MAX_CORPUS) this.corpus.push(input);
  }

  private progress(): FuzzProgress {
    return { executions: this.executions, corpus: this.corpus.length, blocks: this.settings.coverage?.count ?? 0 };
  }
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
