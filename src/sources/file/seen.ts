/** What is kept of a file that was taken. */
export interface SeenFile {
  readonly size: number;
  /**
   * Milliseconds, with the fraction that a double holds: steps of 0.24 microseconds in this century, where file systems keep nanoseconds. It is enough:
   * Linux stamps changes in steps of its timer, a millisecond or more, or, where it is asked for finer ones, with times that a system call
   * lies between. JSON and the decimal text of the segments keep a double as it is.
   */
  readonly mtimeMs: number;
}

/** Whether a file of a path is, as far as its size and time tell, the one it was. */
export function isSame(was: SeenFile, is: SeenFile): boolean {
  return was.size === is.size && was.mtimeMs === is.mtimeMs;
}

/**
 * The durable record of files taken, given to the source by whoever builds it (the checkpoint's `SeenFiles` is one). Keys are
 * paths, or names with fileNameOnly. Law: what was added and flushed is known after any crash.
 */
export interface SeenRecord {
  readonly size: number;
  /** The newest batch that is flushed; -1 for none. */
  readonly flushedThrough: number;
  /** After this many batches it must be flushed: until then a restart knows the files from `offsets/N`. */
  readonly flushEveryBatches: number;
  has(key: string): boolean;
  get(key: string): SeenFile | undefined;
  paths(): Iterable<string>;
  /** The files of a batch, each in place of what is kept under its key; called for every batch in order. One that is flushed already is passed over. */
  addBatch(batchId: number, files: Iterable<SeenFile & { readonly path: string }>): void;
  forget(keys: Iterable<string>): void;
  /** Makes everything through `batchId` durable. */
  flush(batchId: number): void;
}

/** A record that lives as long as its object: for tests and for one-off reading without a checkpoint. */
export function memorySeen(): SeenRecord {
  const files = new Map<string, SeenFile>();
  return {
    flushedThrough: -1,
    flushEveryBatches: Number.POSITIVE_INFINITY,
    get size() {
      return files.size;
    },
    has: (key) => files.has(key),
    get: (key) => files.get(key),
    paths: () => files.keys(),
    addBatch(_batchId, added) {
      for (const { path, size, mtimeMs } of added) files.set(path, { size, mtimeMs });
    },
    forget(keys) {
      for (const key of keys) files.delete(key);
    },
    flush() {},
  };
}
