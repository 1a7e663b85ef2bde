import type { DecodeRequest, Decoder } from '../../format.ts';
import { closeQuietly } from '../../fs/entries.ts';
import { openFile } from '../../fs/open-file.ts';
import type { ReadContext } from '../../source.ts';
import { checkPinned, type OtherDecoding, type SplitReader } from './read-split.ts';
import type { FileSplit } from './taken.ts';

/** What a small file holds. To be gone through before the next one is asked for. */
export interface SmallFile<T> {
  readonly path: string;
  readonly decoded: Iterable<T>;
}

/**
 * What small files hold, one behind another, as `readRangeAs` gives it of each; but each file is read in one piece, and one decoder takes them
 * all where the format has such.
 *
 * @throws an error of some kind where `readRangeAs` throws; that one says what it is.
 */
export function* readSmallAs<T>(
  reader: SplitReader,
  splits: readonly FileSplit[],
  context: ReadContext,
  { open, rowsOf }: OtherDecoding<T>,
): Generator<SmallFile<T>, void> {
  let path = '';
  const request: DecodeRequest = {
    schema: reader.fileSchema,
    options: reader.formatOptions,
    needed: reader.needed,
    reuse: context.returnsBatches ?? false,
    reject: (record) => {
      context.countInput(1);
      context.reject({ source: path, ...record });
    },
    dropped: (rows) => {
      context.countInput(rows);
      context.countDropped(rows);
    },
    repeatedName: (found) => context.countRepeatedName({ source: path, ...found }),
  };
  const buffer = new Uint8Array(Math.max(...splits.map(({ size }) => size)));
  let decoder: Decoder<T> | null = null;
  for (const split of splits) {
    context.signal.throwIfAborted();
    path = split.path;
    const bytes = readPinned(reader, split, buffer);
    if (decoder?.restart === undefined) decoder = open(request);
    else decoder.restart();
    yield { path, decoded: counted(decoder, bytes, context, rowsOf) };
  }
}

function* counted<T>(
  decoder: Decoder<T>,
  bytes: Uint8Array,
  context: ReadContext,
  rowsOf: (decoded: T) => number,
): Generator<T, void> {
  if (bytes.length > 0) {
    for (const decoded of decoder.push(bytes)) {
      context.countInput(rowsOf(decoded));
      yield decoded;
    }
  }
  for (const decoded of decoder.finish()) {
    context.countInput(rowsOf(decoded));
    yield decoded;
  }
}

/** The bytes of a file that is what was pinned, before and after. */
function readPinned({ disk }: SplitReader, split: FileSplit, buffer: Uint8Array): Uint8Array {
  const { path, size } = split;
  const { file, stat } = openFile(disk, path);
  let length = 0;
  try {
    checkPinned(split, stat);
    while (length < size) {
      const count = disk.read(file, buffer, length, size - length, length);
      if (count === 0) break;
      length += count;
    }
    checkPinned(split, disk.stat(path));
  } finally {
    closeQuietly(disk, file);
  }
  return buffer.subarray(0, length);
}
