import type { SplitChunk } from '../../source.ts';
import { isGzip } from './chunks.ts';
import { chunksOf } from './read-chunk.ts';
import type { InputFormat } from './read-split.ts';
import type { FileSplit } from './taken.ts';

/** Larger files are chunks of their own. */
const SMALL_FILE_BYTES = 256 * 1024;
/** To open a file, look at it twice and close it takes about as long as to read so many bytes. */
const OPENING_BYTES = 40 * 1024;
/** Some dozens of the smallest files: enough to be worth sending to a thread, few enough to be shared out evenly. */
const BUNDLE_BYTES = 2 * 1024 * 1024;

/** The chunks of files one behind another; small files that follow each other are bundled. */
export function bundledChunks(format: InputFormat, splits: readonly FileSplit[]): SplitChunk[] {
  const chunks: SplitChunk[] = [];
  let bundle: FileSplit[] = [];
  let bytes = 0;
  const close = () => {
    const [split, ...more] = bundle;
    if (split !== undefined) chunks.push({ split, from: 0, until: null, bytes, more });
    bundle = [];
    bytes = 0;
  };
  for (const split of splits) {
    if (!('decoder' in format) || !isSmall(split)) {
      close();
      chunks.push(...chunksOf(split));
      continue;
    }
    bundle.push(split);
    bytes += split.size + OPENING_BYTES;
    if (bytes >= BUNDLE_BYTES) close();
  }
  close();
  return chunks;
}

function isSmall({ path, size, chunkBytes = Number.POSITIVE_INFINITY }: FileSplit): boolean {
  return size <= Math.min(SMALL_FILE_BYTES, chunkBytes) && !isGzip(path);
}
