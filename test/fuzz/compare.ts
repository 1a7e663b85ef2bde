import { type Batch, type Cell, cellAt } from '../../src/batch.ts';
import type { DecodeRequest, Decoder } from '../../src/format.ts';
import { csvDecoder, plainCsvDecoder } from '../../src/formats/csv/decoder.ts';
import { jsonDecoder, plainJsonDecoder } from '../../src/formats/json/decode.ts';
import type { DecodingCase } from './decoding-case.ts';

const DECODERS = {
  json: { fast: jsonDecoder, plain: plainJsonDecoder },
  csv: { fast: csvDecoder, plain: plainCsvDecoder },
};

/** Everything a decoder gave, as text that tells all values apart. */
export function outcome(make: (request: DecodeRequest) => Decoder, given: DecodingCase): string {
  const seen: string[] = [];
  const rejects: string[] = [];
  let dropped = 0;
  const decoder = make({
    schema: given.schema,
    options: given.options,
    reject: (record) => rejects.push(JSON.stringify(record)),
    dropped: (rows) => {
      dropped += rows;
    },
  });
  const batches: Batch[] = [];
  try {
    let from = 0;
    for (const to of [...given.cuts, given.bytes.length]) {
      // The chunk is the caller's again: what the decoder did not copy is gone.
      const chunk = given.bytes.slice(from, to);
      batches.push(...decoder.push(chunk));
      chunk.fill(0x7b);
      from = to;
    }
    batches.push(...decoder.finish());
  } catch (error) {
    seen.push(`thrown: ${(error as Error).message}`);
  }
  for (const batch of batches) {
    seen.push(`batch of ${batch.length}`);
    for (let row = 0; row < batch.length; row++) {
      seen.push(batch.vectors.map((vector) => cellText(cellAt(vector, row))).join(' | '));
    }
  }
  return [...seen, ...rejects, `dropped ${dropped}`].join('\n');
}

function cellText(cell: Cell): string {
  if (Object.is(cell, -0)) return '-0';
  if (typeof cell === 'bigint') return `${cell}n`;
  if (Array.isArray(cell)) return `[${cell.map(cellText).join(', ')}]`;
  return typeof cell === 'string' ? JSON.stringify(cell) : String(cell);
}

/** Where fast path and plain decoder differ, or null. The fast path runs twice: learning the shapes, and knowing them. */
export function difference(given: DecodingCase): { readonly plain: string; readonly fast: string } | null {
  const { fast, plain } = DECODERS[given.format];
  const expected = outcome(plain, given);
  for (let run = 0; run < 2; run++) {
    const found = outcome(fast, given);
    if (found !== expected) return { plain: expected, fast: found };
  }
  return null;
}
