import type { DirectoryEntry, Disk, FileStat } from './disk.ts';
import { errnoOf } from './disk-error.ts';
import { componentMatcher, expandBraces, hasWildcard, isGlob, unescapeComponent } from './glob.ts';

export interface ListedFile {
  readonly path: string;
  readonly size: number;
  /** Milliseconds, with the fraction that the file system keeps. */
  readonly mtimeMs: number;
}

export interface ListOptions {
  /** Which folders within are listed too, by name; none: only the files directly in the root. */
  readonly recursive: boolean | ((name: string) => boolean);
  /** Told of every folder that is listed: what a watcher must watch. */
  readonly folder?: (path: string) => void;
  /** What is known of a file already: it is taken over without asking the disk. Without it every file costs a stat. */
  readonly known?: (path: string) => { readonly size: number; readonly mtimeMs: number } | undefined;
  /** How a file is looked at; by default `Disk.stat`. */
  readonly look?: (path: string) => FileStat;
  /** Told of what is there but cannot be looked at (no permission, I/O error, a name that is not UTF-8). */
  readonly unreadable: (path: string, error: Error) => void;
  /** Told of links that are passed over because they lead out of the root, and where to. */
  readonly outside?: (path: string, target: string) => void;
}

/**
 * The input files under `root`, an absolute path of a folder or file, or a Hadoop glob of such, in no order. A root that is not there (yet) has none.
 *
 * Regular files only: FIFOs, sockets and devices are passed over. A link to a file counts as a file when it leads to one within the root; a link to a
 * folder is not followed, as what is within the root is listed anyway, and loops are thus impossible. Names that `isHidden` are not input.
 * What vanishes while it is looked at is not there.
 */
export function* listFiles(disk: Disk, root: string, options: ListOptions): Generator<ListedFile> {
  if (!isGlob(root)) {
    yield* listRoot(disk, trimSlash(root), options);
    return;
  }
  // Alternatives of braces may match the same path.
  const roots = new Set<string>();
  for (const pattern of expandBraces(root)) for (const path of expandGlob(disk, pattern, options)) roots.add(path);
  for (const path of roots) yield* listRoot(disk, path, options);
}

/**
 * Whether a name is not input: Spark's rule (names that begin with `.` or `_`, but for partition folders `_a=1`, and unfinished Hadoop copies), and
 * what writers call unfinished files.
 */
export function isHidden(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first === DOT || (first === UNDERSCORE && !name.includes('='))) return true;
  return name.endsWith('.tmp') || name.endsWith('.part') || name.endsWith('._COPYING_');
}

const DOT = 0x2e;
const UNDERSCORE = 0x5f;

/** One root without glob characters. Links in its own path are followed: the user named it. */
function* listRoot(disk: Disk, root: string, options: ListOptions): Generator<ListedFile> {
  const found = tryLook(() => disk.stat(root), root, options);
  if (found === null) return;
  if (found.kind === 'file') yield { path: root, size: found.size, mtimeMs: found.mtimeMs };
  if (found.kind !== 'directory') return;
  const isWithin = withinTest(disk, root, options);
  const { recursive } = options;
  const enters = typeof recursive === 'function' ? recursive : () => recursive;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    options.folder?.(folder);
    const prefix = join(folder, '');
    for (const { name, kind } of entriesOf(disk, folder, options)) {
      if (isHidden(name)) continue;
      const path = prefix + name;
      if (kind === 'directory' && enters(name)) folders.push(path);
      else if (kind === 'file' || (kind === 'symlink' && isWithin(path))) {
        const file = look(disk, path, options);
        if (file !== null) yield file;
      }
    }
  }
}

function look(disk: Disk, path: string, options: ListOptions): ListedFile | null {
  const known = options.known?.(path);
  if (known !== undefined) return { path, size: known.size, mtimeMs: known.mtimeMs };
  const stat = tryLook(() => (options.look === undefined ? disk.stat(path) : options.look(path)), path, options);
  return stat?.kind === 'file' ? { path, size: stat.size, mtimeMs: stat.mtimeMs } : null;
}

function entriesOf(disk: Disk, folder: string, options: ListOptions): readonly DirectoryEntry[] {
  return tryLook(() => disk.readdir(folder), folder, options) ?? [];
}

/** Null when it is not there, or, after telling so, when it cannot be looked at. */
function tryLook<T>(action: () => T, path: string, options: ListOptions): T | null {
  try {
    return action();
  } catch (error) {
    if (errnoOf(error) === '') throw error;
    const gone = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    // A name that is not UTF-8 comes with replacement characters, under which there is nothing.
    if (!gone || path.includes('\ufffd')) options.unreadable(path, error as Error);
    return null;
  }
}

/** The paths that a pattern without braces matches, component by component. Links that lead out of the part before the first wildcard do not match. */
function expandGlob(disk: Disk, pattern: string, options: ListOptions): string[] {
  const components = pattern.split('/').filter((part) => part !== '');
  const fixed = components.findIndex(hasWildcard);
  const base = components
    .slice(0, fixed < 0 ? components.length : fixed)
    .reduce((path, name) => join(path, unescapeComponent(name)), '/');
  const isWithin = withinTest(disk, base, options);
  let paths = [base];
  for (const component of components.slice(fixed < 0 ? components.length : fixed)) {
    if (!hasWildcard(component)) {
      const name = unescapeComponent(component);
      paths = paths.map((path) => join(path, name));
      continue;
    }
    const matches = componentMatcher(component);
    // A wildcard does not reach hidden names unless it says so.
    const wanted = (name: string) => matches(name) && (!isHidden(name) || component[0] === name[0]);
    paths = paths.flatMap((path) =>
      entriesOf(disk, path, options)
        .filter(({ name, kind }) => wanted(name) && (kind !== 'symlink' || isWithin(join(path, name))))
        .map(({ name }) => join(path, name)),
    );
  }
  return paths;
}

/** A test whether a path leads to a place within `root`, links followed. */
function withinTest(disk: Disk, root: string, options: ListOptions): (path: string) => boolean {
  let prefix: string | null = null;
  return (path) => {
    const own = prefix ?? tryLook(() => disk.realpath(root), root, options);
    if (own === null) return false;
    prefix = own.endsWith('/') ? own : `${own}/`;
    const target = tryLook(() => disk.realpath(path), path, options);
    if (target === null) return false;
    // One that leads to the root itself leads nowhere new.
    if (!`${target}/`.startsWith(prefix)) options.outside?.(path, target);
    return target.startsWith(prefix);
  };
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}
