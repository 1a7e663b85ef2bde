import { diskError, errnoOf } from '../../fs/disk-error.ts';
import { SourceFileError } from './file-error.ts';

/** Errors that stay until somebody does something about them; others may pass. */
const LASTING = new Set(['EACCES', 'EPERM', 'EINVAL', 'EISDIR', 'ENAMETOOLONG', 'ENOENT']);
/** Paths that a message names. */
const NAMED = 10;

/** Input that is there and could not be looked at or opened since the last listing. It is left out until it can be. */
export class UnreadInput {
  private readonly errors = new Map<string, unknown>();

  constructor(private readonly onWarning: (message: string) => void) {}

  /** Whether waiting may help: files of other processes are closed, a disk comes back. */
  get mayPass(): boolean {
    return [...this.errors.values()].some((error) => !LASTING.has(errnoOf(error)));
  }

  add(path: string, error: unknown): void {
    const code = errnoOf(error);
    // A link that leads to itself is no input.
    if (code !== 'ELOOP') this.errors.set(path, error);
    // Under a name with replacement characters there is nothing.
    const why =
      code === 'ENOENT' ? `cannot read ${path}: its name is not UTF-8` : diskError('read', path, error).message;
    this.onWarning(`${why}. It is left out until it can be read.`);
  }

  clear(): void {
    this.errors.clear();
  }

  /** Errors: SOURCE_FILE_UNREADABLE, when there is any. */
  report(): void {
    const [first] = this.errors.keys();
    if (first === undefined) return;
    const named = [...this.errors].slice(0, NAMED).map(([path, error]) => `${path} (${errnoOf(error)})`);
    const more = this.errors.size > NAMED ? ` and ${this.errors.size - NAMED} more` : '';
    throw new SourceFileError(
      'SOURCE_FILE_UNREADABLE',
      first,
      `Not all input could be read: ${named.join(', ')}${more}. Everything else was processed. Make it readable and start again, or move it out of the input folder.`,
      this.errors.get(first),
    );
  }
}
