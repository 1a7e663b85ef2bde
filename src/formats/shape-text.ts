import {
  ABSENT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  NULLABLE,
  NUMBER_TEXT,
  PRESENT,
  SAFE_INTEGER,
  SKIP_FIELD,
  SKIP_VALUE,
  SMALL_INTEGER,
  TEXT,
  TIMESTAMP,
} from '../kernel/ops.ts';
import type { ShapeOp } from '../kernel/program.ts';
import type { StructType } from '../schema.ts';

const KINDS: Readonly<Record<number, string>> = {
  [SAFE_INTEGER]: 'integer',
  [SMALL_INTEGER]: 'integer',
  [DOUBLE]: 'double',
  [DECIMAL]: 'decimal',
  [TEXT]: 'text',
  [NUMBER_TEXT]: 'number as text',
  [TIMESTAMP]: 'timestamp',
  [DATE]: 'date',
  [BOOLEAN]: 'boolean',
};

/** A shape as people read it: its literal bytes as they are, and each value as `<column: kind>`. `columns`: the names of the program's columns. */
export function shapeText(shape: readonly ShapeOp[], columns: readonly string[]): string {
  const missing: string[] = [];
  let text = '';
  for (const op of shape) {
    if ('literal' in op) text += printable(Buffer.from(op.literal).toString());
    else if (op.kind === ABSENT) missing.push(columns[op.column ?? 0] ?? '');
    else if (op.kind === SKIP_VALUE || op.kind === SKIP_FIELD) text += '<anything>';
    else if (op.kind !== PRESENT) {
      const optional = ((op.flags ?? 0) & NULLABLE) === 0 ? '' : ' or null';
      text += `<${columns[op.column ?? 0]}: ${KINDS[op.kind]}${optional}>`;
    }
  }
  return missing.length === 0 ? text : `${text}\n   not in it, so null: ${missing.join(', ')}`;
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be shown
  return text.replace(/[\u0000-\u001f]/g, (control) => JSON.stringify(control).slice(1, -1));
}

/** Names of the columns of a program over nested records: a struct, then its fields, by their path. */
export function nestedColumns(schema: StructType, parent = ''): string[] {
  return schema.fields.flatMap(({ name, type }) => {
    const path = `${parent}${name}`;
    return type.kind === 'struct' ? [path, ...nestedColumns(type, `${path}.`)] : [path];
  });
}
