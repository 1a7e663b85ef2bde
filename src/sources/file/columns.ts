import type { Disk } from '../../fs/disk.ts';
import { type Field, type Schema, struct } from '../../schema.ts';
import { checkCleaning } from './clean.ts';
import { baseOf, type InputPath, inputPath, listInput } from './list-input.ts';
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
export function columnsOf(input: InputPath, paths: readonly string[], wanted: Schema): SourceColumns {
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
  const request = { input, recursive: options.recursiveFileLookup, known: () => NOT_LOOKED_AT, onUnreadable: () => {} };
  const paths = options.readManifest
    ? input.bases.flatMap((base) => manifestFiles(disk, base) ?? [])
    : listInput(disk, request).files.map((file) => file.path);
  return columnsOf(input, paths, schema).schema;
}

const NOT_LOOKED_AT = { size: 0, mtimeMs: 0 };
