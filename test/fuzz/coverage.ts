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
  /** By function: the sets of blocks that were kept, as V8 told them. Most are told over and over. */
  private readonly kept = new Map<string, Set<string>>();
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

  /** What was reached since the last call, without what was kept just so. */
  take(): ReachedBlocks {
    const { result } = this.post('Profiler.takePreciseCoverage') as { result: readonly ScriptCoverage[] };
    const found: ReachedBlocks = new Map();
    for (const { url, functions } of result) {
      if (!this.isOfInterest(url)) continue;
      for (const { ranges } of functions) {
        const { startOffset, endOffset } = ranges[0] as Range;
        const name = `${url}:${startOffset}`;
        const told = toldOf(ranges);
        if (this.kept.get(name)?.has(told)) continue;
        const characters = new Uint8Array(endOffset - startOffset);
        // Inner ranges come behind those around them.
        for (const range of ranges) {
          characters.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset);
        }
        found.set(name, { told, characters });
      }
    }
    return found;
  }

  /** Whether some of it was never reached before; `keep` remembers it. */
  isNew(found: ReachedBlocks): boolean {
    for (const [name, { characters }] of found) if (this.newBlocks(name, characters) > 0) return true;
    return false;
  }

  keep(found: ReachedBlocks): void {
    for (const [name, { told, characters }] of found) {
      this.kept.set(name, (this.kept.get(name) ?? new Set()).add(told));
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

export type ReachedBlocks = Map<string, ReachedFunction>;

interface ReachedFunction {
  /** Its ranges and whether they were reached. */
  readonly told: string;
  /** 1 where they were reached. */
  readonly characters: Uint8Array;
}

function toldOf(ranges: readonly Range[]): string {
  let text = '';
  for (const { startOffset, endOffset, count } of ranges) text += `${count > 0 ? '+' : '-'}${startOffset},${endOffset}`;
  return text;
}
