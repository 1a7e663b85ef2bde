import type { Cell } from '../../batch.ts';
import { type DataType, STRING } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { decimalText, parseDecimal, rescale } from '../values/decimal.ts';
import { boundTo, checkCount, implicitArgs } from './bind.ts';
import { exactDecimal } from './exact-decimal.ts';
import { formatJava } from './java-format.ts';
import { groupDigits } from './text-cells.ts';

/** Numbers and other values as text by a pattern. */
export const stringFormatFunctions: readonly FunctionSpec[] = [
  {
    name: 'format_number',
    group: 'string',
    usage:
      'A number in groups of three digits, rounded (halves to even) to d digits after the point or by a pattern such as `#,##0.00`.',
    example: ['format_number(12332.123456, 4)', '12,332.1235'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return boundTo(implicitArgs(context, args, ['numeric', ['int', 'string']]), STRING, true);
    },
    implement: ([type]) => ({
      kind: 'call',
      fn: formatNumberOf(type as DataType),
      nulls: 'propagate',
      mayBeNull: true,
    }),
  },
  {
    name: 'format_string',
    aliases: ['printf'],
    group: 'string',
    usage: "The arguments put into a text by Java's format codes: %s, %d, %5.2f, %x and so on.",
    example: ["format_string('Hello World %d %s', 100, 'days')", 'Hello World 100 days'],
    bind(args, context) {
      checkCount(context, args, 1, Number.POSITIVE_INFINITY);
      const [format] = implicitArgs(context, args.slice(0, 1), ['string']) as readonly [TypedExpr];
      return { args: [format, ...args.slice(1)], type: STRING, nullable: format.nullable };
    },
    implement(types, _type, { timeZone }) {
      const fn = (format: string | null, ...cells: Cell[]): Cell =>
        format === null ? null : formatJava(format, cells, types.slice(1), timeZone);
      return { kind: 'call', fn, nulls: 'see', mayBeNull: true };
    },
  },
];

interface NumberPattern {
  readonly prefix: string;
  readonly suffix: string;
  readonly group: number;
  readonly minWhole: number;
  readonly minFraction: number;
  readonly maxFraction: number;
  readonly percent: number;
}

function formatNumberOf(type: DataType): (value: number | bigint, format: number | string) => string | null {
  const patterns = new Map<string, NumberPattern>();
  return (value, format) => {
    if (typeof format === 'number') {
      if (format < 0) return null;
      return formatWith(value, type, { ...DEFAULT_PATTERN, minFraction: format, maxFraction: format });
    }
    let pattern = patterns.get(format);
    if (pattern === undefined) {
      pattern = format === '' ? DEFAULT_PATTERN : parsePattern(format);
      patterns.set(format, pattern);
    }
    return formatWith(value, type, pattern);
  };
}

const DEFAULT_PATTERN: NumberPattern = {
  prefix: '',
  suffix: '',
  group: 3,
  minWhole: 1,
  minFraction: 0,
  maxFraction: 0,
  percent: 0,
};

/** The positive part of a java.text.DecimalFormat pattern. */
function parsePattern(pattern: string): NumberPattern {
  const positive = pattern.split(';')[0] as string;
  const [, prefix = '', body = '', suffix = ''] = /^([^#0,.]*)([#0,.]*)(.*)$/s.exec(positive) ?? [];
  const [whole = '', fraction = ''] = body.split('.');
  const comma = whole.lastIndexOf(',');
  const minWhole = whole.replace(/[^0]/g, '').length;
  return {
    prefix,
    suffix,
    group: comma < 0 ? 0 : whole.length - comma - 1,
    // `#.##` still writes a digit before the point when there is none behind it; DecimalFormat counts it as 0 otherwise.
    minWhole,
    minFraction: fraction.replace(/[^0]/g, '').length,
    maxFraction: fraction.length,
    percent: /%/.test(prefix + suffix) ? 2 : 0,
  };
}

function formatWith(value: number | bigint, type: DataType, pattern: NumberPattern): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? '\ufffd' : `${value < 0 ? '-' : ''}${pattern.prefix}\u221e${pattern.suffix}`;
  }
  const exact =
    type.kind === 'decimal'
      ? { unscaled: value as bigint, scale: type.scale }
      : type.kind === 'float' || type.kind === 'double'
        ? exactDecimal(value as number)
        : (parseDecimal(String(value)) as { unscaled: bigint; scale: number });
  const scale = exact.scale - pattern.percent;
  const rounded = rescale(exact.unscaled, scale, pattern.maxFraction, 'halfEven');
  const negative = exact.unscaled < 0n || Object.is(value, -0);
  const text = decimalText(rounded < 0n ? -rounded : rounded, pattern.maxFraction);
  const [digits = '0', tail = ''] = text.split('.');
  let fraction = tail;
  while (fraction.length > pattern.minFraction && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  let whole = digits.replace(/^0+/, '').padStart(pattern.minWhole, '0');
  if (whole === '' && fraction === '') whole = '0';
  if (pattern.group > 0) whole = groupDigits(whole, pattern.group);
  return `${negative ? '-' : ''}${pattern.prefix}${whole}${fraction === '' ? '' : `.${fraction}`}${pattern.suffix}`;
}
