import type { Disk, FileStat } from '../../fs/disk.ts';
import { diskError, errnoOf } from '../../fs/disk-error.ts';
import { closeQuietly } from '../../fs/entries.ts';
import { openFile } from '../../fs/open-file.ts';
import { type InputListing, type InputPath, listInput } from './list-input.ts';
import { manifestFiles } from './manifest-files.ts';
import type { FileSourceOptions } from './options.ts';
import type { SeenFile } from './seen.ts';
import type { UnreadInput } from './unread.ts';

export interface LookRequest {
  readonly disk: Disk;
  readonly input: InputPath;
  readonly options: FileSourceOptions;
  /** Files that need no look. */
  readonly known: (path: string) => SeenFile | undefined;
  /** Told anew, at every look, of input that cannot be read. */
  readonly unread: UnreadInput;
  readonly onWarning: (message: string) => void;
}

/** What is there now. */
export interface InputLook extends InputListing {
  /** Whether this look has opened a new file, so that it may be taken as it is. */
  readonly hasOpened: (path: string) => boolean;
}

/** Lists the input files; with `readManifest`, those of the manifest. `opens`: new files are opened, and need no second look when they are taken. */
export function lookAtInput(request: LookRequest, opens = false): InputLook {
  const { disk, input, options, known, unread, onWarning } = request;
  const closed = new Set<string>();
  const openedStat = (path: string): FileStat => {
    const stat = statOpened(disk, path);
    if (stat === null) closed.add(path);
    return stat ?? disk.stat(path);
  };
  unread.clear();
  const listing = listInput(disk, {
    input,
    recursive: options.recursiveFileLookup,
    known,
    look: opens ? openedStat : undefined,
    onUnreadable: (path, error) => unread.add(path, error),
    onOutside: (path, target) =>
      onWarning(
        `${path} is a link that leads out of the input folder, to ${target}: it is not followed. Move the file there, or read its own folder.`,
      ),
  });
  const look = { ...listing, hasOpened: (path: string) => opens && !closed.has(path) };
  if (!options.readManifest) return look;
  const listed = input.bases.flatMap((base) => manifestFiles(disk, base) ?? []);
  return { ...look, files: listed.map((path) => ({ path, ...(known(path) ?? statListed(disk, path)) })) };
}

/** What a file that may be read is; null for others, whatever the reason. */
function statOpened(disk: Disk, path: string): FileStat | null {
  try {
    const { file, stat } = openFile(disk, path);
    closeQuietly(disk, file);
    return stat;
  } catch (error) {
    if (errnoOf(error) === '') throw error;
    return null;
  }
}

/** A file of the manifest must be there. */
function statListed(disk: Disk, path: string): SeenFile {
  try {
    const { size, mtimeMs } = disk.stat(path);
    return { size, mtimeMs };
  } catch (error) {
    throw diskError('read, though the manifest lists it,', path, error);
  }
}
