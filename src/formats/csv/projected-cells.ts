import { HOST_AT_START, MAX_FIXED_TEXT, MAX_OUTPUTS, OUTPUT_BYTES, SCRATCH_BYTES } from '../../kernel/ops.ts';
import type { CsvProjection } from '../../kernel/projection.ts';
import { NO_BYTE } from '../../kernel/record-rules.ts';
import { FORMULA_BYTES } from './cell-writer.ts';
import { byteFlags } from './fast-encode.ts';
import type { CsvOptions } from './options.ts';

const QUOTE = 34;
const textEncoder = new TextEncoder();

/**
 * How the kernel writes columns of a program as cells, byte for byte as `csvEncoder` does; null when it cannot. Texts with quotes in them
 * and such that a spreadsheet would run are left to the encoder.
 */
export function projectedCells(columns: readonly number[], options: CsvOptions): CsvProjection | null {
  const separator = textEncoder.encode(options.sep);
  const nullText = textEncoder.encode(options.nullValue);
  const emptyText = textEncoder.encode(options.emptyValue ?? options.quote + options.quote);
  const fixedBytes = Math.max(nullText.length, emptyText.length);
  if (separator.length !== 1 || fixedBytes > MAX_FIXED_TEXT) return null;
  if (columns.length === 0 || columns.length > MAX_OUTPUTS) return null;
  if (columns.length * (SCRATCH_BYTES + fixedBytes + 1) > OUTPUT_BYTES / 2) return null;
  const textFlags = byteFlags(options);
  if (options.escapeFormulas) {
    for (const byte of FORMULA_BYTES) textFlags[byte] = (textFlags[byte] as number) | HOST_AT_START;
  }
  return {
    columns,
    names: null,
    separator: separator[0] as number,
    quote: quoteByte(options),
    nullText,
    emptyText,
    textFlags,
  };
}

/** `"` when the texts of JSON strings in their quotes, which have neither quotes nor backslashes in them, are quoted cells. */
function quoteByte(options: CsvOptions): number {
  if (options.quote === '') return NO_BYTE;
  if (options.quote.charCodeAt(0) !== QUOTE) return options.quote.charCodeAt(0);
  return ['', '"', '\\'].includes(options.escape) ? QUOTE : NO_BYTE;
}
