import type { Cell } from '../../../src/batch.ts';
import { evaluateConstant } from '../../../src/codegen/expression.ts';
import { formatType } from '../../../src/schema.ts';
import { parseSelectItem } from '../../../src/sql/parser.ts';
import { resolveExpression } from '../../../src/sql/resolve.ts';
import type { TypedExpr } from '../../../src/sql/typed.ts';
import { hiveText } from '../../../src/sql/values/text.ts';

/** Constant expressions from their text to their value, in UTC unless a time zone is given. */
export function typedOf(sql: string, timeZone = 'UTC'): TypedExpr {
  return resolveExpression(parseSelectItem(sql), { columns: [], timeZone });
}

export function cellOf(sql: string, timeZone = 'UTC'): Cell {
  return evaluateConstant(typedOf(sql, timeZone), { timeZone });
}

/** The value as Spark's shell prints it, `NULL` for null. */
export function textOf(sql: string, timeZone = 'UTC'): string {
  const typed = typedOf(sql, timeZone);
  return hiveText(typed.type, timeZone)(evaluateConstant(typed, { timeZone }));
}

/** The value's text and its type: `3 int`. */
export function typedTextOf(sql: string): string {
  return `${textOf(sql)} ${formatType(typedOf(sql).type)}`;
}

/** The code of the error with which an expression is refused or fails; null when it gives a value. */
export function errorCodeOf(sql: string): string | null {
  try {
    cellOf(sql);
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? `no code: ${String(error)}`;
  }
}

/** The same without Spark's sub-class: `DATATYPE_MISMATCH`. */
export function refusalOf(sql: string): string | null {
  return errorCodeOf(sql)?.split('.')[0] ?? null;
}
