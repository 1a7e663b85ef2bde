import { configError } from '../errors.ts';
import { repeatedField, type Schema } from '../schema.ts';

/** Files are for readers that know columns by their names. Errors: COLUMN_ALREADY_EXISTS. */
export function checkUniqueColumns(schema: Schema): void {
  const repeated = repeatedField(schema);
  if (repeated === null) return;
  throw configError(
    'COLUMN_ALREADY_EXISTS',
    `The output has "${repeated}" more than once (case does not count): who reads the files could not tell the two apart. Rename one of them, as in \`x AS other\`.`,
  );
}
