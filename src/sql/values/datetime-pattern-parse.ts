import { FIELD_NAMES, zoneOfName } from './datetime-names.ts';
import type { FractionElement, NumberElement, OffsetForm } from './datetime-pattern-letters.ts';
import type { Element } from './datetime-pattern-syntax.ts';
import { findZone, type Zone } from './zone.ts';
import { fixedOffsetSeconds } from './zone-offset.ts';

/** What a text said, field by field; not yet checked for sense. */
export interface ParsedFields {
  readonly numbers: ReadonlyMap<string, number>;
  readonly nanos: number | null;
  readonly zone: Zone | null;
}

/** A text read by a compiled pattern, whole or not at all (`DateTimeFormatter.parse` with a strict builder, any case). */
export function parseFields(elements: readonly Element[], text: string): ParsedFields | null {
  const reader = new FieldReader(text);
  return reader.readAll(elements) && reader.at === text.length ? reader.fields() : null;
}

class FieldReader {
  at = 0;
  private numbers = new Map<string, number>();
  private nanos: number | null = null;
  private zone: Zone | null = null;

  constructor(private readonly text: string) {}

  fields(): ParsedFields {
    return { numbers: this.numbers, nanos: this.nanos, zone: this.zone };
  }

  readAll(elements: readonly Element[]): boolean {
    for (const element of elements) if (!this.read(element)) return false;
    return true;
  }

  private read(element: Element): boolean {
    switch (element.kind) {
      case 'literal':
        return this.skip(element.text);
      case 'number':
        return this.readNumber(element);
      case 'fraction':
        return this.readFraction(element);
      case 'text':
        return this.readText(element);
      case 'offset':
        return this.readOffset(element.form);
      case 'zoneName':
        return this.readZone(element.form !== 'id');
      case 'optional':
        return this.readOptional(element.elements);
    }
  }

  private skip(expected: string): boolean {
    const found = this.text.slice(this.at, this.at + expected.length);
    if (found !== expected && found.toLowerCase() !== expected.toLowerCase()) return false;
    this.at += expected.length;
    return true;
  }

  /** A section that does not fit is passed over, and leaves nothing behind. */
  private readOptional(elements: readonly Element[]): boolean {
    const { at, nanos, zone } = this;
    const numbers = new Map(this.numbers);
    if (!this.readAll(elements)) Object.assign(this, { at, nanos, zone, numbers });
    return true;
  }

  /** A field may come twice, with the same value. */
  private set(field: string, value: number): boolean {
    const before = this.numbers.get(field);
    this.numbers.set(field, value);
    return before === undefined || before === value;
  }

  private countDigits(from: number, max: number): number {
    let end = from;
    while (end < this.text.length && end - from < max && isDigit(this.text.charCodeAt(end))) end++;
    return end - from;
  }

  private readNumber(element: NumberElement): boolean {
    const first = this.text[this.at];
    const signed = first === '+' || first === '-';
    if (signed && !maySign(element, first === '+')) return false;
    const start = signed ? this.at + 1 : this.at;
    const reach = element.maxWidth + Math.max(element.subsequentWidth, 0);
    let count = this.countDigits(start, reach);
    if (count < element.minWidth) return false;
    if (element.subsequentWidth > 0) {
      count = Math.max(element.minWidth, count - element.subsequentWidth);
    }
    const value = Number(this.text.slice(start, start + count));
    if (first === '-' && value === 0) return false;
    if (element.sign === 'exceedsPad' && first !== '-' && (first === '+') !== count > element.minWidth) return false;
    this.at = start + count;
    if (element.reduced) return this.set(element.field, 2000 + value);
    return this.set(element.field, first === '-' ? -value : value);
  }

  private readFraction(element: FractionElement): boolean {
    const count = this.countDigits(this.at, element.maxWidth);
    if (count < element.minWidth) return false;
    const nanos = Number(this.text.slice(this.at, this.at + count).padEnd(9, '0'));
    this.at += count;
    const before = this.nanos;
    this.nanos = nanos;
    return before === null || before === nanos;
  }

  private readText(element: Extract<Element, { kind: 'text' }>): boolean {
    const { full, short, first } = FIELD_NAMES[element.field];
    for (const [i, name] of (element.full ? full : short).entries()) {
      if (this.skip(name)) return this.set(element.field, i + first);
    }
    return false;
  }

  private readOffset(form: OffsetForm): boolean {
    const rest = this.text.slice(this.at);
    if (form.style === 'localized') {
      if (!this.skip('GMT')) return false;
      const match = (form.full ? /^[+-]\d\d:\d\d(:\d\d)?/ : /^[+-]\d\d?(:\d\d(:\d\d)?)?/).exec(rest.slice(3));
      return this.setOffset(match?.[0] ?? '');
    }
    if (this.skip(form.zero)) return this.setOffset('');
    const match = offsetPattern(form).exec(rest);
    return match !== null && this.setOffset(match[0]);
  }

  private setOffset(matched: string): boolean {
    const offset = matched === '' ? findZone('Z') : findZone(matched);
    if (offset === null) return false;
    this.at += matched.length;
    // A region said elsewhere in the text wins over an offset.
    this.zone ??= offset;
    return true;
  }

  private readZone(names: boolean): boolean {
    const rest = this.text.slice(this.at);
    const offset = /^(?:UTC|GMT|UT)?[+-]\d\d:\d\d(?::\d\d)?/i.exec(rest)?.[0];
    if (offset !== undefined && fixedOffsetSeconds(offset.toUpperCase()) !== null) {
      return this.setZone(findZone(offset.toUpperCase()), offset.length);
    }
    const named = names ? zoneOfName(rest) : null;
    if (named !== null) return this.setZone(findZone(named.zone), named.length);
    let end = /^[A-Za-z][A-Za-z0-9_/+-]*/.exec(rest)?.[0].length ?? 0;
    for (; end > 0; end--) {
      const id = rest.slice(0, end);
      const zone = findZone(id) ?? findZone(id.toUpperCase());
      // Java's short names are for settings; here only names of the database count.
      if (zone !== null && zone.name.toUpperCase() === id.toUpperCase()) return this.setZone(zone, end);
    }
    return false;
  }

  private setZone(zone: Zone | null, length: number): boolean {
    if (zone === null) return false;
    this.zone = zone;
    this.at += length;
    return true;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function maySign(element: NumberElement, positive: boolean): boolean {
  if (element.sign === 'notNegative') return false;
  return element.sign === 'exceedsPad' || !positive;
}

function offsetPattern(form: Extract<OffsetForm, { style: 'number' }>): RegExp {
  const colon = form.colon ? ':' : '';
  const seconds = form.withSeconds ? `(${colon}\\d\\d)?` : '';
  const minutes = form.minutes === 'always' ? `${colon}\\d\\d${seconds}` : `(${colon}\\d\\d)?`;
  return new RegExp(`^[+-]\\d\\d${minutes}`);
}
