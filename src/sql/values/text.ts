import type { CalendarInterval, Cell, Int64, MapCell } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { decimalText } from './decimal.ts';
import {
  calendarIntervalText,
  dayTimeHiveText,
  dayTimeLiteral,
  yearMonthLiteral,
  yearMonthText,
} from './interval-text.ts';
import { decimalJavaText, doubleText, floatText } from './number-text.ts';
import { formatDate, formatTimestamp } from './timestamp.ts';
import { zone } from './zone.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A function over cells that are not null. */
export type CellText = (cell: Cell) => string;

/** What CAST AS STRING gives for values of `type` (Spark's `ToStringBase`). Timestamps are shown in `timeZone`. */
export function cellText(type: DataType, timeZone: string): CellText {
  switch (type.kind) {
    case 'decimal': {
      const { scale } = type;
      return (cell) => decimalJavaText(cell as bigint, scale, decimalText(cell as bigint, scale));
    }
    case 'dayTimeInterval':
      return (cell) => dayTimeLiteral(cell as Int64);
    case 'yearMonthInterval':
      return (cell) => yearMonthLiteral(cell as number);
    case 'array': {
      const element = orNull(cellText(type.element, timeZone));
      return (cell) => `[${(cell as readonly Cell[]).map(element).join(', ')}]`;
    }
    case 'map': {
      const key = cellText(type.key, timeZone);
      const value = orNull(cellText(type.value, timeZone));
      return (cell) => {
        const { keys, values } = cell as MapCell;
        return `{${keys.map((one, i) => `${key(one)} -> ${value(values[i] ?? null)}`).join(', ')}}`;
      };
    }
    case 'struct': {
      const fields = type.fields.map((field) => orNull(cellText(field.type, timeZone)));
      return (cell) => `{${fields.map((text, i) => text((cell as readonly Cell[])[i] ?? null)).join(', ')}}`;
    }
    default:
      return atomicText(type.kind, timeZone);
  }
}

/**
 * How the spark-sql shell prints a value, null included (Spark's `HiveResult.toHiveString`): arrays, maps and structs look
 * like JSON, but only strings are quoted.
 */
export function hiveText(type: DataType, timeZone: string): CellText {
  const text = hiveValueText(type, timeZone, false);
  return (cell) => (cell === null ? 'NULL' : text(cell));
}

function hiveValueText(type: DataType, timeZone: string, nested: boolean): CellText {
  const inner = (one: DataType): CellText => orNull(hiveValueText(one, timeZone, true));
  switch (type.kind) {
    case 'string':
      return nested ? (cell) => `"${cell as string}"` : (cell) => cell as string;
    case 'decimal': {
      const { scale } = type;
      return (cell) => decimalText(cell as bigint, scale);
    }
    case 'dayTimeInterval':
      return (cell) => dayTimeHiveText(cell as Int64);
    case 'yearMonthInterval':
      return (cell) => yearMonthText(cell as number);
    case 'array': {
      const element = inner(type.element);
      return (cell) => `[${(cell as readonly Cell[]).map(element).join(',')}]`;
    }
    case 'map': {
      const key = inner(type.key);
      const value = inner(type.value);
      return (cell) => {
        const { keys, values } = cell as MapCell;
        const entries = keys.map((one, i) => `${key(one)}:${value(values[i] ?? null)}`);
        return `{${entries.sort().join(',')}}`;
      };
    }
    case 'struct': {
      const texts = type.fields.map((field) => ({ name: field.name, text: inner(field.type) }));
      return (cell) =>
        `{${texts.map(({ name, text }, i) => `"${name}":${text((cell as readonly Cell[])[i] ?? null)}`).join(',')}}`;
    }
    default:
      return atomicText(type.kind, timeZone);
  }
}

function atomicText(
  kind: Exclude<DataType['kind'], 'decimal' | 'array' | 'map' | 'struct'>,
  timeZone: string,
): CellText {
  switch (kind) {
    case 'float':
      return (cell) => floatText(cell as number);
    case 'double':
      return (cell) => doubleText(cell as number);
    case 'string':
      return (cell) => cell as string;
    case 'binary':
      return (cell) => decoder.decode(cell as Uint8Array);
    case 'date':
      return (cell) => formatDate(cell as number);
    case 'timestamp': {
      const shown = zone(timeZone);
      return (cell) => formatTimestamp(cell as Int64, shown);
    }
    case 'calendarInterval':
      return (cell) => calendarIntervalText(cell as CalendarInterval);
    default:
      return (cell) => `${cell as boolean | number | bigint}`;
  }
}

function orNull(text: CellText): CellText {
  return (cell) => (cell === null ? 'null' : text(cell));
}
