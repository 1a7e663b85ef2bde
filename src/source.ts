import type { Batch } from './batch.ts';

/** Plain JSON; opaque to the engine, compared by its text. */
export type Offset = unknown;

/** Plain JSON: everything needed to read one part of a batch again, for ever. Logged in `offsets/N` before it is read. */
export type Split = unknown;

/** Caps what one batch takes. No field: no limit. */
export interface ReadLimit {
  readonly maxFiles?: number;
  readonly maxBytes?: number;
  readonly maxRows?: number;
}

/**
 * Where rows come from.
 *
 * Law: a range (start, end] gives the same rows for ever, also after a restart. To hold it the engine asks for the plan of a
 * range once, writes it to `offsets/N`, and on every run of batch N, first or replay, hands the logged splits to `read`.
 * Calls never overlap, except that `close` may come at any time.
 */
export interface Source {
  /** The offset before the first row. Called once in the life of a checkpoint. */
  initialOffset(): Promise<Offset>;
  /** The newest offset under `limit`, seen from `start`; `start` itself when there is nothing new. */
  latestOffset(start: Offset, limit: ReadLimit): Promise<Offset>;
  /** The splits of (start, end], in the order in which their rows count. */
  plan(start: Offset, end: Offset): Promise<Split[]>;
  /** The rows of one split, in order, in batches of at most a few thousand rows. */
  read(split: Split, context: ReadContext): AsyncIterable<Batch>;
  /** Releases watchers, sockets, timers. Idempotent. */
  close(): Promise<void>;

  /** Called with every end offset known at the start, in order, when a query is (re)opened: restores what the source remembers. */
  restore?(committed: AsyncIterable<{ batchId: number; offset: Offset; splits: readonly Split[] }>): Promise<void>;
  /**
   * Batch `batchId`, which ended at `offset`, is committed for good; the source may forget or clean up what came before. `quarantined` are
   * splits that an operator set aside: they were not read, are never to be given again, and stay where they are.
   */
  commit?(batchId: number, offset: Offset, splits: readonly Split[], quarantined?: readonly Split[]): Promise<void>;
  /** These splits were left out of the batch they were planned for: their data is new again. */
  release?(splits: readonly Split[]): void;
  /** Fixes the end for this run (Trigger.AvailableNow): later `latestOffset` calls never go past what is there now. */
  prepareForAvailableNow?(): Promise<void>;
  /** A bounded run has taken what it could: throws when something was there that could not be read. */
  reportUnread?(): void;
  /** What this run found so far, by name, for the progress (Spark: ReportsSourceMetrics). */
  metrics?(): Readonly<Record<string, number>>;
  /** How other threads read the splits of this source; absent or null: they cannot. */
  readonly parallel?: ParallelReading | null;
  /** Calls `wake` when new data may be there. A hint: the engine also asks on its own. */
  onData?(wake: () => void): void;
}

/** A place in a split at which a record begins: a byte offset, and its 1-based line. */
export interface RecordPlace {
  readonly offset: number;
  readonly line: number;
}

/** What reading a chunk came to, besides its rows. */
export interface ChunkEnds {
  /** Where the first record was taken to begin; null: no place for it was found, and nothing was read. */
  readonly start: RecordPlace | null;
  /** Where the next chunk begins; null: the split is over. */
  readonly next: RecordPlace | null;
}

/** Splits cut into chunks, which can be read by themselves, in any order, by whoever has `reader`. */
export interface ParallelReading {
  /** Plain data; opaque to the engine. */
  readonly reader: unknown;
  /** The chunks of a split, in order. Some may turn out to hold no record. */
  chunks(split: Split): readonly SplitChunk[];
  /** The chunks of splits one behind another, small splits bundled: for work that need not know which rows are of which split. */
  bundledChunks(splits: readonly Split[]): readonly SplitChunk[];
}

export interface SplitChunk {
  readonly split: Split;
  /** The chunk begins with the first record at or behind this byte, and ends before the first one at or behind `until`. */
  readonly from: number;
  /** Infinity is written as null in JSON, so the last chunk has none. */
  readonly until: number | null;
  /** About how much there is to read; to open a split counts as well. */
  readonly bytes: number;
  /** A bundle: small splits that are read behind this one, which is as whole as they are. */
  readonly more?: readonly Split[];
}

export interface ReadContext {
  /** Sets a record aside; resolves nothing, never throws. Durable before the batch commits. */
  reject(record: RejectedRecord): void;
  /** Counts rows that the source read: `rows` given on plus those rejected or dropped while parsing. */
  countInput(rows: number): void;
  /** The rows that come from here on are of another chunk. A split begins with one. */
  beginChunk(): void;
  /** Counts rows dropped while parsing by a mode that says so (Spark's DROPMALFORMED). */
  countDropped(rows: number): void;
  /** Counts a row whose record has a name more than once. */
  countRepeatedName(found: RepeatedName): void;
  readonly signal: AbortSignal;
  /** Each batch is given back when the next is asked for: its memory may be used again. */
  readonly returnsBatches?: boolean;
}

/**
 * A record in which an object has the name of a field more than once, the same or in spellings that differ in case: the last value counts,
 * the others are lost.
 */
export interface RepeatedName {
  /** Path of the file, or the source's name. */
  readonly source: string;
  /** 1-based line of the record's first byte. */
  readonly line: number;
  /** Path of the field; of several, one. */
  readonly field: string;
}

/** A record that does not fit. */
export interface RejectedRecord {
  /** Path of the file, or the source's name. */
  readonly source: string;
  /** 1-based line of its first byte, where lines exist. */
  readonly line?: number;
  /** Byte offset of its first byte in the (uncompressed) file. */
  readonly byteOffset?: number;
  readonly reason: string;
  /** The raw record, or its beginning where it is too long; bytes that are not UTF-8 are given as `rawBase64`. */
  readonly raw?: string;
  readonly rawBase64?: string;
}
