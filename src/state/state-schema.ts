import { join } from 'node:path';
import { configError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { writeDurable } from '../fs/durable-file.ts';
import { entriesIn, exists } from '../fs/entries.ts';
import { decodeFrame, encodeFrame } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { type DataType, type Field, formatType, type Schema } from '../schema.ts';
import { stateError, stateVersionError } from './errors.ts';

/** What an operator keeps: its columns, of which the first `keyColumns` are the key. */
export interface StateSchema {
  readonly schema: Schema;
  readonly keyColumns: number;
}

/**
 * What keeps state that was written under `stored` from being used under `wanted`, one line per difference; empty when it can be. Count, type and
 * nullability must fit, names need not; a column may become not null, but not nullable (Spark's StateSchemaCompatibilityChecker).
 */
export function compareStateSchema(stored: StateSchema, wanted: StateSchema): string[] {
  const [key, value] = (['key', 'value'] as const).map((part) => {
    const [before, now] = [fieldsOf(stored, part), fieldsOf(wanted, part)];
    if (before.length !== now.length) {
      return [`${part} columns: the checkpoint has ${describe(before)}, the query has ${describe(now)}`];
    }
    return before.flatMap((field, index) => compareField(part, index, field, now[index] as Field));
  });
  return [...(key as string[]), ...(value as string[])];
}

/** Records the schema of a new state folder (two fsyncs), or checks it. Errors: STATE_SCHEMA_INCOMPATIBLE, STATE_CORRUPT. */
export function ensureStateSchema(disk: Disk, dir: string, wanted: StateSchema): void {
  const path = join(dir, 'schema');
  if (!exists(disk, path)) {
    // It is written before any state is.
    if (entriesIn(disk, dir).some(({ name }) => /^\d/.test(name))) throw stateError(path, 'the file is missing');
    writeDurable(disk, path, encodeFrame([JSON.stringify(wanted)]), 'rename');
    return;
  }
  const differences = compareStateSchema(readStateSchema(disk, dir), wanted);
  if (differences.length === 0) return;
  throw configError(
    'STATE_SCHEMA_INCOMPATIBLE',
    `${dir} holds the state of another query:\n${differences.map((line) => `  - ${line}\n`).join('')}` +
      'Go back to the former keys and aggregates, or start over with a new checkpoint.',
  );
}

/** The schema of a state folder. Errors: STATE_CORRUPT, STATE_VERSION. */
export function readStateSchema(disk: Disk, dir: string): StateSchema {
  const path = join(dir, 'schema');
  const content = decodeFrame(readWhole(disk, path));
  if (content.kind === 'broken') throw stateError(path, content.reason);
  if (content.kind === 'newer') throw stateVersionError(path, String(content.version));
  return JSON.parse(content.lines[0] as string) as StateSchema;
}

function fieldsOf({ schema, keyColumns }: StateSchema, part: 'key' | 'value'): readonly Field[] {
  return part === 'key' ? schema.fields.slice(0, keyColumns) : schema.fields.slice(keyColumns);
}

function compareField(part: string, index: number, before: Field, now: Field): string[] {
  const where = `${part} column ${index + 1} (${now.name})`;
  if (formatType(unnamed(before.type)) !== formatType(unnamed(now.type))) {
    return [`${where}: was ${formatType(before.type)}, is ${formatType(now.type)}`];
  }
  return now.nullable && !before.nullable ? [`${where}: was not null, may be null now`] : [];
}

/** The type without the names of struct fields. */
function unnamed(type: DataType): DataType {
  switch (type.kind) {
    case 'struct':
      return {
        kind: 'struct',
        fields: type.fields.map((field) => ({ ...field, name: '_', type: unnamed(field.type) })),
      };
    case 'array':
      return { kind: 'array', element: unnamed(type.element) };
    case 'map':
      return { kind: 'map', key: unnamed(type.key), value: unnamed(type.value) };
    default:
      return type;
  }
}

function describe(fields: readonly Field[]): string {
  return `${fields.length} (${fields.map((field) => `${field.name} ${formatType(field.type)}`).join(', ')})`;
}
