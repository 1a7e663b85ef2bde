import type { Cell } from '../batch.ts';
import { configError } from '../errors.ts';
import type { DataType } from '../schema.ts';
import { BOOLEAN, DOUBLE, INT, LONG, STRING, TIMESTAMP, VOID } from '../schema.ts';
import type { Expr, SortItem } from '../sql/ast.ts';
import { parseExpression, parseSelectItem, parseType } from '../sql/parser.ts';

/** What may stand where a column is wanted: a column, or the name of one. */
export type ColumnLike = Column | string;

/** A value that can be written as a literal: a number without fraction is int or long, one with is double. */
export type LiteralLike = string | number | bigint | boolean | Date | null;

/**
 * An expression over columns, built up by method calls with Spark's names (Spark: Column). Immutable.
 *
 * @example
 * col('price').times(col('quantity')).as('total')
 * col('side').isin('BUY', 'SELL').and(col('price').gt(0))
 */
export class Column {
  constructor(readonly expr: Expr) {}

  /** Names the column (Spark: alias, name). */
  as(name: string): Column {
    return new Column({ kind: 'alias', child: this.expr, name });
  }

  alias(name: string): Column {
    return this.as(name);
  }

  plus(other: Column | LiteralLike): Column {
    return this.call('+', other);
  }

  minus(other: Column | LiteralLike): Column {
    return this.call('-', other);
  }

  multiply(other: Column | LiteralLike): Column {
    return this.call('*', other);
  }

  divide(other: Column | LiteralLike): Column {
    return this.call('/', other);
  }

  mod(other: Column | LiteralLike): Column {
    return this.call('%', other);
  }

  eq(other: Column | LiteralLike): Column {
    return this.call('=', other);
  }

  notEqual(other: Column | LiteralLike): Column {
    return this.eq(other).not();
  }

  /** Equal, null counting as a value (`<=>`). */
  eqNullSafe(other: Column | LiteralLike): Column {
    return this.call('<=>', other);
  }

  lt(other: Column | LiteralLike): Column {
    return this.call('<', other);
  }

  leq(other: Column | LiteralLike): Column {
    return this.call('<=', other);
  }

  gt(other: Column | LiteralLike): Column {
    return this.call('>', other);
  }

  geq(other: Column | LiteralLike): Column {
    return this.call('>=', other);
  }

  between(low: Column | LiteralLike, high: Column | LiteralLike): Column {
    return this.geq(low).and(this.leq(high));
  }

  and(other: Column | LiteralLike): Column {
    return this.call('and', other);
  }

  or(other: Column | LiteralLike): Column {
    return this.call('or', other);
  }

  not(): Column {
    return this.call('not');
  }

  isNull(): Column {
    return this.call('isnull');
  }

  isNotNull(): Column {
    return this.call('isnotnull');
  }

  isin(...values: (Column | LiteralLike)[]): Column {
    return this.call('in', ...values);
  }

  like(pattern: string): Column {
    return this.call('like', pattern);
  }

  rlike(pattern: string): Column {
    return this.call('rlike', pattern);
  }

  startsWith(other: Column | string): Column {
    return this.call('startswith', other);
  }

  endsWith(other: Column | string): Column {
    return this.call('endswith', other);
  }

  contains(other: Column | string): Column {
    return this.call('contains', other);
  }

  substr(start: number, length: number): Column {
    return this.call('substring', start, length);
  }

  /** The type by its SQL name: `col('a').cast('decimal(10,2)')`. */
  cast(type: string | DataType): Column {
    const target = typeof type === 'string' ? parseType(type) : type;
    return new Column({ kind: 'cast', child: this.expr, type: target, try: false });
  }

  tryCast(type: string | DataType): Column {
    const target = typeof type === 'string' ? parseType(type) : type;
    return new Column({ kind: 'cast', child: this.expr, type: target, try: true });
  }

  /** A field of a struct. */
  getField(name: string): Column {
    return new Column({ kind: 'field', child: this.expr, name });
  }

  /** An element of an array by its position from 0, or a map's value by its key. */
  getItem(key: Column | LiteralLike): Column {
    return this.call('[]', key);
  }

  asc(): SortColumn {
    return { expr: this.expr, ascending: true, nullsFirst: true };
  }

  desc(): SortColumn {
    return { expr: this.expr, ascending: false, nullsFirst: false };
  }

  private call(name: string, ...others: (Column | LiteralLike)[]): Column {
    return new Column({ kind: 'call', name, args: [this.expr, ...others.map(operand)] });
  }
}

export type SortColumn = SortItem;

function operand(value: Column | LiteralLike): Expr {
  return value instanceof Column ? value.expr : lit(value).expr;
}

/** A column by its name; `a.b` is field b of struct a. */
export function col(name: string): Column {
  return name === '*' || name.endsWith('.*') ? new Column(starOf(name)) : new Column(parseName(name));
}

function starOf(name: string): Expr {
  return name === '*' ? { kind: 'star' } : { kind: 'star', qualifier: name.slice(0, -2) };
}

/** Backticks quote a part; anything else between dots is a part as it stands. */
function parseName(name: string): Expr {
  const parts = [...name.matchAll(/`((?:[^`]|``)*)`|([^.`]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain as string) : quoted.replaceAll('``', '`'),
  );
  return { kind: 'name', parts: parts.length === 0 ? [name] : parts };
}

/** A constant. */
export function lit(value: LiteralLike): Column {
  const [type, cell] = literalOf(value);
  return new Column({ kind: 'literal', value: cell, type });
}

function literalOf(value: LiteralLike): [DataType, Cell] {
  if (value === null) return [VOID, null];
  if (value instanceof Date) return [TIMESTAMP, value.getTime() * 1000];
  switch (typeof value) {
    case 'string':
      return [STRING, value];
    case 'boolean':
      return [BOOLEAN, value];
    case 'bigint':
      return [LONG, value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value];
    default:
      if (!Number.isSafeInteger(value)) return [DOUBLE, value];
      return [value >= -2147483648 && value <= 2147483647 ? INT : LONG, value];
  }
}

/** An expression in SQL: `expr('CAST(price AS double) * 2')`. */
export function expr(sql: string): Column {
  return new Column(parseExpression(sql));
}

/** A select item in SQL, alias included: `price * 2 AS twice`. */
export function selectItem(sql: string): Column {
  return new Column(parseSelectItem(sql));
}

/** A column from what stands where one is wanted. Errors: COLUMN_EXPECTED. */
export function toColumn(value: ColumnLike): Column {
  return typeof value === 'string' ? col(value) : checkColumn(value);
}

/** A column, which a program without types may have got wrong. Errors: COLUMN_EXPECTED. */
export function checkColumn(value: Column): Column {
  if (value instanceof Column) return value;
  throw configError(
    'COLUMN_EXPECTED',
    `A column is expected, such as col("price"), expr("price * 2") or count(); found ${JSON.stringify(value)}.`,
  );
}
