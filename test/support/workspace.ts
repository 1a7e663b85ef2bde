import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** A temporary folder; `remove` it at the end. */
export interface Workspace {
  readonly dir: string;
  path(...parts: string[]): string;
  /** Puts a file there by rename, with its folders. */
  deliver(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export function createWorkspace(name = 'test'): Workspace {
  const dir = mkdtempSync(join(tmpdir(), `clickstream-${name}-`));
  const path = (...parts: string[]) => join(dir, ...parts);
  return {
    dir,
    path,
    deliver(name, content) {
      const file = path(name);
      mkdirSync(dirname(file), { recursive: true });
      const temporary = `${file}.tmp`;
      writeFileSync(temporary, content);
      renameSync(temporary, file);
      return file;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** All files below a folder, relative paths, sorted; none when it is not there. */
export function filesBelow(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The data files of a folder: those that readers look at. */
export function dataFiles(dir: string, extension: string): string[] {
  return filesBelow(dir)
    .filter((name) => name.endsWith(extension) && !/(^|\/)[._]/.test(name))
    .map((name) => join(dir, name));
}

/** The lines of all `_rejects/` files of a kind, parsed. */
export function rejects(dir: string, kind: 'rejected' | 'late'): Record<string, unknown>[] {
  return filesBelow(join(dir, '_rejects'))
    .filter((name) => name.includes(`-${kind}-`))
    .flatMap((name) =>
      readFileSync(join(dir, '_rejects', name), 'utf8')
        .trimEnd()
        .split('\n'),
    )
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
