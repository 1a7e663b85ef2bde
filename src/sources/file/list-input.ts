import { resolve } from 'node:path';
import type { Disk, FileStat } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';
import { expandBraces, hasWildcard, isGlob } from '../../fs/glob.ts';
import { type ListedFile, listFiles } from '../../fs/list.ts';
import type { SeenFile } from './seen.ts';

/** Where input lies: an absolute path or glob. */
export interface InputPath {
  /** As `listFiles` takes it. */
  readonly root: string;
  /** The folders above the first wildcard, one per alternative of braces. */
  readonly bases: readonly string[];
  /** Path parts of `root`: what lies deeper was found below a folder that the root matched. */
  readonly depth: number;
}

/** A path that exists as it is written is no glob. */
export function inputPath(disk: Disk, path: string): InputPath {
  const absolute = resolve(path);
  if (!isGlob(absolute) || exists(disk, absolute)) {
    const root = absolute.replace(/[*?[\]{}\\]/g, '\\$&');
    return { root, bases: [absolute], depth: partsOf(absolute).length };
  }
  const patterns = expandBraces(absolute).map(partsOf);
  const bases = patterns.map((parts) => {
    const wildcard = parts.findIndex(hasWildcard);
    return `/${parts.slice(0, wildcard < 0 ? parts.length : wildcard).join('/')}`;
  });
  return { root: absolute, bases: [...new Set(bases)], depth: Math.min(...patterns.map((parts) => parts.length)) };
}

/** The folder that the input path matched above a file: partition folders count from there (Spark's base path). */
export function baseOf(input: Pick<InputPath, 'depth'>, file: string): string {
  return `/${partsOf(file).slice(0, input.depth).join('/')}`;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

/** Which folders below an input path are entered: of any name, or partition folders (`col=value`) only. */
function enters(recursive: boolean): boolean | ((name: string) => boolean) {
  return recursive || ((name) => name.includes('='));
}

/** The paths of the input files, which are not looked at: some may lead nowhere. `folder` is told of each folder that is listed. */
export function* inputPaths(
  disk: Disk,
  input: InputPath,
  recursive: boolean,
  folder: (path: string) => void,
): Generator<string, void> {
  const options = { recursive: enters(recursive), known: () => NOT_LOOKED_AT, folder, unreadable: () => {} };
  for (const { path } of listFiles(disk, input.root, options)) yield path;
}

const NOT_LOOKED_AT = { size: 0, mtimeMs: 0 };

/** One look at the input folders. */
export interface InputListing {
  readonly files: readonly ListedFile[];
  /** The folders looked into: what a watcher must watch. */
  readonly folders: readonly string[];
  /** Whether everything could be looked at; when not, a file that is not here may still be there. */
  readonly complete: boolean;
}

export interface ListRequest {
  readonly input: InputPath;
  /** Enters folders of any name; otherwise partition folders (`col=value`) only. */
  readonly recursive: boolean;
  /** Files that need no look. */
  readonly known: (path: string) => SeenFile | undefined;
  /** How others are looked at; by default `Disk.stat`. */
  readonly look?: ((path: string) => FileStat) | undefined;
  /** Something is there and cannot be looked at. */
  readonly onUnreadable: (path: string, error: unknown) => void;
  /** A link leads out of the input, and is passed over. */
  readonly onOutside?: (path: string, target: string) => void;
}

/** Lists input files. What cannot be looked at is reported and left out until it can. */
export function listInput(disk: Disk, request: ListRequest): InputListing {
  const folders: string[] = [];
  let complete = true;
  const files = listFiles(disk, request.input.root, {
    recursive: enters(request.recursive),
    known: request.known,
    ...(request.look === undefined ? {} : { look: request.look }),
    folder: (path) => folders.push(path),
    unreadable(path, error) {
      complete = false;
      request.onUnreadable(path, error);
    },
    ...(request.onOutside === undefined ? {} : { outside: request.onOutside }),
  });
  return { files: [...files], folders, complete };
}
