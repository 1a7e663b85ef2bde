import { type ClickstreamError, configError, ioError } from '../errors.ts';

/** A checkpoint that cannot be trusted any more: the run must stop and leave it as it is. */
export function corruptError(
  path: string,
  found: string,
  cause?: unknown,
  code = 'CHECKPOINT_CORRUPT',
): ClickstreamError {
  return ioError(
    code,
    `${path}: ${found}. The checkpoint was left as it is. Restore the file from a backup of the checkpoint folder, or start over ` +
      'with a new checkpoint (--fresh), which reads all input again.',
    cause,
  );
}

export function newerVersionError(path: string, found: number, supported: number): ClickstreamError {
  return configError(
    'CHECKPOINT_VERSION',
    `${path} has format version ${found}, but this clickstream reads versions up to ${supported}: it was written by a newer ` +
      'clickstream. Run that version or newer.',
  );
}
