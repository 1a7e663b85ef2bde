import { dataError } from '../../errors.ts';
import { type DataType, decimal, STRING } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { BindContext, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { decimalText, parseDecimal, rescale } from '../values/decimal.ts';
import { boundTo, checkCount, constantOf, implicitArgs } from './bind.ts';

/** Numbers by the patterns of to_number and to_char: `S$99,999.00PR`. */
export const numberFormatFunctions: readonly FunctionSpec[] = [
  toNumber('to_number', false, 'The decimal that a text gives by a pattern of 0, 9, `.`, `,`, `$`, S, MI and PR.'),
  toNumber('try_to_number', true, 'As to_number, but null when the text does not fit the pattern.'),
  {
    name: 'to_char',
    aliases: ['to_varchar'],
    group: 'conversion',
    usage: 'A number as text by a pattern of 0, 9, `.`, `,`, `$`, S, MI and PR; signs of # when it does not fit.',
    example: ["to_char(12454, '99,999')", '12,454'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const bound = implicitArgs(context, args, ['decimal', 'string']);
      constantPattern(context, bound[1] as TypedExpr);
      return boundTo(bound, STRING);
    },
    implement([type], _type, { constants }) {
      const pattern = parsePattern(String(constants[1])) as NumberPattern;
      const scale = type?.kind === 'decimal' ? type.scale : 0;
      return { kind: 'call', fn: (value: bigint) => formatNumber(value, scale, pattern), nulls: 'propagate' };
    },
  },
];

interface NumberPattern {
  readonly lead: string;
  /** What stands before the point, of `0 9 ,`. */
  readonly whole: string;
  readonly point: boolean;
  readonly fraction: string;
  readonly trail: string;
}

const PATTERN = /^(MI|S)?(\$)?([09,G]*)([.D])?([09]*)(\$)?(PR|MI|S)?$/i;

function parsePattern(text: string): NumberPattern | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, sign = '', dollar = '', whole = '', point, fraction = '', dollarAfter = '', signAfter = ''] = match;
  const groups = whole.toUpperCase().replaceAll('G', ',');
  const bad =
    (sign !== '' && signAfter !== '') ||
    (dollar !== '' && dollarAfter !== '') ||
    !/[09]/.test(groups + fraction) ||
    /^,|,$|,,/.test(groups) ||
    (groups.match(/[09]/g)?.length ?? 0) + fraction.length > 38;
  if (bad) return null;
  const lead = (sign + dollar).toUpperCase();
  return { lead, whole: groups, point: point !== undefined, fraction, trail: (dollarAfter + signAfter).toUpperCase() };
}

function constantPattern(context: BindContext, arg: TypedExpr): NumberPattern {
  const value = constantOf(arg);
  if (typeof value !== 'string') {
    throw analysisError('DATATYPE_MISMATCH', `${context.name}: the pattern must be a constant string.`);
  }
  const pattern = parsePattern(value);
  if (pattern !== null) return pattern;
  throw analysisError(
    'INVALID_FORMAT',
    `${context.name}: "${value}" is no number pattern. Expected [S|MI] [$] digits (0, 9) with "," and "." [$] [S|MI|PR].`,
  );
}

function toNumber(name: string, isTry: boolean, usage: string): FunctionSpec {
  return {
    name,
    group: 'conversion',
    usage,
    example: [`${name}('$78.12', '$99.99')`, '78.12'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const bound = implicitArgs(context, args, ['string', 'string']);
      const { whole, fraction } = constantPattern(context, bound[1] as TypedExpr);
      const scale = fraction.length;
      return boundTo(bound, decimal(whole.replaceAll(',', '').length + scale, scale), isTry);
    },
    implement(_types, type, { constants }) {
      const text = String(constants[1]);
      const parse = numberParser(parsePattern(text) as NumberPattern, type);
      const fn = (input: string): bigint | null => {
        const value = parse(input);
        if (value !== null || isTry) return value;
        throw dataError('INVALID_FORMAT', `${name}: "${input}" does not fit the pattern "${text}".`);
      };
      return { kind: 'call', fn, nulls: 'propagate', mayBeNull: isTry };
    },
  };
}

/** A reader by one regular expression. A run of digits that begins with 0 before the point must be met in full. */
function numberParser(pattern: NumberPattern, type: DataType): (input: string) => bigint | null {
  const groups = pattern.whole.split(',');
  const digitGroups = groups.map((group, i) => {
    if (group === '') return '';
    return group.startsWith('0') || i > 0 ? `\\d{${group.length}}` : `\\d{0,${group.length}}`;
  });
  // Leading groups of nines may be missing altogether, with their comma.
  let whole = digitGroups[digitGroups.length - 1] as string;
  for (let i = digitGroups.length - 2; i >= 0; i--) {
    const exact = (groups[i] as string).startsWith('0');
    const shorter = `\\d{0,${(groups[i + 1] as string).length}}`;
    whole = exact
      ? `${digitGroups[i]},${whole}`
      : `(?:${digitGroups[i]},${whole}|${i === groups.length - 2 ? shorter : whole})`;
  }
  const fraction = pattern.point ? `(?:\\.\\d{0,${pattern.fraction.length}})?` : '';
  const source = `^${markSource(pattern.lead)}(${whole}${fraction})${markSource(pattern.trail)}$`;
  const wrapped = pattern.trail.includes('PR') ? new RegExp(`^<${source.slice(1, -1)}>$`) : null;
  const plain = new RegExp(source);
  return (input) => {
    const text = input.replace(/\s/g, '');
    const bracketed = wrapped?.exec(text) ?? null;
    const match = bracketed ?? plain.exec(text);
    const digits = (match?.[1] ?? '').replaceAll(',', '');
    if (!/\d/.test(digits) || type.kind !== 'decimal') return null;
    const parsed = parseDecimal(digits);
    if (parsed === null) return null;
    const value = rescale(parsed.unscaled, parsed.scale, type.scale);
    const outside = text.replace(match?.[1] as string, '');
    return bracketed !== null || outside.includes('-') ? -value : value;
  };
}

function markSource(marks: string): string {
  return marks.replace(/MI/, '-?').replace(/S/, '[+-]?').replace(/PR/, '').replace(/\$/, '\\$');
}

function formatNumber(value: bigint, scale: number, pattern: NumberPattern): string {
  const negative = value < 0n;
  const [whole = '', fraction = ''] = decimalText(negative ? -value : value, scale).split('.');
  const digits = whole.replace(/^0+/, '');
  const behind = fraction.replace(/0+$/, '');
  const places = pattern.whole.replaceAll(',', '').length;
  const overflow = digits.length > places || behind.length > pattern.fraction.length;
  if (overflow) return overflowText(pattern);
  const filled = digits.padStart(places, ' ');
  let at = 0;
  let body = '';
  let zeros = false;
  for (const mark of pattern.whole) {
    if (mark === ',') {
      body += /\d$/.test(body) ? ',' : ' ';
      continue;
    }
    const digit = filled[at++] as string;
    zeros ||= mark === '0';
    body += digit !== ' ' ? digit : zeros ? '0' : ' ';
  }
  if (pattern.point && pattern.fraction !== '') body += `.${behind.padEnd(pattern.fraction.length, '0')}`;
  return decorate(body, pattern, negative);
}

function overflowText(pattern: NumberPattern): string {
  const body = pattern.whole.replace(/[09]/g, '#') + (pattern.point ? `.${'#'.repeat(pattern.fraction.length)}` : '');
  return decorate(body, pattern, false);
}

/** Signs stand next to the number: spaces that fill up go before them. */
function decorate(body: string, pattern: NumberPattern, negative: boolean): string {
  const spaces = (/^ */.exec(body) as RegExpExecArray)[0];
  const number = body.slice(spaces.length);
  const mark = (marks: string): string =>
    marks
      .replace('PR', '')
      .replace('MI', negative ? '-' : ' ')
      .replace('S', negative ? '-' : '+');
  const text = spaces + mark(pattern.lead) + number + mark(pattern.trail);
  if (!pattern.trail.includes('PR')) return text;
  return negative ? `${spaces}<${text.slice(spaces.length)}>` : `${text} `;
}
