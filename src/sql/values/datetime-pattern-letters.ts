/** What each letter of a datetime pattern stands for (`DateTimeFormatterBuilder.appendPattern`). */

export type NumberField =
  | 'year'
  | 'yearOfEra'
  | 'quarter'
  | 'month'
  | 'day'
  | 'dayOfYear'
  | 'alignedDayOfWeek'
  | 'hourOfDay'
  | 'clockHourOfDay'
  | 'hourOfHalf'
  | 'clockHourOfHalf'
  | 'minute'
  | 'second';

export type TextField = 'era' | 'month' | 'dayOfWeek' | 'half' | 'quarter';

/** When a sign is read and written (`java.time.format.SignStyle`). */
export type SignStyle = 'normal' | 'notNegative' | 'exceedsPad';

export interface NumberElement {
  readonly kind: 'number';
  readonly field: NumberField;
  readonly minWidth: number;
  readonly maxWidth: number;
  readonly sign: SignStyle;
  /** Two digits of a year from 2000 on. */
  readonly reduced: boolean;
  /** Digits that must be left for the fixed numbers right behind; -1 makes this one itself fixed. */
  subsequentWidth: number;
}

export interface FractionElement {
  readonly kind: 'fraction';
  readonly minWidth: number;
  readonly maxWidth: number;
  subsequentWidth: number;
}

export interface NumberOffset {
  readonly style: 'number';
  readonly colon: boolean;
  readonly minutes: 'ifNeeded' | 'always';
  /** Seconds are written where they are not zero, and may be read. */
  readonly withSeconds: boolean;
  /** What offset zero is written as. */
  readonly zero: string;
}

/** `+01:30` in its variants, or `GMT+1:30`, in full `GMT+01:30`. */
export type OffsetForm = NumberOffset | { readonly style: 'localized'; readonly full: boolean };

export type ZoneNameForm = 'id' | 'short' | 'full' | 'shortGeneric' | 'fullGeneric';

export type FieldElement =
  | NumberElement
  | FractionElement
  | { readonly kind: 'text'; readonly field: TextField; readonly full: boolean }
  | { readonly kind: 'offset'; readonly form: OffsetForm }
  | { readonly kind: 'zoneName'; readonly form: ZoneNameForm };

/**
 * The element that `count` times `letter` stands for, or why there is none. With an era in the pattern years are counted from 1
 * in each era; without, there are a year 0 and negative ones. `parsing`: the element is for reading.
 */
export function fieldElement(letter: string, count: number, hasEra: boolean, parsing: boolean): FieldElement | string {
  const widest = MAX_COUNTS[letter];
  if (widest !== undefined && count > widest) return `there are too many ${letter}`;
  const simple = ONE_OR_TWO[letter];
  if (simple !== undefined) return count === 1 ? number(simple, 1) : fixed(simple);
  switch (letter) {
    case 'y':
      return year(count, hasEra ? 'yearOfEra' : 'year');
    case 'M':
    case 'L':
      return numberOrText('month', count);
    case 'Q':
    case 'q':
      return numberOrText('quarter', count);
    case 'E':
      return { kind: 'text', field: 'dayOfWeek', full: count > 3 };
    case 'G':
      return { kind: 'text', field: 'era', full: count > 3 };
    case 'a':
      return { kind: 'text', field: 'half', full: false };
    case 'D':
      return count === 1 ? number('dayOfYear', 1) : { ...number('dayOfYear', count, 'notNegative'), maxWidth: 3 };
    case 'F':
      return number('alignedDayOfWeek', 1);
    case 'S':
      // Spark reads fewer digits too.
      return { kind: 'fraction', minWidth: parsing ? 1 : count, maxWidth: count, subsequentWidth: 0 };
    default:
      return zoneElement(letter, count);
  }
}

const MAX_COUNTS: Readonly<Record<string, number>> = {
  a: 1,
  d: 2,
  D: 3,
  F: 1,
  h: 2,
  H: 2,
  k: 2,
  K: 2,
  m: 2,
  s: 2,
  S: 9,
  x: 5,
  X: 5,
  z: 4,
  Z: 5,
};

const ONE_OR_TWO: Readonly<Record<string, NumberField>> = {
  d: 'day',
  H: 'hourOfDay',
  k: 'clockHourOfDay',
  K: 'hourOfHalf',
  h: 'clockHourOfHalf',
  m: 'minute',
  s: 'second',
};

function number(field: NumberField, minWidth: number, sign: SignStyle = 'normal'): NumberElement {
  return { kind: 'number', field, minWidth, maxWidth: 19, sign, reduced: false, subsequentWidth: 0 };
}

function fixed(field: NumberField, reduced = false): NumberElement {
  return { ...number(field, 2, 'notNegative'), maxWidth: 2, reduced };
}

function year(count: number, field: NumberField): NumberElement {
  if (count === 2) return fixed(field, true);
  return number(field, count, count < 4 ? 'normal' : 'exceedsPad');
}

function numberOrText(field: 'month' | 'quarter', count: number): FieldElement {
  if (count === 1) return number(field, 1);
  return count === 2 ? fixed(field) : { kind: 'text', field, full: count === 4 };
}

function zoneElement(letter: string, count: number): FieldElement | string {
  switch (letter) {
    case 'V':
      return count === 2 ? { kind: 'zoneName', form: 'id' } : 'V must be doubled';
    case 'v':
      if (count !== 1 && count !== 4) return 'v must be one or four';
      return { kind: 'zoneName', form: count === 1 ? 'shortGeneric' : 'fullGeneric' };
    case 'z':
      return { kind: 'zoneName', form: count === 4 ? 'full' : 'short' };
    case 'O':
      if (count !== 1 && count !== 4) return 'O must be one or four';
      return { kind: 'offset', form: { style: 'localized', full: count === 4 } };
    case 'Z':
      if (count === 4) return { kind: 'offset', form: { style: 'localized', full: true } };
      return count === 5 ? offset(true, 'always', true, 'Z') : offset(false, 'always', false, '+0000');
    case 'X':
    case 'x': {
      const colon = count === 3 || count === 5;
      const zero = count === 1 ? '+00' : colon ? '+00:00' : '+0000';
      return offset(colon, count === 1 ? 'ifNeeded' : 'always', count >= 4, letter === 'X' ? 'Z' : zero);
    }
    default:
      return `the letter ${letter} has no meaning`;
  }
}

function offset(colon: boolean, minutes: 'ifNeeded' | 'always', withSeconds: boolean, zero: string): FieldElement {
  return { kind: 'offset', form: { style: 'number', colon, minutes, withSeconds, zero } };
}
