import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { writeDurable } from '../fs/durable-file.ts';
import { exists } from '../fs/entries.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { corruptError, newerVersionError } from './errors.ts';

export const OUTPUTS = 'outputs';

export interface OutputPlace {
  /** Absolute. */
  readonly path: string;
  /** Every start of the query expects its mark there; else a mark that is missing is made again. */
  readonly isExpected: boolean;
}

/**
 * The folders that a query writes files to, a line each in `outputs`: those of what it set aside (`_rejects/`) and of what a user's function
 * wrote with `batch.write` included. Written before the first file of a folder, so that no output is unknown to those who take batches back.
 */
export class OutputFolders {
  private constructor(
    private readonly disk: Disk,
    private readonly path: string,
    private readonly places: Map<string, OutputPlace>,
  ) {}

  /** Errors: CHECKPOINT_CORRUPT, CHECKPOINT_VERSION. */
  static open(disk: Disk, dir: string): OutputFolders {
    const path = join(dir, OUTPUTS);
    if (!exists(disk, path)) return new OutputFolders(disk, path, new Map());
    const content = decodeFrame(readWhole(disk, path));
    if (content.kind === 'broken') throw corruptError(path, content.reason);
    if (content.kind === 'newer') throw newerVersionError(path, content.version, FRAME_VERSION);
    const places = content.lines.map((line) => JSON.parse(line) as OutputPlace);
    return new OutputFolders(disk, path, new Map(places.map((place) => [place.path, place])));
  }

  /** In the order in which they were first written to. */
  list(): readonly OutputPlace[] {
    return [...this.places.values()];
  }

  /** Two fsyncs for a folder that is new, none for others. */
  add(place: OutputPlace): void {
    const known = this.places.get(place.path);
    if (known?.isExpected === true || known?.isExpected === place.isExpected) return;
    const places = new Map(this.places).set(place.path, place);
    writeDurable(this.disk, this.path, encodeFrame([...places.values()].map((each) => JSON.stringify(each))), 'rename');
    this.places.set(place.path, place);
  }
}
