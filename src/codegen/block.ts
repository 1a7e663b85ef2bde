import type { DataType } from '../schema.ts';
import type { Implementation } from '../sql/function-spec.ts';
import type { TypedExpr } from '../sql/typed.ts';

/** A value in generated code: JavaScript for it (only meaningful where it is not null) and for whether it is null. */
export interface Code {
  readonly value: string;
  /** `false`, `true` or the name of a boolean variable. */
  readonly isNull: string;
}

/** A string as its UTF-8 bytes, in generated code: a name or a literal each (only meaningful where it is not null). */
export interface TextCode {
  readonly bytes: string;
  readonly start: string;
  readonly end: string;
  readonly isNull: string;
}

/** Lines of a `{ ... }` in generated code, with the inputs read in it and around it. */
export class Block {
  readonly lines: string[] = [];
  readonly loaded = new Map<string, Code>();
  readonly located = new Map<string, TextCode>();

  constructor(
    /** The variable that holds the row's number here. */
    readonly row: string,
    private readonly parent: Block | null = null,
  ) {}

  add(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  /** Adds `head {`, the lines of `inner`, `}`. */
  addNested(head: string, inner: Block, tail = '}'): void {
    this.lines.push(`${head} {`, ...inner.lines.map((line) => `  ${line}`), tail);
  }

  child(): Block {
    return new Block(this.row, this);
  }

  findLoaded(key: string): Code | undefined {
    return this.loaded.get(key) ?? this.parent?.findLoaded(key);
  }

  findLocated(key: string): TextCode | undefined {
    return this.located.get(key) ?? this.parent?.findLocated(key);
  }
}

/** What special forms need of the emitter. */
export interface ExprEmitter {
  emit(expr: TypedExpr, block: Block): Code;
  /** Code whose value is a name or a literal, so that it can be used more than once. */
  emitSimple(expr: TypedExpr, block: Block): Code;
  /** Code for a call of an implementation over these arguments. */
  emitImplementation(
    implementation: Implementation,
    args: readonly Code[],
    type: DataType,
    name: string,
    block: Block,
  ): Code;
  /** The code that an inline implementation makes of simple arguments. */
  inlineCode(implementation: Extract<Implementation, { kind: 'inline' }>, args: readonly Code[]): string;
  /** Whether the expression is a string input that comes as bytes. */
  hasBytes(expr: TypedExpr): boolean;
  /** Where the bytes of such an input stand. */
  emitBytes(expr: TypedExpr, block: Block): TextCode;
  /** Code that says whether one of these is null: a literal or a name. */
  anyNull(codes: readonly { readonly isNull: string }[], block: Block): string;
  /** A name for a value that the code uses; the wished one if it is free. */
  helper(wish: string, value: unknown): string;
  /** A fresh name with this prefix. */
  fresh(prefix: string): string;
}

/** The code's value as a cell, null included. */
export function orNull(code: Code): string {
  if (code.isNull === 'false') return code.value;
  return code.isNull === 'true' ? 'null' : `${code.isNull} ? null : ${code.value}`;
}

/** What a variable of this type holds where it is null: of the type's own kind, so that V8 keeps it unboxed. */
export function placeholder(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'false';
    case 'string':
      return "''";
    case 'decimal':
      return '0n';
    case 'void':
    case 'binary':
    case 'array':
    case 'map':
    case 'struct':
    case 'calendarInterval':
      return 'null';
    default:
      return '0';
  }
}
