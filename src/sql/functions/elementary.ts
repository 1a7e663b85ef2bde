import { DOUBLE, LONG } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { boundTo, checkCount, implicitArgs } from './bind.ts';
import { scalar } from './define.ts';

const logOfBase: FunctionSpec = {
  name: 'log',
  group: 'math',
  usage:
    'The logarithm of the second argument to the base of the first, or the natural logarithm of a single argument.',
  example: ['log(10, 100)', '2.0'],
  bind(args, context) {
    checkCount(context, args, 1, 2);
    return boundTo(implicitArgs(context, args, ['double', 'double']), DOUBLE, true);
  },
  implement(types) {
    const fn =
      types.length === 1
        ? (x: number) => (x <= 0 ? null : Math.log(x))
        : (base: number, x: number) => (base <= 0 || x <= 0 ? null : Math.log(x) / Math.log(base));
    return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
  },
};

/** Functions of doubles. V8 and Java's StrictMath both follow fdlibm, so results agree to the bit. */
export const elementaryFunctions: readonly FunctionSpec[] = [
  unary('sqrt', 'The square root; NaN of a negative number.', ['sqrt(4)', '2.0'], (x) => `Math.sqrt(${x})`),
  unary('cbrt', 'The cube root.', ['cbrt(27.0)', '3.0'], (x) => `Math.cbrt(${x})`),
  unary('exp', 'e to the power of the argument.', ['exp(0)', '1.0'], (x) => `Math.exp(${x})`),
  unary('expm1', 'exp(x) - 1, exact near zero.', ['expm1(0)', '0.0'], (x) => `Math.expm1(${x})`),
  unary('sin', 'The sine of an angle in radians.', ['sin(0)', '0.0'], (x) => `Math.sin(${x})`),
  unary('cos', 'The cosine of an angle in radians.', ['cos(0)', '1.0'], (x) => `Math.cos(${x})`),
  unary('tan', 'The tangent of an angle in radians.', ['tan(0)', '0.0'], (x) => `Math.tan(${x})`),
  unary('cot', 'The cotangent: 1 / tan.', ['cot(1)', '0.6420926159343306'], (x) => `(1 / Math.tan(${x}))`),
  unary('sec', 'The secant: 1 / cos.', ['sec(0)', '1.0'], (x) => `(1 / Math.cos(${x}))`),
  unary('csc', 'The cosecant: 1 / sin.', ['csc(1)', '1.1883951057781212'], (x) => `(1 / Math.sin(${x}))`),
  unary('asin', 'The angle whose sine is the argument.', ['asin(0)', '0.0'], (x) => `Math.asin(${x})`),
  unary('acos', 'The angle whose cosine is the argument.', ['acos(1)', '0.0'], (x) => `Math.acos(${x})`),
  unary('atan', 'The angle whose tangent is the argument.', ['atan(0)', '0.0'], (x) => `Math.atan(${x})`),
  unary('sinh', 'The hyperbolic sine.', ['sinh(0)', '0.0'], (x) => `Math.sinh(${x})`),
  unary('cosh', 'The hyperbolic cosine.', ['cosh(0)', '1.0'], (x) => `Math.cosh(${x})`),
  unary('tanh', 'The hyperbolic tangent.', ['tanh(0)', '0.0'], (x) => `Math.tanh(${x})`),
  unary('asinh', 'The inverse hyperbolic sine.', ['asinh(0)', '0.0'], (x) => `asinh(${x})`, { asinh }),
  unary('acosh', 'The inverse hyperbolic cosine.', ['acosh(1)', '0.0'], (x) => `acosh(${x})`, { acosh }),
  unary('atanh', 'The inverse hyperbolic tangent.', ['atanh(0)', '0.0'], (x) => `atanh(${x})`, { atanh }),
  unary('degrees', 'Radians as degrees.', ['degrees(3.141592653589793)', '180.0'], (x) => `(${x} * 57.29577951308232)`),
  unary(
    'radians',
    'Degrees as radians.',
    ['radians(180)', '3.141592653589793'],
    (x) => `(${x} * 0.017453292519943295)`,
  ),
  unary('rint', 'The nearest whole number as a double, ties to even.', ['rint(12.3456)', '12.0'], (x) => `rint(${x})`, {
    rint,
  }),
  scalar('math', {
    name: 'sign',
    aliases: ['signum'],
    usage: '-1.0, 0.0 or 1.0 by the sign of a number or an interval.',
    example: ['sign(40)', '1.0'],
    takes: [['double', 'yearMonthInterval', 'dayTimeInterval']],
    returns: DOUBLE,
    inline: ([x]) => `Math.sign(Number(${x}))`,
  }),
  logarithm(
    'log2',
    'The logarithm to base 2; null unless the argument is positive.',
    ['log2(2)', '1.0'],
    0,
    (x) => Math.log(x) / Math.log(2),
  ),
  logarithm('log10', 'The logarithm to base 10; null unless the argument is positive.', ['log10(10)', '1.0'], 0, (x) =>
    Math.log10(x),
  ),
  logarithm('log1p', 'ln(1 + x), exact near zero; null unless x > -1.', ['log1p(0)', '0.0'], -1, (x) => Math.log1p(x)),
  logarithm('ln', 'The natural logarithm; null unless the argument is positive.', ['ln(1)', '0.0'], 0, (x) =>
    Math.log(x),
  ),
  logOfBase,
  binary('pow', 'The first argument to the power of the second.', ['pow(2, 3)', '8.0'], power, ['power']),
  binary('atan2', 'The angle of the point (second, first) in radians.', ['atan2(0, 0)', '0.0'], (y, x) =>
    Math.atan2(y + 0, x + 0),
  ),
  binary('hypot', 'sqrt(a * a + b * b) without overflow.', ['hypot(3, 4)', '5.0'], hypot),
  scalar('math', {
    name: 'pi',
    usage: 'The number pi.',
    example: ['pi()', '3.141592653589793'],
    takes: [],
    returns: DOUBLE,
    inline: () => 'Math.PI',
  }),
  scalar('math', {
    name: 'e',
    usage: "Euler's number.",
    example: ['e()', '2.718281828459045'],
    takes: [],
    returns: DOUBLE,
    inline: () => 'Math.E',
  }),
  scalar('math', {
    name: 'factorial',
    usage: 'The factorial of a number from 0 to 20; null of any other.',
    example: ['factorial(5)', '120'],
    takes: ['int'],
    returns: LONG,
    mayBeNull: true,
    run: factorial,
  }),
  scalar('math', {
    name: 'width_bucket',
    usage: 'The number of the bucket, of `num_bucket` equal ones between `min` and `max`, that the value falls in.',
    example: ['width_bucket(5.3, 0.2, 10.6, 5)', '3'],
    takes: ['double', 'double', 'double', 'long'],
    returns: LONG,
    mayBeNull: true,
    run: widthBucket,
  }),
  scalar('math', {
    name: 'nanvl',
    usage: 'The first argument unless it is NaN, else the second.',
    example: ["nanvl(cast('NaN' as double), 123)", '123.0'],
    takes: ['double', 'double'],
    returns: DOUBLE,
    inline: ([a, b]) => `((x) => x !== x ? ${b} : x)(${a})`,
  }),
];

type Helpers = Readonly<Record<string, unknown>>;

function unary(
  name: string,
  usage: string,
  example: readonly [string, string],
  code: (x: string) => string,
  helpers?: Helpers,
  aliases?: readonly string[],
): FunctionSpec {
  const inline = ([x]: readonly string[]): string => code(x as string);
  return scalar('math', { name, aliases, usage, example, takes: ['double'], returns: DOUBLE, inline, helpers });
}

function binary(
  name: string,
  usage: string,
  example: readonly [string, string],
  run: (a: number, b: number) => number,
  aliases?: readonly string[],
): FunctionSpec {
  return scalar('math', { name, aliases, usage, example, takes: ['double', 'double'], returns: DOUBLE, run });
}

/** Null at and below `asymptote` (Spark's `UnaryLogExpression`). */
function logarithm(
  name: string,
  usage: string,
  example: readonly [string, string],
  asymptote: number,
  log: (x: number) => number,
): FunctionSpec {
  const run = (x: number): number | null => (x <= asymptote ? null : log(x));
  return scalar('math', { name, usage, example, takes: ['double'], returns: DOUBLE, mayBeNull: true, run });
}

// Spark writes these three out instead of calling the platform, so their last digits are its own.
function asinh(x: number): number {
  return x === Number.NEGATIVE_INFINITY ? x : Math.log(x + Math.sqrt(x * x + 1));
}

function acosh(x: number): number {
  return Math.log(x + Math.sqrt(x * x - 1));
}

function atanh(x: number): number {
  return 0.5 * (Math.log1p(x) - Math.log1p(-x));
}

function rint(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor === 0 && x < 0 ? -0 : floor;
  if (rest > 0.5) return Object.is(floor + 1, 0) && x < 0 ? -0 : floor + 1;
  if (Number.isNaN(rest)) return x;
  return floor % 2 === 0 ? floor : floor + 1 === 0 ? -0 : floor + 1;
}

/** Java's pow: as JavaScript's. */
function power(x: number, y: number): number {
  return x ** y;
}

function hypot(a: number, b: number): number {
  if (Math.abs(a) === Number.POSITIVE_INFINITY || Math.abs(b) === Number.POSITIVE_INFINITY) {
    return Number.POSITIVE_INFINITY;
  }
  return Math.hypot(a, b);
}

function factorial(n: number): number | bigint | null {
  if (n < 0 || n > 20) return null;
  let product = 1n;
  for (let i = 2n; i <= BigInt(n); i++) product *= i;
  return product <= 9007199254740991n ? Number(product) : product;
}

function widthBucket(value: number, min: number, max: number, buckets: number | bigint): number | bigint | null {
  if (buckets <= 0 || typeof buckets === 'bigint') return null;
  if (Number.isNaN(value) || min === max || !Number.isFinite(min) || !Number.isFinite(max)) return null;
  if (min < max) {
    if (value < min) return 0;
    if (value >= max) return buckets + 1;
    return Math.trunc((buckets * (value - min)) / (max - min)) + 1;
  }
  if (value > min) return 0;
  if (value <= max) return buckets + 1;
  return Math.trunc((buckets * (min - value)) / (min - max)) + 1;
}
