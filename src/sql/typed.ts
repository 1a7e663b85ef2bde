import type { Cell } from '../batch.ts';
import type { DataType } from '../schema.ts';

/** Expressions with names resolved and types known: what `src/codegen` compiles. Plain data. */
export type TypedExpr =
  | { readonly kind: 'literal'; readonly value: Cell; readonly type: DataType; readonly nullable: boolean }
  /** Column `index` of the input batch. */
  | {
      readonly kind: 'input';
      readonly index: number;
      readonly name: string;
      readonly type: DataType;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'field';
      readonly child: TypedExpr;
      readonly ordinal: number;
      readonly type: DataType;
      readonly nullable: boolean;
    }
  /** A function of the table in `src/sql/functions`; implicit casts of its arguments are explicit here. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly TypedExpr[];
      readonly type: DataType;
      readonly nullable: boolean;
    }
  | { readonly kind: 'cast'; readonly child: TypedExpr; readonly type: DataType; readonly nullable: boolean }
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: TypedExpr; readonly then: TypedExpr }[];
      readonly otherwise: TypedExpr | null;
      readonly type: DataType;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'lambda';
      readonly params: readonly LambdaParam[];
      readonly body: TypedExpr;
      readonly type: DataType;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'param';
      readonly id: number;
      readonly name: string;
      readonly type: DataType;
      readonly nullable: boolean;
    };

export interface LambdaParam {
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
}

/** One column that an expression may name. */
export interface ScopeColumn {
  readonly name: string;
  /** The table or view alias it can be qualified by. */
  readonly qualifier?: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** What an expression can see, in the order of the input batch's columns, and the settings that decide its meaning. */
export interface Scope {
  readonly columns: readonly ScopeColumn[];
  /** Session time zone (`spark.sql.session.timeZone`), an IANA name or an offset like `+02:00`. */
  readonly timeZone: string;
}

/** What generated code may ask for at run time. */
export interface EvalContext {
  /** The batch's logged time: `current_timestamp()` and friends. */
  readonly batchTimeMs: number;
}
