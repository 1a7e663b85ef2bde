import type { DataType } from '../schema.ts';

const NUMERIC: ReadonlySet<string> = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'decimal']);
const INTEGRAL: ReadonlySet<string> = new Set(['byte', 'short', 'int', 'long']);

/** Whether CAST knows the way from one type to the other (Spark's `Cast.canCast`, ANSI off). */
export function canCast(from: DataType, to: DataType): boolean {
  if (from.kind === 'void' || to.kind === 'string') return true;
  if (from.kind === to.kind) return from.kind === 'decimal' || canCastInside(from, to);
  if (to.kind === 'void') return false;
  if (NUMERIC.has(to.kind)) return canCastToNumber(from, to);
  switch (to.kind) {
    case 'boolean':
      return from.kind === 'string' || from.kind === 'date' || from.kind === 'timestamp' || NUMERIC.has(from.kind);
    case 'binary':
      return from.kind === 'string' || INTEGRAL.has(from.kind);
    case 'date':
      return from.kind === 'string' || from.kind === 'timestamp';
    case 'timestamp':
      return from.kind === 'string' || from.kind === 'date' || from.kind === 'boolean' || NUMERIC.has(from.kind);
    case 'calendarInterval':
      return from.kind === 'string';
    case 'dayTimeInterval':
    case 'yearMonthInterval':
      return from.kind === 'string' || INTEGRAL.has(from.kind);
    default:
      return false;
  }
}

function canCastToNumber(from: DataType, to: DataType): boolean {
  if (NUMERIC.has(from.kind)) return true;
  if (from.kind === 'dayTimeInterval' || from.kind === 'yearMonthInterval')
    return INTEGRAL.has(to.kind) || to.kind === 'decimal';
  return from.kind === 'string' || from.kind === 'boolean' || from.kind === 'date' || from.kind === 'timestamp';
}

function canCastInside(from: DataType, to: DataType): boolean {
  if (from.kind === 'array' && to.kind === 'array') return canCast(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map') return canCast(from.key, to.key) && canCast(from.value, to.value);
  if (from.kind === 'struct' && to.kind === 'struct') {
    return (
      from.fields.length === to.fields.length &&
      from.fields.every((field, i) => canCast(field.type, (to.fields[i] as typeof field).type))
    );
  }
  return true;
}
