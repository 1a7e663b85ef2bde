import { Session } from 'node:inspector';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/**
 * Which blocks of the code were reached since the start, as V8 counts them. Only code that is loaded after the start is counted, so the
 * modules of interest are imported behind it.
 */
export class Coverage {
  private readonly session = new Session();
  /** By function: its characters, 1 where they were reached. */
  private readonly reached = new Map<string, Uint8Array>();
  private blocks = 0;

  /** @param isOfInterest by the script's address */
  constructor(private readonly isOfInterest: (url: string) => boolean) {
    this.session.connect();
    this.post('Profiler.enable');
    // With counts: without, V8 stops counting in functions that it optimised.
    this.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Blocks that were reached for the first time so far. */
  get count(): number {
    return this.blocks;
  }

  /** What was reached since the last call. */
  take(): ReachedBlocks {
    const { result } = this.post('Profiler.takePreciseCoverage') as { result: readonly ScriptCoverage[] };
    const found: ReachedBlocks = new Map();
    for (const { url, functions } of result) {
      if (!this.isOfInterest(url)) continue;
      for (const { ranges } of functions) {
        const { startOffset, endOffset } = ranges[0] as Range;
        const characters = new Uint8Array(endOffset - startOffset);
        // Inner ranges come behind those around them.
        for (const range of ranges) {
          characters.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset);
        }
        found.set(`${url}:${startOffset}`, characters);
      }
    }
    return found;
  }

  /** Whether some of it was never reached before; `keep` remembers it. */
  isNew(found: ReachedBlocks): boolean {
    for (const [name, characters] of found) if (this.newBlocks(name, characters) > 0) return true;
    return false;
  }

  keep(found: ReachedBlocks): void {
    for (const [name, characters] of found) {
      this.blocks += this.newBlocks(name, characters);
      const known = this.reached.get(name);
      if (known === undefined) this.reached.set(name, characters);
      else for (let i = 0; i < characters.length; i++) known[i] = (known[i] as number) | (characters[i] as number);
    }
  }

  close(): void {
    this.post('Profiler.stopPreciseCoverage');
    this.session.disconnect();
  }

  /** Runs of characters that are reached now and were not before. */
  private newBlocks(name: string, characters: Uint8Array): number {
    const known = this.reached.get(name);
    let count = 0;
    let inside = false;
    for (let i = 0; i < characters.length; i++) {
      const isNew = characters[i] === 1 && known?.[i] !== 1;
      if (isNew && !inside) count++;
      inside = isNew;
    }
    return count;
  }

  private post(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    // The callback is called before `post` returns.
    this.session.post(method, parameters, (error, result) => {
      if (error !== null) throw new Error(`${method}: ${error.message}`);
      answer = result;
    });
    return answer;
  }
}

/** By function: its characters, 1 where they were reached. */
export type ReachedBlocks = Map<string, Uint8Array>;
