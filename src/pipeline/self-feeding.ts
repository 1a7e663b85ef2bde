import { relative, resolve, sep } from 'node:path';
import { configError } from '../errors.ts';
import { isGlob } from '../fs/glob.ts';
import { isHidden } from '../fs/list.ts';
import type { StreamInput } from '../plan/logical.ts';
import { checkFileSourceOptions } from '../sources/file/options.ts';
import type { FileInput } from './files.ts';

/**
 * Refuses a query that would read its own output: each batch would make input for the next, without end. Looks at paths alone; a glob, and a link
 * from one folder to the other, is not seen through.
 *
 * @param output the folder that the query writes to, absolute
 * Errors: OUTPUT_IS_INPUT.
 */
export function refuseSelfFeeding(streams: readonly StreamInput[], output: string): void {
  for (const { source } of streams) {
    if (source.kind !== 'file') continue;
    const { path, sourceOptions } = source.options.input as FileInput;
    const input = resolve(path);
    if (isGlob(input) || !reads(input, checkFileSourceOptions(sourceOptions).recursiveFileLookup, output)) continue;
    throw configError(
      'OUTPUT_IS_INPUT',
      `The query reads ${input} and writes to ${output}, so that it would read its own output, without end. Give the output a folder outside of the input.`,
    );
  }
}

/** Whether a source of `input` would come upon files that are written to `output`, or to partition folders in it. */
function reads(input: string, recursive: boolean, output: string): boolean {
  const below = relative(input, output).split(sep);
  if (below[0] === '..') return relative(output, input).split(sep).every(isPartition);
  return below.every((name) => name === '' || (!isHidden(name) && (recursive || isPartition(name))));
}

function isPartition(name: string): boolean {
  return name.includes('=');
}
