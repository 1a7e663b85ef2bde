import type { Cell, MapCell } from '../../batch.ts';
import type { DataType } from '../../schema.ts';

/** Negative, zero or positive, as of a sort. */
export type CompareCells = (a: Cell, b: Cell) => number;

/**
 * Spark's order of two values of a type, neither of them null (`TypeUtils.getInterpretedOrdering`): strings and binaries
 * by their (UTF-8) bytes, NaN equal to itself and above every number, -0.0 equal to 0.0, arrays and structs by their
 * first difference with nulls first. Maps and calendar intervals have no order: they compare as equal.
 */
export function compareBy(type: DataType): CompareCells {
  switch (type.kind) {
    case 'float':
    case 'double':
      return (a, b) => compareDoubles(a as number, b as number);
    case 'string':
      return (a, b) => compareStrings(a as string, b as string);
    case 'binary':
      return (a, b) => Buffer.compare(a as Uint8Array, b as Uint8Array);
    case 'array': {
      const compareElements = nullsFirst(compareBy(type.element));
      return (a, b) => compareLists(a as readonly Cell[], b as readonly Cell[], () => compareElements);
    }
    case 'struct': {
      const comparers = type.fields.map((field) => nullsFirst(compareBy(field.type)));
      return (a, b) =>
        compareLists(a as readonly Cell[], b as readonly Cell[], (index) => comparers[index] as CompareCells);
    }
    case 'void':
    case 'map':
    case 'calendarInterval':
      return () => 0;
    default:
      return (a, b) => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
  }
}

/** The same order with null below every value. */
export function nullsFirst(compare: CompareCells): CompareCells {
  return (a, b) => {
    if (a === null) return b === null ? 0 : -1;
    return b === null ? 1 : compare(a, b);
  };
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1;
}

/** UTF-16 order differs from the order of UTF-8 bytes only where a surrogate meets a unit above the surrogates. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      if (x < 0xe000) x += 0x2000;
      if (y < 0xe000) y += 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}

function compareLists(a: readonly Cell[], b: readonly Cell[], comparer: (index: number) => CompareCells): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = comparer(i)(a[i] as Cell, b[i] as Cell);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/**
 * A function that gives equal primitives for equal values (NaN equals NaN, -0.0 equals 0.0, null equals null inside
 * arrays and structs), for use as a key of a `Map` or `Set`. The value is not null.
 */
export function equalityKey(type: DataType): (cell: Cell) => unknown {
  switch (type.kind) {
    case 'binary':
      return (cell) => Buffer.from(cell as Uint8Array).toString('latin1');
    case 'array': {
      const key = equalityKey(type.element);
      return (cell) => listKey((cell as readonly Cell[]).map((element) => partKey(element, key)));
    }
    case 'struct': {
      const keys = type.fields.map((field) => equalityKey(field.type));
      return (cell) =>
        listKey(
          (cell as readonly Cell[]).map((element, index) => partKey(element, keys[index] as (cell: Cell) => unknown)),
        );
    }
    case 'map': {
      const key = equalityKey(type.key);
      const value = equalityKey(type.value);
      return (cell) => {
        const { keys, values } = cell as MapCell;
        return listKey(keys.map((k, i) => listKey([partKey(k, key), partKey(values[i] as Cell, value)])).sort());
      };
    }
    case 'calendarInterval':
      return (cell) => {
        const { months, days, micros } = cell as { months: number; days: number; micros: number | bigint };
        return `${months},${days},${micros}`;
      };
    default:
      return (cell) => cell;
  }
}

function partKey(cell: Cell, key: (cell: Cell) => unknown): string {
  if (cell === null) return 'n';
  const text = String(key(cell));
  return `${text.length}:${text}`;
}

function listKey(parts: readonly string[]): string {
  return `(${parts.join('')})`;
}

/** Whether values of the type have an order, so that they can be sorted or compared (Spark's `RowOrdering.isOrderable`). */
export function isOrderable(type: DataType): boolean {
  switch (type.kind) {
    case 'map':
    case 'calendarInterval':
      return false;
    case 'array':
      return isOrderable(type.element);
    case 'struct':
      return type.fields.every((field) => isOrderable(field.type));
    default:
      return true;
  }
}
