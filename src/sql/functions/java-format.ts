import type { Cell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { type DataType, formatType } from '../../schema.ts';
import { decimalText, type ParsedDecimal, parseDecimal, rescale } from '../values/decimal.ts';
import { cellText } from '../values/text.ts';
import { isIntegral } from './bind.ts';
import { groupDigits } from './text-cells.ts';

/** java.util.Formatter for the conversions that make sense of SQL values: s d o x c b e f g h n %. */

interface Directive {
  readonly conversion: string;
  readonly upper: boolean;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | null;
}

const DIRECTIVE = /%(\d+\$|<)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

export function formatJava(
  format: string,
  cells: readonly Cell[],
  types: readonly DataType[],
  timeZone: string,
): string {
  let ordinary = 0;
  let last = -1;
  if (/%/.test(format.replace(DIRECTIVE, ''))) throw badFormat(format, 'a % without a conversion letter');
  return format.replace(DIRECTIVE, (_all, index, flags: string, width, precision, letter: string) => {
    const directive: Directive = {
      conversion: letter.toLowerCase(),
      upper: letter !== letter.toLowerCase(),
      flags,
      width: width === undefined ? 0 : Number(width),
      precision: precision === undefined ? null : Number(precision),
    };
    if (letter === '%') return pad('%', directive);
    if (letter === 'n') return '\n';
    if (index === undefined) last = ordinary++;
    else if (index !== '<') last = Number.parseInt(index, 10) - 1;
    const type = types[last];
    if (type === undefined) throw badFormat(format, `no argument ${last + 1} for %${letter}`);
    return formatOne(format, directive, cells[last] as Cell, type, timeZone);
  });
}

function formatOne(format: string, directive: Directive, cell: Cell, type: DataType, timeZone: string): string {
  const text = convert(format, directive, cell, type, timeZone);
  return pad(directive.upper ? text.toUpperCase() : text, directive);
}

function convert(format: string, directive: Directive, cell: Cell, type: DataType, timeZone: string): string {
  const cut = (text: string): string => (directive.precision === null ? text : text.slice(0, directive.precision));
  switch (directive.conversion) {
    case 's':
      return cut(cell === null ? 'null' : cellText(type, timeZone)(cell));
    case 'b':
      return cut(cell === null ? 'false' : typeof cell === 'boolean' ? String(cell) : 'true');
    case 'd':
    case 'o':
    case 'x':
      if (cell === null) return 'null';
      if (!isIntegral(type)) throw wrongType(format, directive, type);
      return directive.conversion === 'd'
        ? wholeText(directive, BigInt(cell as number))
        : radixText(directive, cell, type);
    case 'c':
      if (cell === null) return 'null';
      if (!isIntegral(type)) throw wrongType(format, directive, type);
      return String.fromCodePoint(Number(cell));
    case 'e':
    case 'f':
    case 'g':
      if (cell === null) return 'null';
      if (type.kind !== 'float' && type.kind !== 'double' && type.kind !== 'decimal')
        throw wrongType(format, directive, type);
      return fractionText(directive, cell as number | bigint, type);
    default:
      throw badFormat(format, `%${directive.conversion} is not supported`);
  }
}

function wholeText(directive: Directive, value: bigint): string {
  const digits = (value < 0n ? -value : value).toString();
  return signed(directive, value < 0n, directive.flags.includes(',') ? groupDigits(digits, 3) : digits);
}

function radixText(directive: Directive, cell: Cell, type: DataType): string {
  const bits = { byte: 8, short: 16, int: 32, long: 64 }[type.kind as 'int'];
  const radix = directive.conversion === 'x' ? 16 : 8;
  const digits = BigInt.asUintN(bits, BigInt(cell as number)).toString(radix);
  const marked = directive.flags.includes('#') ? `${radix === 16 ? '0x' : '0'}${digits}` : digits;
  return directive.flags.includes('0') ? marked.padStart(directive.width, '0') : marked;
}

function fractionText(directive: Directive, cell: number | bigint, type: DataType): string {
  if (typeof cell === 'number' && !Number.isFinite(cell)) {
    if (Number.isNaN(cell)) return 'NaN';
    return cell > 0 ? (directive.flags.includes('+') ? '+Infinity' : 'Infinity') : '-Infinity';
  }
  const exact: ParsedDecimal =
    type.kind === 'decimal'
      ? { unscaled: cell as bigint, scale: type.scale }
      : (parseDecimal(shortest(cell as number, type)) as ParsedDecimal);
  const negative = exact.unscaled < 0n || Object.is(cell, -0);
  const value = { unscaled: exact.unscaled < 0n ? -exact.unscaled : exact.unscaled, scale: exact.scale };
  return signed(directive, negative, magnitudeText(directive, value));
}

function shortest(value: number, type: DataType): string {
  if (type.kind === 'float') {
    for (let digits = 1; digits < 9; digits++) {
      if (Math.fround(Number(value.toPrecision(digits))) === value) return value.toPrecision(digits);
    }
  }
  return String(value);
}

function magnitudeText(directive: Directive, value: ParsedDecimal): string {
  const precision = directive.precision ?? 6;
  if (directive.conversion === 'e') return scientificText(value, precision);
  if (directive.conversion === 'g') {
    const significant = precision === 0 ? 1 : precision;
    const magnitude = value.unscaled === 0n ? 0 : value.unscaled.toString().length - 1 - value.scale;
    if (value.unscaled !== 0n && (magnitude < -4 || magnitude >= significant)) {
      return scientificText(value, significant - 1);
    }
    return fixedText(directive, value, Math.max(0, significant - 1 - magnitude));
  }
  return fixedText(directive, value, precision);
}

function fixedText(directive: Directive, value: ParsedDecimal, digits: number): string {
  const [whole = '0', fraction] = decimalText(rescale(value.unscaled, value.scale, digits, 'halfUp'), digits).split(
    '.',
  );
  const grouped = directive.flags.includes(',') ? groupDigits(whole, 3) : whole;
  return fraction === undefined ? (directive.flags.includes('#') ? `${grouped}.` : grouped) : `${grouped}.${fraction}`;
}

function scientificText(value: ParsedDecimal, digits: number): string {
  let exponent = value.unscaled === 0n ? 0 : value.unscaled.toString().length - 1 - value.scale;
  let mantissa = rescale(value.unscaled, value.scale + exponent, digits, 'halfUp');
  if (mantissa.toString().length > digits + 1) {
    mantissa /= 10n;
    exponent++;
  }
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${decimalText(mantissa, digits)}e${exponent < 0 ? '-' : '+'}${power}`;
}

function signed(directive: Directive, negative: boolean, digits: string): string {
  const { flags, width } = directive;
  const before = negative
    ? flags.includes('(')
      ? '('
      : '-'
    : flags.includes('+')
      ? '+'
      : flags.includes(' ')
        ? ' '
        : '';
  const after = negative && flags.includes('(') ? ')' : '';
  const room = width - before.length - after.length;
  return before + (flags.includes('0') ? digits.padStart(room, '0') : digits) + after;
}

function pad(text: string, directive: Directive): string {
  return directive.flags.includes('-') ? text.padEnd(directive.width) : text.padStart(directive.width);
}

function badFormat(format: string, what: string): Error {
  return dataError('INVALID_FORMAT', `format_string: "${format}" cannot be used: ${what}.`);
}

function wrongType(format: string, directive: Directive, type: DataType): Error {
  return badFormat(format, `%${directive.conversion} takes no value of type ${formatType(type)}`);
}
