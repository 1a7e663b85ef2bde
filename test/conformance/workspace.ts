import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder in memory where the system has one: the cases write many small files, each flushed to the disk. */
function fastFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

export type LogName = 'offsets' | 'commits';

/** The folders of one case: its checkpoint, its input folders, its archive, its output. */
export class Workspace {
  private readonly root = mkdtempSync(join(fastFolder(), 'conformance-'));
  readonly checkpoint = join(this.root, 'checkpoint');
  readonly output = join(this.root, 'output');
  readonly archive = join(this.root, 'archive');

  inputFolder(input: string): string {
    const folder = join(this.root, 'input', input);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Puts a file in its place at once, with its modification time. */
  addFile(input: string, path: string, mtimeMs: number, content: string): void {
    const target = join(this.inputFolder(input), path);
    const temporary = join(this.root, 'new-file');
    writeFileSync(temporary, content);
    utimesSync(temporary, mtimeMs / 1000, mtimeMs / 1000);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(temporary, target);
  }

  deleteFile(input: string, path: string): void {
    unlinkSync(join(this.inputFolder(input), path));
  }

  hasInput(input: string, path: string): boolean {
    return existsSync(join(this.inputFolder(input), path));
  }

  hasArchived(input: string, path: string): boolean {
    return existsSync(join(this.archive, join(this.inputFolder(input), path)));
  }

  addForeignSinkFile(path: string, content: string): void {
    const target = join(this.output, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }

  /** The files of each batch in the sink's manifest; a compact entry repeats the ones before it, which are left out. */
  manifestBatches(): { batchId: number; files: string[] }[] {
    const folder = join(this.output, '_spark_metadata');
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+(\.compact)?$/.test(name)) : [];
    const seen = new Set<string>();
    return names
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      .map((name) => {
        const [, ...lines] = readFileSync(join(folder, name), 'utf8').split('\n');
        const all = lines.filter((line) => line !== '').map((line) => fileURLToPath(JSON.parse(line).path));
        const files = all.filter((path) => !seen.has(path));
        for (const path of files) seen.add(path);
        return { batchId: Number.parseInt(name, 10), files };
      });
  }

  /** Writes a file that belongs to no input. */
  writeScratch(name: string, content: string): string {
    const path = join(this.root, 'scratch', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Batch ids of a log, oldest first. */
  logged(log: LogName): number[] {
    const folder = join(this.checkpoint, log);
    if (!existsSync(folder)) return [];
    const ids = readdirSync(folder).filter((name) => /^\d+$/.test(name));
    return ids.map(Number).sort((a, b) => a - b);
  }

  lose(log: LogName, batchId: number): void {
    rmSync(join(this.checkpoint, log, String(batchId)), { force: true });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
