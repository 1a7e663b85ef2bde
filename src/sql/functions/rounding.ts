import type { Cell } from '../../batch.ts';
import { type DataType, decimal, LONG } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { BindContext, Bound, FunctionSpec, Implementation } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { fitsPrecision, parseDecimal, powerOfTen, type Rounding, rescale } from '../values/decimal.ts';
import { int64OfDouble } from '../values/int64.ts';
import { wrapInt } from './arithmetic-cells.ts';
import {
  boundTo,
  checkCount,
  constantOf,
  type Expected,
  implicitArgs,
  isIntegral,
  literal,
  refuseType,
} from './bind.ts';

export const roundingFunctions: readonly FunctionSpec[] = [
  rounding('round', 'halfUp', 'Rounds to `scale` digits after the point, halves away from zero.', [
    'round(2.5, 0)',
    '3',
  ]),
  rounding('bround', 'halfEven', 'Rounds to `scale` digits after the point, halves to the even digit.', [
    'bround(2.5, 0)',
    '2',
  ]),
  wholeNumber(
    'ceil',
    ['ceiling'],
    'ceiling',
    'The smallest number of `scale` digits after the point (a whole number without it) that is not smaller.',
    ['ceil(-0.1)', '0'],
  ),
  wholeNumber(
    'floor',
    [],
    'floor',
    'The largest number of `scale` digits after the point (a whole number without it) that is not larger.',
    ['floor(-0.1)', '-1'],
  ),
];

function rounding(name: string, mode: Rounding, usage: string, example: readonly [string, string]): FunctionSpec {
  return {
    name,
    group: 'math',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const scale = args[1] ?? literal(0, { kind: 'int' });
      const bound = implicitArgs(context, [args[0] as TypedExpr, scale], ['numeric', 'int']);
      return bindToScale(context, bound);
    },
    implement: ([from], type, { constants }) => roundTo(from as DataType, type, constants[1] as number, mode),
  };
}

/** ceil and floor: of one argument they give a bigint (or a decimal of scale 0), of two a decimal (Spark's `RoundCeil`). */
function wholeNumber(
  name: string,
  aliases: readonly string[],
  mode: Rounding,
  usage: string,
  example: readonly [string, string],
): FunctionSpec {
  const toWhole: Expected = ['double', 'decimal', 'long'];
  return {
    name,
    aliases,
    group: 'math',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const scale = args[1];
      if (scale === undefined) {
        const [arg] = implicitArgs(context, args, [toWhole]) as readonly [TypedExpr];
        return boundTo([arg], wholeType(arg.type));
      }
      if (scale.type.kind !== 'int' || typeof constantOf(scale) !== 'number') {
        throw analysisError(
          'REQUIRES_CONSTANT_INT',
          `${context.name}: the scale must be a constant whole number, but it is of type ${scale.type.kind}.`,
        );
      }
      return bindToScale(context, implicitArgs(context, args, ['decimal', 'int']));
    },
    implement([from], type, { constants }) {
      const scale = constants[1];
      if (scale !== undefined) return roundTo(from as DataType, type, scale as number, mode);
      if (from?.kind === 'long') return { kind: 'inline', code: ([x]) => x as string };
      if (from?.kind === 'decimal') return roundTo(from, type, 0, mode);
      const round = mode === 'ceiling' ? Math.ceil : Math.floor;
      return { kind: 'call', fn: (x: number) => int64OfDouble(round(x)), nulls: 'propagate' };
    },
  };
}

function wholeType(type: DataType): DataType {
  if (type.kind !== 'decimal') return LONG;
  return type.scale === 0 ? type : decimal(Math.min(38, type.precision - type.scale + 1), 0);
}

/** The type rule of Spark's `RoundBase`: a decimal may need one more digit before the point. */
function bindToScale(context: BindContext, args: readonly TypedExpr[]): Bound {
  const [value, scaleArg] = args as readonly [TypedExpr, TypedExpr];
  const scale = constantOf(scaleArg);
  if (scale === undefined) refuseType(context, 1, 'a constant', scaleArg.type);
  if (scale === null) return boundTo([value, literal(null, scaleArg.type)], value.type);
  const digits = scale as number;
  const fixed = [value, literal(digits, scaleArg.type)];
  const { type } = value;
  if (type.kind !== 'decimal') return boundTo(fixed, type);
  const whole = type.precision - type.scale + 1;
  if (digits < 0) return boundTo(fixed, decimal(Math.min(38, Math.max(whole, 1 - digits)), 0), true);
  const newScale = Math.min(type.scale, digits);
  return boundTo(fixed, decimal(Math.min(38, whole + newScale), newScale), true);
}

function roundTo(from: DataType, type: DataType, scale: number | null, mode: Rounding): Implementation {
  if (scale === null) return { kind: 'inline', code: () => 'null', mayBeNull: true };
  if (from.kind === 'decimal' && type.kind === 'decimal') {
    const fn = (x: bigint): bigint | null => {
      const rounded = rescale(x, from.scale, Math.min(scale, from.scale), mode);
      const value = scale < 0 ? rounded * powerOfTen(-scale) : rounded;
      return fitsPrecision(value, type.precision) ? value : null;
    };
    return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
  }
  if (isIntegral(from)) {
    if (scale >= 0) return { kind: 'inline', code: ([x]) => x as string };
    const unit = powerOfTen(-scale);
    const fn = (x: number | bigint): Cell => wrapInt(rescale(BigInt(x), 0, scale, mode) * unit, from);
    return { kind: 'call', fn, nulls: 'propagate' };
  }
  const fn =
    from.kind === 'float' ? (x: number) => roundFloat(x, scale, mode) : (x: number) => roundDouble(x, scale, mode);
  return { kind: 'call', fn, nulls: 'propagate' };
}

/**
 * Rounds the shortest decimal text of a double, as Spark does (`BigDecimal(x).setScale`): 2.675 becomes 2.68 though its
 * binary value is a little less.
 */
function roundDouble(x: number, scale: number, mode: Rounding): number {
  if (!Number.isFinite(x)) return x;
  return roundText(String(x), x, scale, mode);
}

function roundFloat(x: number, scale: number, mode: Rounding): number {
  if (!Number.isFinite(x)) return x;
  for (let digits = 1; digits < 9; digits++) {
    const text = x.toPrecision(digits);
    if (Math.fround(Number(text)) === x) return Math.fround(roundText(text, x, scale, mode));
  }
  return Math.fround(roundText(x.toPrecision(9), x, scale, mode));
}

function roundText(text: string, x: number, scale: number, mode: Rounding): number {
  const { unscaled, scale: fromScale } = parseDecimal(text) ?? { unscaled: 0n, scale: 0 };
  if (fromScale <= scale) return x;
  return Number(`${rescale(unscaled, fromScale, scale, mode)}e${-scale}`);
}
