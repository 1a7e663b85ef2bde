import { type Batch, cellAt, takeBatch, type Vector } from '../batch.ts';
import type { Schema } from '../schema.ts';
import type { Sink, SinkBatch } from '../sink.ts';
import { cellText } from '../sql/values/text.ts';

export interface ConsoleSinkOptions {
  /** Where the text goes, in whole lines. */
  readonly write: (text: string) => void;
  /** Rows shown per batch; default 20. */
  readonly numRows?: number;
  /** Cells longer than this many characters are cut; 0 shows them whole, and left-aligned. Default 20. */
  readonly truncate?: number;
}

const RULE = '-'.repeat(43);

/** Prints each batch as a table, as Spark's console sink does (ConsoleTable.write, Dataset.showString). */
export function consoleSink(options: ConsoleSinkOptions): Sink {
  const { write, numRows = 20, truncate = 20 } = options;
  return {
    async write({ batchId, schema, rows }: SinkBatch) {
      write(await consoleText(batchId, schema, rows, numRows, truncate));
    },
    async close() {},
  };
}

/** A batch as the console sink shows it: its number, then its rows as a table. */
export async function consoleText(
  batchId: number,
  schema: Schema,
  rows: AsyncIterable<Batch>,
  numRows: number,
  truncate: number,
): Promise<string> {
  return `${RULE}\nBatch: ${batchId}\n${RULE}\n${await formatTable(schema, rows, numRows, truncate)}\n`;
}

/** `Dataset.showString`: the first `numRows` rows as a table, ended by a note when there are more. */
export async function formatTable(
  schema: Schema,
  rows: AsyncIterable<Batch> | Iterable<Batch>,
  numRows = 20,
  truncate = 20,
): Promise<string> {
  const lines: string[][] = [];
  let hasMore = false;
  for await (const batch of rows) {
    const room = numRows - lines.length;
    if (batch.length > room) hasMore = true;
    const shown = Math.min(room, batch.length);
    if (shown > 0)
      lines.push(
        ...textRows(
          schema,
          takeBatch(
            batch,
            Int32Array.from({ length: shown }, (_, i) => i),
          ),
        ),
      );
  }
  const header = schema.fields.map((field) => escapeControls(field.name));
  const cells = [header, ...lines].map((line) => line.map((cell) => cut(cell, truncate)));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((line) => displayWidth(line[column] ?? ''))));
  const rule = `+${widths.map((width) => '-'.repeat(width)).join('+')}+\n`;
  const [head = '', ...body] = cells.map(
    (line) => `|${line.map((cell, column) => pad(cell, widths[column] ?? 0, truncate > 0)).join('|')}|\n`,
  );
  const note = hasMore ? `only showing top ${numRows} row${numRows === 1 ? '' : 's'}\n` : '';
  return `${rule}${head}${rule}${body.join('')}${rule}${note}`;
}

function textRows(schema: Schema, batch: Batch): string[][] {
  const texts = schema.fields.map((field) => cellText(field.type, 'UTC'));
  return Array.from({ length: batch.length }, (_, row) =>
    texts.map((text, column) => {
      const cell = cellAt(batch.vectors[column] as Vector, row);
      return cell === null ? 'NULL' : escapeControls(text(cell));
    }),
  );
}

function cut(text: string, truncate: number): string {
  if (truncate === 0 || text.length <= truncate) return text;
  return truncate < 4 ? text.slice(0, truncate) : `${text.slice(0, truncate - 3)}...`;
}

function pad(text: string, width: number, alignRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return alignRight ? blanks + text : text + blanks;
}

const ESCAPES: Record<string, string> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
  '\v': '\\v',
  '\u0007': '\\a',
};

/** Values come from data: other control characters (terminal escapes) are shown by their code as well. */
function escapeControls(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
    /[\u0000-\u001f\u007f-\u009f]/g,
    (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** East Asian wide characters take two columns (Spark's `Utils.stringHalfWidth`). */
function displayWidth(text: string): number {
  return (
    text.length +
    (text.match(
      /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g,
    )?.length ?? 0)
  );
}
