import { type DataType, formatType, sameType } from '../schema.ts';
import type { Implementation } from '../sql/function-spec.ts';
import { castCell, castMayFail } from '../sql/values/cast.ts';

/** How generated code casts: not at all, or by an expression or a function over cells. */
export type CastCode =
  | { readonly kind: 'identity' }
  | { readonly kind: 'code'; readonly implementation: Implementation };

const IDENTITY: CastCode = { kind: 'identity' };
const WHOLE: readonly DataType['kind'][] = ['byte', 'short', 'int', 'long'];

/** The common casts of numbers are written out; the rest call `castCell`. */
export function castCode(from: DataType, to: DataType, timeZone: string): CastCode {
  if (sameType(from, to)) return IDENTITY;
  const isWiderDecimal = from.kind === 'decimal' && to.kind === 'decimal' && from.precision <= to.precision;
  if (isWiderDecimal && from.scale === to.scale) return IDENTITY;
  return numberCast(from, to) ?? cellCast(from, to, timeZone);
}

function numberCast(from: DataType, to: DataType): CastCode | null {
  const fromRank = WHOLE.indexOf(from.kind);
  const toRank = WHOLE.indexOf(to.kind);
  if (fromRank >= 0 && toRank >= fromRank) return IDENTITY;
  if (fromRank >= 0 && to.kind === 'double') return from.kind === 'long' ? inline((a) => `Number(${a})`) : IDENTITY;
  if (from.kind === 'float' && to.kind === 'double') return IDENTITY;
  if (from.kind === 'double' && to.kind === 'float') return inline((a) => `Math.fround(${a})`);
  if (fromRank >= 0 && to.kind === 'string') return inline((a) => `String(${a})`);
  if (from.kind === 'boolean' && (toRank >= 0 || to.kind === 'double' || to.kind === 'float')) {
    return inline((a) => `(${a} ? 1 : 0)`);
  }
  if (fromRank >= 0 && to.kind === 'boolean') return inline((a) => `(${a} !== 0)`);
  return null;
}

function inline(code: (arg: string) => string): CastCode {
  return { kind: 'code', implementation: { kind: 'inline', code: ([a]) => code(a as string) } };
}

function cellCast(from: DataType, to: DataType, timeZone: string): CastCode {
  const fn = castCell(from, to, timeZone);
  if (fn === null) throw new Error(`no cast from ${formatType(from)} to ${formatType(to)}`);
  const mayBeNull = castMayFail(from, to) || from.kind === 'void';
  return { kind: 'code', implementation: { kind: 'call', fn, nulls: 'propagate', mayBeNull } };
}
