/** What is kept of a file that was taken. */
export interface SeenFile {
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * The durable record of files taken, given to the source by whoever builds it (the checkpoint keeps it). Law: what was
 * added before a `flush` is known after any crash; keys are paths, or names with fileNameOnly.
 */
export interface SeenRecord {
  has(key: string): boolean;
  get(key: string): SeenFile | undefined;
  add(key: string, file: SeenFile): void;
  forget(keys: Iterable<string>): void;
  entries(): Iterable<readonly [string, SeenFile]>;
  readonly size: number;
  flush(): void;
}

/** A record that lives as long as its object: for tests and for sources without a checkpoint. */
export function memorySeen(): SeenRecord {
  const files = new Map<string, SeenFile>();
  return {
    has: (key) => files.has(key),
    get: (key) => files.get(key),
    add: (key, file) => void files.set(key, file),
    forget(keys) {
      for (const key of keys) files.delete(key);
    },
    entries: () => files.entries(),
    get size() {
      return files.size;
    },
    flush() {},
  };
}
