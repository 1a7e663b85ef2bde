import { sep } from 'node:path';
import type { DirectoryEntry, Disk } from '../../fs/disk.ts';
import { errnoOf } from '../../fs/disk-error.ts';
import type { InputPath } from './input-path.ts';

/** One look at the input folders. */
export interface InputListing {
  /** Paths of the files that may be input, in no order. */
  readonly files: string[];
  /** The folders looked into: what a watcher must watch. */
  readonly folders: string[];
  /** Whether every folder could be read; when not, a file that is not here may still be there. */
  readonly complete: boolean;
}

export interface ListRequest {
  readonly inputs: readonly InputPath[];
  readonly recursive: boolean;
  readonly onWarning: (message: string) => void;
}

/**
 * Lists input files without looking at any of them. A folder that is not there has no files (yet). Symbolic links are
 * not followed, except in the path that was given: they may point anywhere, or at each other.
 */
export function listInput(disk: Disk, request: ListRequest): InputListing {
  const walk = new Walk(disk, request);
  for (const { base, segments } of request.inputs) walk.enter(base, segments, 0);
  return { files: walk.files, folders: walk.folders, complete: walk.complete };
}

/** Names that are not input: hidden ones, and what other programs call a file that they are still writing. */
export function isHiddenName(name: string): boolean {
  if (name.startsWith('.')) return true;
  if (name.startsWith('_') && !name.includes('=')) return true;
  return name.endsWith('.tmp') || name.endsWith('.part') || name.endsWith('._COPYING_');
}

class Walk {
  readonly files: string[] = [];
  readonly folders: string[] = [];
  complete = true;

  constructor(
    private readonly disk: Disk,
    private readonly request: ListRequest,
  ) {}

  /** `depth` counts the segments that are matched already; behind the last one everything is input. */
  enter(folder: string, segments: readonly RegExp[], depth: number): void {
    const entries = this.entriesOf(folder, depth === 0);
    if (entries === null) return;
    this.folders.push(folder);
    const prefix = folder.endsWith(sep) ? folder : folder + sep;
    const segment = segments[depth];
    for (const { name, kind } of entries) {
      if (isHiddenName(name) || (segment !== undefined && !segment.test(name))) continue;
      const path = prefix + name;
      if (kind === 'file') {
        if (depth >= segments.length - 1) this.files.push(path);
      } else if (kind === 'directory') {
        if (segment !== undefined || this.request.recursive || name.includes('='))
          this.enter(path, segments, depth + 1);
      } else {
        const found = kind === 'symlink' ? 'a symbolic link' : 'not a regular file';
        this.request.onWarning(`${path} is ${found} and is not read. Put the file itself into the folder.`);
      }
    }
  }

  private entriesOf(folder: string, isBase: boolean): DirectoryEntry[] | null {
    try {
      return this.disk.readdir(folder);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT') return null;
      if (code === 'ENOTDIR' && isBase) {
        this.files.push(folder);
        return null;
      }
      this.complete = false;
      this.request.onWarning(`The folder ${folder} cannot be listed (${code}); its files are left out until it can.`);
      return null;
    }
  }
}
