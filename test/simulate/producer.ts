import { basename, dirname, join } from 'node:path';
import type { ModelDisk } from '../support/model-disk.ts';
import type { Content } from './content.ts';
import type { InputShape } from './pipeline.ts';
import type { SimulatedTime } from './time.ts';

/** A file as it was at some time. */
export interface Version {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly bytes: Uint8Array;
  readonly records: Content['records'];
}

/** How a file comes, and what becomes of it. Times are monotonic. */
export interface Delivery {
  readonly input: InputShape;
  readonly name: string;
  readonly content: Content;
  readonly atMs: number;
  readonly manner:
    | { readonly kind: 'rename' }
    /** Parts of it are there first: indices of the content's cuts, and when. */
    | { readonly kind: 'grow'; readonly steps: readonly { readonly cut: number; readonly atMs: number }[] }
    | { readonly kind: 'replace'; readonly by: Content; readonly atMs: number; readonly inPlace: boolean }
    | { readonly kind: 'touch'; readonly atMs: number }
    /** It may come back. */
    | { readonly kind: 'vanish'; readonly atMs: number; readonly backAtMs: number | null }
    /** It cannot be opened at first. */
    | { readonly kind: 'deny'; readonly untilMs: number };
}

/**
 * Whoever puts files into the input folders. It remembers every version of every file, so that what a batch read can be told
 * from what its log says. A version has a time of its own: a change that leaves size and time is not among those promised to be seen.
 */
export class Producer {
  /** Files that may not be opened now. */
  readonly denied = new Set<string>();
  private readonly versions = new Map<string, Version>();
  private readonly newest = new Map<string, Version>();
  /** What the producer wants to be there. */
  private readonly wanted = new Set<string>();
  private written = 0;

  constructor(
    private readonly time: SimulatedTime,
    private readonly disk: () => ModelDisk,
    private readonly fileTimeMs: () => number,
  ) {}

  plan(delivery: Delivery): void {
    const { input, name, content, manner } = delivery;
    const path = join(input.folder, name);
    const put = (what: Content) => this.put(path, Buffer.from(what.text), what.records);
    if (manner.kind === 'grow') {
      for (const { cut, atMs } of manner.steps) {
        this.time.at(atMs, () => {
          const { length, records } = content.cuts[cut] as Content['cuts'][number];
          this.put(path, Buffer.from(content.text).subarray(0, length), records, true);
        });
      }
    } else this.time.at(delivery.atMs, () => this.deliver(path, content));
    switch (manner.kind) {
      case 'replace':
        this.time.at(manner.atMs, () => this.put(path, Buffer.from(manner.by.text), manner.by.records, manner.inPlace));
        break;
      case 'touch':
        this.time.at(manner.atMs, () => this.put(path, Buffer.from(content.text), content.records, true));
        break;
      case 'vanish':
        this.time.at(manner.atMs, () => this.remove(path));
        if (manner.backAtMs !== null) this.time.at(manner.backAtMs, () => put(content));
        break;
      case 'deny':
        this.denied.add(path);
        this.time.at(manner.untilMs, () => this.denied.delete(path));
    }
  }

  /** The version that a log names. */
  find(pinned: { readonly path: string; readonly size: number; readonly mtimeMs: number }): Version | undefined {
    return this.versions.get(keyOf(pinned));
  }

  /** Paths that should be there, unless they were cleaned away once they were read. */
  get present(): ReadonlySet<string> {
    return this.wanted;
  }

  /** Puts a version back as it was; what is there in its place comes again under another name. */
  restore(version: Version): void {
    const { path } = version;
    const now = this.newest.get(path);
    if (now !== undefined && now !== version && this.wanted.has(path)) {
      this.put(join(dirname(path), `again-${this.written}-${basename(path)}`), now.bytes, now.records);
    }
    this.wanted.add(path);
    this.newest.set(path, version);
    this.disk().writeFile(path, version.bytes, version.mtimeMs);
  }

  private deliver(path: string, content: Content): void {
    const hidden = join(dirname(path), `.${basename(path)}.tmp`);
    this.disk().writeFile(hidden, content.text.slice(0, content.text.length / 2));
    this.disk().removeFile(hidden);
    this.put(path, Buffer.from(content.text), content.records);
  }

  /** `inPlace`: the file that is there is changed; else another one takes its name. */
  private put(path: string, bytes: Uint8Array, records: Content['records'], inPlace = false): void {
    // Times of different files may be in any order, and those of one file may go back, with the clock.
    const mtimeMs = this.fileTimeMs() + ++this.written / 4096;
    const version = { path, size: bytes.length, mtimeMs, bytes: Uint8Array.from(bytes), records };
    this.versions.set(keyOf(version), version);
    this.newest.set(path, version);
    this.wanted.add(path);
    if (inPlace && this.isThere(path)) this.disk().changeFile(path, version.bytes, mtimeMs);
    else this.disk().writeFile(path, version.bytes, mtimeMs);
  }

  private remove(path: string): void {
    this.wanted.delete(path);
    if (this.isThere(path)) this.disk().removeFile(path);
  }

  /** Whether a file is there, in any version or in this one. */
  isThere(file: string | Pick<Version, 'path' | 'size' | 'mtimeMs'>): boolean {
    const path = typeof file === 'string' ? file : file.path;
    const found = this.disk().look(path);
    return found !== null && (typeof file === 'string' || (found.size === file.size && found.mtimeMs === file.mtimeMs));
  }
}

function keyOf({ path, size, mtimeMs }: { path: string; size: number; mtimeMs: number }): string {
  return `${mtimeMs} ${size} ${path}`;
}
