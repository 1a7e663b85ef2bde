import { type Cell, canonicalInt64 } from '../batch.ts';
import type { DataType } from '../schema.ts';
import type { Implementation } from '../sql/function-spec.ts';
import { lookupFunction } from '../sql/functions/table.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { Block, type Code, type ExprEmitter, orNull, placeholder, type TextCode } from './block.ts';
import { castCode } from './cast-code.ts';
import { type InputForm, type InputPath, type InputRead, inputPath } from './input-form.ts';
import { literalCode } from './literal-code.ts';
import { emitCase, SPECIAL_FORMS } from './special-forms.ts';
import { emitOnBytes } from './text-code.ts';

/** An input as the emitter sees it: how it is stored and whether it has nulls. */
export interface InputShape {
  readonly form: InputForm;
  readonly hasNulls: boolean;
}

export interface EmitterOptions {
  readonly timeZone: string;
  /** The shape of the input at a path. */
  readonly shapeOf: (path: InputPath, type: DataType) => InputShape;
}

/** Writes JavaScript for expressions over one row. One emitter per generated function. */
export class Emitter implements ExprEmitter {
  /** Values that the code names: functions, constants. */
  readonly helpers = new Map<string, unknown>();
  /** The inputs that the code reads, in the order of their numbers. */
  readonly inputs: (InputRead & { readonly name: string; readonly shape: InputShape })[] = [];
  /** Functions (lambdas) that stand before the loop. */
  readonly functions: string[] = [];
  usesBatchTime = false;
  private readonly inputNumbers = new Map<string, number>();
  private readonly counters = new Map<string, number>();
  private readonly params = new Map<number, Code>();

  constructor(readonly options: EmitterOptions) {}

  /** A fresh name with this prefix: `t1`, `t2`, ... */
  fresh(prefix: string): string {
    const number = (this.counters.get(prefix) ?? 0) + 1;
    this.counters.set(prefix, number);
    return `${prefix}${number}`;
  }

  /** A name for a value in the helpers; the wished one if it is free. */
  helper(wish: string, value: unknown): string {
    for (let name = wish, n = 2; ; name = `${wish}${n++}`) {
      if (!this.helpers.has(name)) this.helpers.set(name, value);
      if (this.helpers.get(name) === value) return name;
    }
  }

  /** Code for `expr`; what must run first is added to `block`. */
  emit(expr: TypedExpr, block: Block): Code {
    switch (expr.kind) {
      case 'literal':
        return this.emitLiteral(expr.value);
      case 'input':
        return this.emitInput(expr, [expr.index], block);
      case 'field':
        return this.emitField(expr, block);
      case 'cast':
        return this.emitCast(expr, block);
      case 'param':
        return this.params.get(expr.id) as Code;
      case 'lambda':
        return { value: this.emitLambda(expr, block), isNull: 'false' };
      case 'case':
        return emitCase(this, expr, block);
      case 'call': {
        const special = SPECIAL_FORMS[expr.name];
        if (special !== undefined) return special(this, expr, block);
        return emitOnBytes(this, expr, block) ?? this.emitCall(expr, block);
      }
    }
  }

  /** Code whose value is a name or a literal, so that it can be used more than once. */
  emitSimple(expr: TypedExpr, block: Block): Code {
    return this.simple(this.emit(expr, block), block);
  }

  private simple(code: Code, block: Block): Code {
    if (/^(?:[A-Za-z_]\w*|\(?-?[\d.]+n?\)?|"[^"\\]*")$/.test(code.value)) return code;
    const name = this.fresh('t');
    block.add(`const ${name} = ${code.value};`);
    return { value: name, isNull: code.isNull };
  }

  private emitLiteral(value: Cell): Code {
    if (value === null) return { value: 'null', isNull: 'true' };
    const code = literalCode(value) ?? this.helper('constant', value);
    return { value: code, isNull: 'false' };
  }

  private emitInput(expr: TypedExpr, path: InputPath, block: Block): Code {
    const key = path.join('.');
    const known = block.findLoaded(`${block.row}:${key}`);
    if (known !== undefined) return known;
    const number = this.inputNumber(path, expr, 'cells');
    const { shape } = this.inputs[number] as (typeof this.inputs)[number];
    const value = this.fresh('t');
    block.add(`const ${value} = ${this.loadCode(shape.form, number, block.row)};`);
    let isNull = 'false';
    if (shape.hasNulls) {
      isNull = this.fresh('n');
      block.add(`const ${isNull} = set${number}[${block.row}] === 0;`);
    }
    block.loaded.set(`${block.row}:${key}`, { value, isNull });
    return { value, isNull };
  }

  hasBytes(expr: TypedExpr): boolean {
    const path = inputPath(expr);
    return path !== null && expr.type.kind === 'string' && this.options.shapeOf(path, expr.type).form === 'bytes';
  }

  emitBytes(expr: TypedExpr, block: Block): TextCode {
    const path = inputPath(expr) as InputPath;
    const key = `${block.row}:${path.join('.')}`;
    const known = block.findLocated(key);
    if (known !== undefined) return known;
    const number = this.inputNumber(path, expr, 'bytes');
    const start = this.fresh('from');
    const end = this.fresh('to');
    block.add(`const ${start} = offsets${number}[${block.row}];`, `const ${end} = offsets${number}[${block.row} + 1];`);
    let isNull = 'false';
    if ((this.inputs[number] as (typeof this.inputs)[number]).shape.hasNulls) {
      isNull = this.fresh('n');
      block.add(`const ${isNull} = set${number}[${block.row}] === 0;`);
    }
    const code = { bytes: `in${number}`, start, end, isNull };
    block.located.set(key, code);
    return code;
  }

  private inputNumber(path: InputPath, expr: TypedExpr, as: InputRead['as']): number {
    const key = `${as}:${path.join('.')}`;
    const known = this.inputNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.inputs.length;
    this.inputs.push({ path, as, name: inputName(expr), shape: this.options.shapeOf(path, expr.type) });
    this.inputNumbers.set(key, number);
    return number;
  }

  private loadCode(form: InputForm, number: number, row: string): string {
    switch (form) {
      case 'boolean':
        return `in${number}[${row}] === 1`;
      case 'bigint':
        return `${this.helper('canonicalInt64', canonicalInt64)}(in${number}[${row}])`;
      case 'cells':
        return `in${number}(${row})`;
      default:
        return `in${number}[${row}]`;
    }
  }

  private emitField(expr: Extract<TypedExpr, { kind: 'field' }>, block: Block): Code {
    const path = inputPath(expr);
    if (path !== null) return this.emitInput(expr, path, block);
    const { child, ordinal } = expr;
    if (child.kind === 'call' && child.name === 'named_struct') {
      return this.emit(child.args[2 * ordinal + 1] as TypedExpr, block);
    }
    const struct = this.emitSimple(child, block);
    return this.emitNullable(`${struct.value}[${ordinal}]`, struct.isNull, block);
  }

  private emitCast(expr: Extract<TypedExpr, { kind: 'cast' }>, block: Block): Code {
    const cast = castCode(expr.child.type, expr.type, this.options.timeZone);
    const child = this.emit(expr.child, block);
    if (cast.kind === 'identity') return child;
    return this.emitImplementation(cast.implementation, [child], expr.type, 'cast', block);
  }

  private emitCall(expr: Extract<TypedExpr, { kind: 'call' }>, block: Block): Code {
    const spec = lookupFunction(expr.name);
    if (spec === undefined) throw new Error(`no function ${expr.name}`);
    const constants = expr.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
    const argTypes = expr.args.map((arg) => arg.type);
    const implementation = spec.implement(argTypes, expr.type, { timeZone: this.options.timeZone, constants });
    const args = expr.args.map((arg) => this.emit(arg, block));
    return this.emitImplementation(implementation, args, expr.type, spec.name, block);
  }

  emitImplementation(
    implementation: Implementation,
    args: readonly Code[],
    type: DataType,
    name: string,
    block: Block,
  ): Code {
    const seesNulls = implementation.kind === 'call' && implementation.nulls === 'see';
    if (!seesNulls && args.some((arg) => arg.isNull === 'true')) return { value: 'null', isNull: 'true' };
    const simple = args.map((arg) => this.simple(arg, block));
    const code = this.callCode(implementation, simple, name);
    const isNull = seesNulls ? 'false' : this.anyNull(simple, block);
    if (implementation.kind === 'inline' && implementation.isNull !== undefined) {
      const own = implementation.isNull(simple.map((arg) => arg.value));
      const name = this.fresh('n');
      block.add(`const ${name} = ${isNull === 'false' ? own : `${isNull} || ${own}`};`);
      return this.emitGuarded(code, name, type, block);
    }
    if (implementation.mayBeNull) return this.emitNullable(code, isNull, block);
    return isNull === 'false' ? { value: code, isNull } : this.emitGuarded(code, isNull, type, block);
  }

  private callCode(implementation: Implementation, args: readonly Code[], name: string): string {
    if (implementation.kind === 'inline') return this.inlineCode(implementation, args);
    const fn = this.helper(functionName(name), implementation.fn);
    const values = args.map((arg) => (implementation.nulls === 'see' ? orNull(arg) : arg.value));
    if (implementation.usesBatchTime) {
      this.usesBatchTime = true;
      values.unshift('batchTimeMs');
    }
    return `${fn}(${values.join(', ')})`;
  }

  inlineCode(implementation: Extract<Implementation, { kind: 'inline' }>, args: readonly Code[]): string {
    let code = implementation.code(args.map((arg) => arg.value));
    for (const [name, value] of Object.entries(implementation.helpers ?? {})) {
      const given = this.helper(name, value);
      // Another call brought a different helper of this name.
      if (given !== name) code = code.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), given);
    }
    return code;
  }

  anyNull(codes: readonly { readonly isNull: string }[], block: Block): string {
    const nulls = [...new Set(codes.map((code) => code.isNull))].filter((isNull) => isNull !== 'false');
    if (nulls.includes('true')) return 'true';
    if (nulls.length < 2) return nulls[0] ?? 'false';
    const name = this.fresh('n');
    block.add(`const ${name} = ${nulls.join(' || ')};`);
    return name;
  }

  /** Code that may give null by itself, run only where `isNull` is false. */
  private emitNullable(code: string, isNull: string, block: Block): Code {
    const value = this.fresh('t');
    const resultIsNull = this.fresh('n');
    if (isNull === 'true') return { value: 'null', isNull };
    block.add(isNull === 'false' ? `const ${value} = ${code};` : `const ${value} = ${isNull} ? null : ${code};`);
    block.add(`const ${resultIsNull} = ${value} === null;`);
    return { value, isNull: resultIsNull };
  }

  private emitGuarded(code: string, isNull: string, type: DataType, block: Block): Code {
    const value = this.fresh('t');
    block.add(`const ${value} = ${isNull} ? ${placeholder(type)} : ${code};`);
    return { value, isNull };
  }

  /** A lambda as a function over cells: before the loop, or inside the lambda around it. Returns its name. */
  private emitLambda(expr: Extract<TypedExpr, { kind: 'lambda' }>, outer: Block): string {
    const name = this.fresh('lambda');
    const isNested = outer.row === 'row' && this.params.size > 0;
    const body = isNested ? outer.child() : new Block('row');
    for (const param of expr.params) {
      const value = `p${param.id}`;
      const isNull = `n_${value}`;
      body.add(`const ${isNull} = ${value} === null;`);
      this.params.set(param.id, { value, isNull });
    }
    const result = this.emit(expr.body, body);
    for (const param of expr.params) this.params.delete(param.id);
    body.add(`return ${orNull(result)};`);
    const target = isNested ? outer : new Block('row');
    target.addNested(`const ${name} = (${expr.params.map((param) => `p${param.id}`).join(', ')}) =>`, body, '};');
    if (!isNested) this.functions.push(...target.lines);
    return name;
  }
}

function inputName(expr: TypedExpr): string {
  if (expr.kind === 'input') return expr.name;
  if (expr.kind !== 'field') return '';
  const parent = expr.child.type;
  const name = parent.kind === 'struct' ? parent.fields[expr.ordinal]?.name : undefined;
  return `${inputName(expr.child)}.${name}`;
}

function functionName(name: string): string {
  return /^[a-z_]\w*$/i.test(name) && !RESERVED.has(name) ? name : 'operator';
}

/** JavaScript's own words, and names that generated code uses. */
const RESERVED: ReadonlySet<string> = new Set(
  'case if in else for let const new null true false default switch try void with function return typeof delete do while length inputs helpers values validity row rows i k sink ends'.split(
    ' ',
  ),
);
