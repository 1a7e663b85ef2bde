import type { Cell } from '../batch.ts';
import type { DataType } from '../schema.ts';
import { parseDate, parseTimestamp } from './values/timestamp.ts';
import { zone } from './values/zone.ts';

/** The value of `DATE '...'` or `TIMESTAMP '...'`; null when the text is none. */
export function readTypedText(text: string, type: DataType, timeZone: string): Cell {
  return type.kind === 'date' ? parseDate(text) : parseTimestamp(text, zone(timeZone));
}
