import type { Disk } from '../../fs/disk.ts';
import { type Field, type Schema, struct } from '../../schema.ts';
import { checkCleaning } from './clean.ts';
import { baseOf, type InputPath, inputPath, inputPaths } from './list-input.ts';
import { manifestFiles } from './manifest-files.ts';
import type { FileSourceOptions } from './options.ts';
import { dataSchema, partitionFields } from './partitions.ts';

/** The columns of a file source. */
export interface SourceColumns {
  /** `fileSchema`, then `partitions`. */
  readonly schema: Schema;
  /** The columns that stand in the files. */
  readonly fileSchema: Schema;
  /** Those of partition folders (`col=value`). */
  readonly partitions: readonly Field[];
}

/** `paths`: the input files; `wanted`: the columns that the user named, which give partition columns their types. Errors: PARTITION_FOLDERS_DIFFER. */
export function columnsOf(input: InputPath, paths: Iterable<string>, wanted: Schema): SourceColumns {
  const partitions = partitionFields(paths, (path) => baseOf(input, path), wanted);
  const fileSchema = dataSchema(wanted, partitions);
  return { schema: struct([...fileSchema.fields, ...partitions]), fileSchema, partitions };
}

export interface ColumnsRequest {
  readonly disk: Disk;
  /** Folder, file or glob. */
  readonly path: string;
  readonly schema: Schema;
  readonly options: FileSourceOptions;
}

/** The columns that a source will have, before it is opened: from the names of the files, which are not looked at. Errors: OPTION_INVALID, PARTITION_FOLDERS_DIFFER. */
export function fileSourceSchema({ disk, path, schema, options }: ColumnsRequest): Schema {
  const input = inputPath(disk, path);
  checkCleaning(disk, options, input.bases);
  return columnsOf(input, namesOf(disk, input, options), schema).schema;
}

/** The paths of the files of a source, which are not looked at. `folder` is told of each folder that is listed. */
export function namesOf(
  disk: Disk,
  input: InputPath,
  options: FileSourceOptions,
  folder: (path: string) => void = () => {},
): Iterable<string> {
  return options.readManifest
    ? input.bases.flatMap((base) => manifestFiles(disk, base) ?? [])
    : inputPaths(disk, input, options.recursiveFileLookup, folder);
}
