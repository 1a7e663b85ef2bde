import { join } from 'node:path';
import { configError } from '../../../errors.ts';
import type { QueryDefinition } from '../../build.ts';
import type { Pipeline } from '../../file/build-pipeline.ts';
import { isFormatName, type Options } from '../../formats.ts';

/** Options of a file source under test: one file per batch, so that few files make many batches; inputs stay where they are. */
export const SOURCE_OPTIONS: Options = {
  maxFilesPerTrigger: 1,
  cleanSource: 'off',
  readManifest: false,
};

/** Refuses what no crash test can judge: it compares files, byte for byte, of runs over the same input. Errors: SELFTEST_UNSUPPORTED. */
export function checkTestable({ file, value }: Pipeline): void {
  for (const [name, source] of Object.entries(value.sources)) {
    const format = source?.format ?? '';
    if (!isFormatName(format)) {
      refuse(file, `its source "${name}" is a ${format} source, and no two runs would read the same rows from it.`);
    }
  }
  const format = value.sink?.format ?? '';
  if (!isFormatName(format)) {
    refuse(
      file,
      `its sink is a ${format} sink, which leaves no files. Test it with a file sink (csv, json, text, parquet).`,
    );
  }
}

function refuse(file: string, why: string): never {
  throw configError(
    'SELFTEST_UNSUPPORTED',
    `selftest crash compares output files byte for byte, and ${file} cannot be compared: ${why}`,
  );
}

/** Where a run in `folder` puts what it writes. */
export function placesIn(folder: string) {
  return { out: join(folder, 'out'), rejects: join(folder, 'rejects'), checkpoint: join(folder, 'checkpoint') };
}

/** The pipeline's query as it stands, but for where it writes, and that it ends. */
export function scratchQuery({ definition }: Pipeline, folder: string): QueryDefinition {
  const { out, rejects, checkpoint } = placesIn(folder);
  const { rejectsPath } = definition.options;
  return {
    ...definition,
    trigger: { kind: 'availableNow' },
    options: {
      ...definition.options,
      path: out,
      checkpointLocation: checkpoint,
      ...(rejectsPath === undefined ? {} : { rejectsPath: rejects }),
    },
  };
}
