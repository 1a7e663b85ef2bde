import type { Batch } from '../../batch.ts';
import { CsvRows } from '../../kernel/csv-rows.ts';
import { type EncodedColumn, encodeRows } from '../../kernel/encode-memory.ts';
import { AT_END, AT_START, IN_TEXT } from '../../kernel/ops.ts';
import type { Schema } from '../../schema.ts';
import { encodedColumn } from '../encoded-column.ts';
import type { ByteSink } from './byte-sink.ts';
import type { CsvOptions } from './options.ts';

const textEncoder = new TextEncoder();

/** Writes one row the plain way. */
export type WriteRow = (row: number) => void;

/**
 * Writes batches through the kernel, and the rows that it leaves through `plain`. Null when the options or the schema are beyond
 * it, or it is not there.
 */
export function fastRows(
  schema: Schema,
  options: CsvOptions,
  sink: ByteSink,
): ((batch: Batch, plain: WriteRow) => boolean) | null {
  const separator = textEncoder.encode(options.sep);
  if (separator.length !== 1 || schema.fields.length === 0) return null;
  const layout = {
    separator: separator[0] as number,
    nullText: textEncoder.encode(options.nullValue),
    flags: byteFlags(options),
  };
  let rows: CsvRows | null | undefined;
  return (batch, plain) => {
    const columns = batch.vectors.map(encodedColumn);
    if (columns.includes(null)) return false;
    rows ??= CsvRows.open(layout, columns.length);
    if (rows === null) return false;
    rows.load(columns as EncodedColumn[]);
    encodeRows(rows, batch.length, (bytes) => sink.copy(bytes, 0, bytes.length), plain);
    return true;
  };
}

/** What TextWriter looks twice at. */
export function byteFlags(options: CsvOptions): Uint8Array {
  const flags = new Uint8Array(256);
  const mark = (bytes: Iterable<number>, flag: number): void => {
    for (const byte of bytes) flags[byte] = (flags[byte] as number) | flag;
  };
  mark(textEncoder.encode(`${options.quote}\r\n${options.sep}`), IN_TEXT);
  mark([...textEncoder.encode(options.comment), 0xef], AT_START);
  if (options.escapeFormulas) mark([61, 43, 45, 64, 9, 13], AT_START);
  const blanks = Array.from({ length: 33 }, (_, byte) => byte);
  if (options.ignoreLeadingWhiteSpace) mark(blanks, AT_START);
  if (options.ignoreTrailingWhiteSpace) mark(blanks, AT_END);
  return flags;
}
