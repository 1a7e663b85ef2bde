import { lookupFunction } from '../sql/functions/table.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { type Block, type Code, type ExprEmitter, orNull, placeholder } from './block.ts';
import { emitTextIn, equalTexts, isLocatable, locate } from './text-code.ts';

type Call = Extract<TypedExpr, { kind: 'call' }>;
type Case = Extract<TypedExpr, { kind: 'case' }>;

/** Functions that see nulls or must not compute all their arguments, and therefore have code of their own. */
export const SPECIAL_FORMS: Readonly<Record<string, (emitter: ExprEmitter, expr: Call, block: Block) => Code>> = {
  and: (emitter, expr, block) => emitJunction(emitter, expr, block, false),
  or: (emitter, expr, block) => emitJunction(emitter, expr, block, true),
  if: emitIf,
  coalesce: emitCoalesce,
  nvl: emitCoalesce,
  isnull: (emitter, expr, block) => ({ value: emitIsNull(emitter, expr, block), isNull: 'false' }),
  isnotnull: (emitter, expr, block) => ({ value: negated(emitIsNull(emitter, expr, block)), isNull: 'false' }),
  '<=>': emitNullSafeEqual,
  in: emitIn,
  named_struct: emitNamedStruct,
};

/** `and` stops at false, `or` at true: the second side is computed only when the first does not decide. */
function emitJunction(emitter: ExprEmitter, expr: Call, block: Block, decisive: boolean): Code {
  const left = emitter.emitSimple(expr.args[0] as TypedExpr, block);
  const inner = block.child();
  const right = emitter.emit(expr.args[1] as TypedExpr, inner);
  const isPlain = left.isNull === 'false' && right.isNull === 'false';
  if (isPlain && inner.lines.length === 0) {
    return { value: `(${left.value} ${decisive ? '||' : '&&'} ${right.value})`, isNull: 'false' };
  }
  const value = emitter.fresh('t');
  const undecided = (side: Code) => either(side.isNull, decisive ? negated(side.value) : side.value);
  block.add(`let ${value} = ${decisive};`);
  if (isPlain) {
    inner.add(`${value} = ${right.value};`);
    block.addNested(`if (${undecided(left)})`, inner);
    return { value, isNull: 'false' };
  }
  const isNull = emitter.fresh('n');
  block.add(`let ${isNull} = false;`);
  const open = inner.child();
  open.add(`${isNull} = ${either(left.isNull, right.isNull)};`, `${value} = ${decisive ? 'false' : `!${isNull}`};`);
  inner.addNested(`if (${undecided(right)})`, open);
  block.addNested(`if (${undecided(left)})`, inner);
  return { value, isNull };
}

function emitIf(emitter: ExprEmitter, expr: Call, block: Block): Code {
  const [when, then, otherwise] = expr.args as [TypedExpr, TypedExpr, TypedExpr];
  return emitCase(emitter, { ...expr, kind: 'case', branches: [{ when, then }], otherwise }, block);
}

/** CASE as a labelled block that the first true branch leaves. */
export function emitCase(emitter: ExprEmitter, expr: Case, block: Block): Code {
  const result = new Result(emitter, expr, block);
  const body = block.child();
  for (const branch of expr.branches) {
    const when = emitter.emitSimple(branch.when, body);
    if (when.isNull === 'true') continue;
    const chosen = body.child();
    result.assign(emitter.emit(branch.then, chosen), chosen);
    chosen.add(`break ${result.label};`);
    body.addNested(`if (${both(negated(when.isNull), when.value)})`, chosen);
  }
  if (expr.otherwise !== null) result.assign(emitter.emit(expr.otherwise, body), body);
  block.addNested(`${result.label}:`, body);
  return result.code();
}

function emitCoalesce(emitter: ExprEmitter, expr: Call, block: Block): Code {
  const result = new Result(emitter, expr, block);
  const body = block.child();
  for (const arg of expr.args) {
    const code = emitter.emit(arg, body);
    if (code.isNull === 'true') continue;
    const found = body.child();
    result.assign({ value: code.value, isNull: 'false' }, found);
    found.add(`break ${result.label};`);
    if (code.isNull === 'false') {
      body.add(...found.lines);
      break;
    }
    body.addNested(`if (!${code.isNull})`, found);
  }
  block.addNested(`${result.label}:`, body);
  return result.code();
}

/** The two variables that a choice ends in. */
class Result {
  readonly label: string;
  private readonly value: string;
  private readonly isNull: string;

  constructor(emitter: ExprEmitter, expr: TypedExpr, block: Block) {
    this.label = emitter.fresh('choice');
    this.value = emitter.fresh('t');
    this.isNull = emitter.fresh('n');
    block.add(`let ${this.value} = ${placeholder(expr.type)};`, `let ${this.isNull} = true;`);
  }

  assign(code: Code, block: Block): void {
    if (code.isNull === 'true') return;
    block.add(`${this.value} = ${code.value};`, `${this.isNull} = ${code.isNull};`);
  }

  code(): Code {
    return { value: this.value, isNull: this.isNull };
  }
}

function emitNullSafeEqual(emitter: ExprEmitter, expr: Call, block: Block): Code {
  const {
    equal,
    nulls: [left, right],
  } = equalTexts(emitter, expr.args, block) ?? equalValues(emitter, expr, block);
  if (left === 'true' || right === 'true') return { value: left === 'true' ? right : left, isNull: 'false' };
  const anyNull = either(left, right);
  if (anyNull === 'false') return { value: equal, isNull: 'false' };
  return { value: `(${anyNull} ? ${left} === ${right} : ${equal})`, isNull: 'false' };
}

function equalValues(emitter: ExprEmitter, expr: Call, block: Block) {
  const [left, right] = expr.args.map((arg) => emitter.emitSimple(arg, block)) as [Code, Code];
  const types = expr.args.map((arg) => arg.type);
  const implementation = lookupFunction('<=>')?.implement(types, expr.type, { timeZone: 'UTC', constants: [] });
  if (implementation?.kind !== 'inline') throw new Error('<=> has inline code');
  return { equal: emitter.inlineCode(implementation, [left, right]), nulls: [left.isNull, right.isNull] as const };
}

/** A list of constants is a set, whose nulls the function knows; otherwise all values are computed and compared. */
function emitIn(emitter: ExprEmitter, expr: Call, block: Block): Code {
  const onBytes = emitTextIn(emitter, expr, block);
  if (onBytes !== null) return onBytes;
  const constants = expr.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  const types = expr.args.map((arg) => arg.type);
  const implementation = lookupFunction('in')?.implement(types, expr.type, { timeZone: 'UTC', constants });
  if (implementation === undefined) throw new Error('IN is in the table');
  const used = implementation.kind === 'inline' ? expr.args.slice(0, 1) : expr.args;
  const args = used.map((arg) => emitter.emit(arg, block));
  return emitter.emitImplementation(implementation, args, expr.type, 'in', block);
}

function emitNamedStruct(emitter: ExprEmitter, expr: Call, block: Block): Code {
  const values = expr.args.filter((_, i) => i % 2 === 1).map((arg) => orNull(emitter.emit(arg, block)));
  return { value: `[${values.join(', ')}]`, isNull: 'false' };
}

/** Whether the argument is null; a text that stands somewhere as bytes is not read for it. */
function emitIsNull(emitter: ExprEmitter, expr: Call, block: Block): string {
  const arg = expr.args[0] as TypedExpr;
  return isLocatable(emitter, arg) ? locate(emitter, arg, block).isNull : emitter.emit(arg, block).isNull;
}

function negated(condition: string): string {
  if (condition === 'true') return 'false';
  return condition === 'false' ? 'true' : `!${condition}`;
}

function either(a: string, b: string): string {
  if (a === 'false' || a === b) return b;
  if (b === 'false') return a;
  return `${a} || ${b}`;
}

function both(a: string, b: string): string {
  if (a === 'true') return b;
  return b === 'true' ? a : `${a} && ${b}`;
}
