import type { DataType, Schema } from '../schema.ts';
import type { Expr, QueryTerm, SortItem } from './ast.ts';
import { checkLevels } from './complexity.ts';
import { parseExpressionAt, parseNamedExpressionAt } from './parse-expression.ts';
import { parseQueryAt, parseSortItemAt } from './parse-query.ts';
import { parseSchemaAt, parseTypeAt } from './parse-type.ts';
import { TokenCursor } from './token-cursor.ts';

/**
 * The six things that can be written in Spark SQL here. Each reads its whole text; what does not fit is an error
 * PARSE_SYNTAX_ERROR with line, column, the line itself, what was found and what was expected. What is nested too deep is
 * FAILED_TO_PARSE_TOO_COMPLEX.
 */

/** An expression, such as `price * 2 > 10`. */
export function parseExpression(text: string): Expr {
  return parseWhole(text, parseExpressionAt, 'an operator or the end of the expression');
}

/** An expression that may have an alias: `price * 2 AS double_price`. */
export function parseSelectItem(text: string): Expr {
  return parseWhole(text, parseNamedExpressionAt, 'an operator, an alias or the end of the expression');
}

/** An expression to sort by: `price DESC NULLS LAST`. */
export function parseSortItem(text: string): SortItem {
  return parseWhole(text, parseSortItemAt, 'ASC, DESC or the end of the expression');
}

/** `SELECT ...`, also several joined by UNION ALL. */
export function parseQuery(text: string): QueryTerm {
  return parseWhole(text, parseQueryAt, 'the end of the query');
}

/** A type, such as `ARRAY<STRUCT<a: INT>>`. */
export function parseType(text: string): DataType {
  return parseWhole(text, parseTypeAt, 'the end of the type');
}

/** A schema, such as `a INT NOT NULL, b STRUCT<x: STRING>`. */
export function parseSchema(ddl: string): Schema {
  return parseWhole(ddl, parseSchemaAt, '"," or the end of the schema');
}

function parseWhole<T extends object>(text: string, parse: (cursor: TokenCursor) => T, expectedBehind: string): T {
  const cursor = new TokenCursor(text);
  const result = parse(cursor);
  cursor.expectEnd(expectedBehind);
  checkLevels(result, text);
  return result;
}
