import { ClickstreamError } from '../../errors.ts';

/**
 * One input file could not be read as it was pinned. `path` tells which, so that the engine can leave it out of a batch that
 * has published nothing yet.
 */
export class SourceFileError extends ClickstreamError {
  constructor(
    code: 'SOURCE_FILE_CHANGED' | 'SOURCE_FILE_MISSING' | 'SOURCE_FILE_UNREADABLE' | 'SOURCE_FILE_CORRUPT',
    readonly path: string,
    message: string,
    cause?: unknown,
  ) {
    super(code, code === 'SOURCE_FILE_CORRUPT' ? 'data' : 'io', message, { cause });
  }
}
