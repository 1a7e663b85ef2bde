/**
 * What a generator of files is to the runner. Law: the bytes depend on the generator's options and on the files asked for
 * before, never on the time, the machine or the folder.
 */
export interface FileGenerator {
  /** First part of the file names: `clicks` gives `clicks-<seed>-<number>.json`. */
  readonly name: string;
  readonly extension: string;
  /** The next file's content, in chunks that together hold `events` records. Must be consumed to its end. */
  nextFile(events: number): Iterable<Uint8Array>;
  /** What was written so far, all files together. */
  readonly counts: EventCounts;
}

export interface EventCounts {
  readonly events: number;
  /** Events dated earlier than their place in the stream. */
  readonly late: number;
  /** Records that do not fit, on purpose. */
  readonly corrupt: number;
}

const CHUNK_CHARACTERS = 1 << 18;

/** Joins short texts (ASCII) into chunks of bytes worth a write. */
export function* inChunks(texts: Iterable<string>): Generator<Uint8Array> {
  let chunk = '';
  for (const text of texts) {
    chunk += text;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(chunk, 'latin1');
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk, 'latin1');
}
