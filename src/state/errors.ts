import { type ClickstreamError, configError, ioError } from '../errors.ts';

/** State that cannot be rebuilt: the run must stop and leave it as it is. */
export function stateError(path: string, found: string, cause?: unknown): ClickstreamError {
  return ioError(
    'STATE_CORRUPT',
    `${path}: ${found}. The state was left as it is. Restore the file from a backup of the checkpoint folder, or start over with a new ` +
      'checkpoint (--fresh), which reads all input again.',
    cause,
  );
}

export function stateVersionError(path: string, found: string): ClickstreamError {
  return configError(
    'STATE_VERSION',
    `${path} has format version ${found}, but this clickstream reads version 1. Run the version that wrote it.`,
  );
}
