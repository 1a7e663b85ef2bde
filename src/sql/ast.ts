import type { DataType } from '../schema.ts';

/**
 * Expressions as written, before names and types are known: plain data, made by the parser and by the fluent API alike.
 * Every operator is a call by its Spark function name (`+ - * / % div = <=> < <= > >= and or not`, `in`, `like`, `rlike`,
 * `between` is rewritten to two comparisons), so that one table of functions holds every rule.
 */
export type Expr =
  | { readonly kind: 'literal'; readonly value: LiteralValue; readonly type: DataType; readonly span?: Span }
  /** `a.b.c`: resolved against the scope; the longest prefix that names a column wins, the rest are struct fields. */
  | { readonly kind: 'name'; readonly parts: readonly string[]; readonly span?: Span }
  | { readonly kind: 'star'; readonly qualifier?: string; readonly span?: Span }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expr[];
      readonly distinct?: boolean;
      /** `FILTER (WHERE ...)` of an aggregate. */
      readonly filter?: Expr;
      readonly span?: Span;
    }
  /** `a[i]`, `a.b` on a computed value. */
  | { readonly kind: 'field'; readonly child: Expr; readonly name: string; readonly span?: Span }
  | {
      readonly kind: 'cast';
      readonly child: Expr;
      readonly type: DataType;
      readonly try: boolean;
      readonly span?: Span;
    }
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: Expr; readonly then: Expr }[];
      readonly otherwise?: Expr;
      readonly span?: Span;
    }
  | { readonly kind: 'alias'; readonly child: Expr; readonly name: string; readonly span?: Span }
  | { readonly kind: 'lambda'; readonly params: readonly string[]; readonly body: Expr; readonly span?: Span };

/** The value of a literal, as a `Cell` of its type (src/batch.ts). */
export type LiteralValue = import('../batch.ts').Cell;

/** Where an expression stands in its text: character offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The whole text that was parsed, so that a mistake found much later can still be shown in it. */
  readonly text?: string;
}

/** `SELECT ...` as written. */
export interface SelectQuery {
  readonly distinct: boolean;
  readonly items: readonly Expr[];
  readonly from: Relation | null;
  readonly where?: Expr;
  readonly groupBy?: readonly Expr[];
  readonly having?: Expr;
  readonly orderBy?: readonly SortItem[];
  readonly limit?: number;
}

export interface SortItem {
  readonly expr: Expr;
  readonly ascending: boolean;
  readonly nullsFirst: boolean;
}

export type Relation =
  | { readonly kind: 'view'; readonly name: string; readonly alias?: string; readonly span?: Span }
  | { readonly kind: 'subquery'; readonly query: QueryTerm; readonly alias?: string }
  | {
      readonly kind: 'join';
      readonly type: JoinType;
      readonly left: Relation;
      readonly right: Relation;
      readonly on?: Expr;
      readonly using?: readonly string[];
    };

export type JoinType = 'inner' | 'leftOuter' | 'rightOuter' | 'fullOuter' | 'leftSemi' | 'leftAnti' | 'cross';

/** A query is a select, or a UNION ALL of several. */
export type QueryTerm =
  | { readonly kind: 'select'; readonly select: SelectQuery }
  | { readonly kind: 'unionAll'; readonly terms: readonly QueryTerm[] };
