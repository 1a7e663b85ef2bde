import type { MemoryStream } from '../../sources/memory.ts';
import type { PlainRow } from '../../sql/values/plain.ts';
import type { Options } from '../formats.ts';
import type { FoundFiles } from './build-inputs.ts';

/** What a test puts in the place of a pipeline's surroundings. Everything else runs as it is written. */
export interface Replacements {
  /** The folder that a file source reads instead of its own. `found` null: the source has a mistake. */
  readonly sourceFolder?: (name: string, found: FoundFiles | null) => string;
  /** Options of file sources that are read from another folder, besides `settle: 0` and `poll`. */
  readonly sourceOptions?: Options;
  /** Is given the stream that stands for a socket. */
  readonly memoryStream?: (name: string, stream: MemoryStream) => void;
  /** The rows of a static table; undefined: its files. */
  readonly tableRows?: (name: string) => readonly PlainRow[] | undefined;
}
