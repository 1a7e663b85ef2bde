import { MAX_OUTPUTS, NAMES_BYTES, OUTPUT_BYTES, SCRATCH_BYTES } from '../../kernel/ops.ts';
import type { JsonProjection } from '../../kernel/projection.ts';
import type { Field } from '../../schema.ts';
import { zone } from '../../sql/values/zone.ts';
import type { JsonOptions } from './options.ts';
import { fieldStart } from './value-writers.ts';

/** A name takes an address and a size besides its bytes. */
const NAME_BYTES = 8;

/**
 * How the kernel writes columns of a program as the fields of objects, byte for byte as `jsonEncoder` does; null when it cannot. Texts with
 * escapes in them are left to the encoder.
 */
export function projectedFields(
  columns: readonly number[],
  fields: readonly Field[],
  { timeZone, ignoreNullFields }: JsonOptions,
): JsonProjection | null {
  if (columns.length === 0 || columns.length > MAX_OUTPUTS) return null;
  if (fields.some(({ type }) => type.kind === 'timestamp') && zone(timeZone).fixedOffsetMicros !== 0) return null;
  const names = fields.map(({ name }) => Buffer.concat([Buffer.from(','), fieldStart(name)]));
  const nameBytes = names.reduce((sum, name) => sum + name.length + NAME_BYTES, 0);
  if (nameBytes > NAMES_BYTES || columns.length * SCRATCH_BYTES + nameBytes > OUTPUT_BYTES / 2) return null;
  return { columns, names, nullText: Buffer.from(ignoreNullFields ? '' : 'null') };
}
