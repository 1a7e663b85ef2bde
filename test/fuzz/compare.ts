import { type Batch, type Cell, cellAt } from '../../src/batch.ts';
import type { DecodeRequest, Decoder } from '../../src/format.ts';
import { csvDecoder, plainCsvDecoder } from '../../src/formats/csv/decoder.ts';
import { jsonDecoder, plainJsonDecoder } from '../../src/formats/json/decode.ts';
import { HEADROOM, lendBuffer, READ_BYTES, takeBuffer } from '../../src/formats/read-buffer.ts';
import type { RejectedRecord, RepeatedName } from '../../src/source.ts';
import type { DecodingCase } from './decoding-case.ts';

const DECODERS = {
  json: { fast: jsonDecoder, plain: plainJsonDecoder },
  csv: { fast: csvDecoder, plain: plainCsvDecoder },
};

/** What a decoder gave. */
export interface Decoded<T = Batch> {
  readonly batches: readonly T[];
  readonly rejects: readonly Omit<RejectedRecord, 'source'>[];
  readonly dropped: number;
  readonly repeatedNames: readonly Omit<RepeatedName, 'source'>[];
  readonly error: unknown;
}

/** Decodes a case, cut into chunks as it says. `headroom`: the chunks are in a buffer that files are read into, with so much of its headroom. */
export function decoded<T = Batch>(
  make: (request: DecodeRequest) => Decoder<T>,
  given: Omit<DecodingCase, 'format'>,
  headroom = 0,
): Decoded<T> {
  const batches: T[] = [];
  const rejects: Omit<RejectedRecord, 'source'>[] = [];
  const repeatedNames: Omit<RepeatedName, 'source'>[] = [];
  let dropped = 0;
  let error: unknown = null;
  const buffer = headroom === 0 ? null : lendBuffer();
  try {
    let next: { offset: number; line: number } | null = { offset: 0, line: 1 };
    for (const until of rangeEnds(given)) {
      if (next === null || next.offset >= until) continue;
      const { offset: start, line }: { offset: number; line: number } = next;
      const decoder: Decoder<T> = make({
        schema: given.schema,
        options: given.options,
        reject: (record) => rejects.push(record),
        dropped: (rows) => {
          dropped += rows;
        },
        repeatedName: (found) => repeatedNames.push(found),
        range: { start, until, line },
      });
      if (start > 0 && decoder.readHead !== undefined) {
        for (const chunk of chunks(given, 0)) if (decoder.readHead(chunk)) break;
      }
      for (const chunk of chunks(given, start, buffer)) {
        batches.push(...decoder.push(chunk, headroom));
        if (decoder.stopped) break;
      }
      batches.push(...decoder.finish());
      next = decoder.stopped ?? null;
    }
  } catch (thrown) {
    error = thrown;
  } finally {
    if (buffer !== null) takeBuffer(buffer);
  }
  return { batches, rejects, dropped, repeatedNames, error };
}

function rangeEnds({ bytes, rangeBytes }: Omit<DecodingCase, 'format'>): number[] {
  const count = rangeBytes === undefined ? 0 : Math.floor(bytes.length / rangeBytes);
  const ends = Array.from({ length: count }, (_, i) => (i + 1) * (rangeBytes as number));
  return [...ends, Number.POSITIVE_INFINITY];
}

/** The bytes from `start` on, cut as the case says. Each chunk is the caller's again: what the decoder did not copy is gone. */
function* chunks(
  { bytes, cuts }: Omit<DecodingCase, 'format'>,
  start: number,
  buffer: Uint8Array | null = null,
): Generator<Uint8Array> {
  const ends = [...cuts.filter((cut) => cut > start), bytes.length];
  for (let from = start, i = 0; i < ends.length; ) {
    // No more than a file is read at a time.
    const to = Math.min(ends[i] as number, from + READ_BYTES);
    const chunk = buffer === null ? bytes.slice(from, to) : buffer.subarray(HEADROOM, HEADROOM + to - from);
    chunk.set(bytes.subarray(from, to));
    yield chunk;
    chunk.fill(0x7b);
    buffer?.fill(0x7b, HEADROOM - 1024, HEADROOM);
    from = to;
    if (from === ends[i]) i++;
  }
}

/**
 * Decoders that have had another file before, part of the same, where they go on with a next one. `isBegun` is told when the true one
 * begins.
 */
export function restarted<T>(
  make: (request: DecodeRequest) => Decoder<T>,
  { bytes, rangeBytes }: Omit<DecodingCase, 'format'>,
  isBegun: () => void = () => {},
): (request: DecodeRequest) => Decoder<T> {
  return (request) => {
    let isOther = true;
    const decoder = make({
      ...request,
      reject: (record) => void (isOther || request.reject(record)),
      dropped: (rows) => void (isOther || request.dropped(rows)),
      repeatedName: (found) => void (isOther || request.repeatedName?.(found)),
    });
    if (decoder.restart === undefined || rangeBytes !== undefined) return make(request);
    for (const _ of decoder.push(bytes.slice(0, bytes.length * 0.7)));
    for (const _ of decoder.finish());
    decoder.restart();
    isOther = false;
    isBegun();
    return decoder;
  };
}

/** The rows of batches as text that tells all values apart. */
export function rowTexts(batches: readonly Batch[]): string[] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) =>
      batch.vectors.map((vector) => cellText(cellAt(vector, row))).join(' | '),
    ),
  );
}

/** Everything a decoder gave, as text that tells all values apart. */
export function outcome(make: (request: DecodeRequest) => Decoder, given: DecodingCase, headroom = 0): string {
  const { batches, rejects, dropped, repeatedNames, error } = decoded(make, given, headroom);
  return [
    ...(error === null ? [] : [`thrown: ${(error as Error).message}`]),
    ...batches.flatMap((batch) => [`batch of ${batch.length}`, ...rowTexts([batch])]),
    ...rejects.map((record) => JSON.stringify(record)),
    `dropped ${dropped}`,
    ...repeatedNames.map((found) => `repeated ${JSON.stringify(found)}`),
  ].join('\n');
}

function cellText(cell: Cell): string {
  if (Object.is(cell, -0)) return '-0';
  if (typeof cell === 'bigint') return `${cell}n`;
  if (Array.isArray(cell)) return `[${cell.map(cellText).join(', ')}]`;
  return typeof cell === 'string' ? JSON.stringify(cell) : String(cell);
}

/**
 * Where fast path and plain decoder differ, or null. The fast path runs three times: learning the shapes, knowing them, and behind
 * another file. Some runs read chunks where the kernel needs no copy of them.
 */
export function difference(given: DecodingCase): { readonly plain: string; readonly fast: string } | null {
  const { fast, plain } = DECODERS[given.format];
  const expected = outcome(plain, given);
  for (let run = 0; run < 2; run++) {
    const found = outcome(fast, given, headroomOf(given, run));
    if (found !== expected) return { plain: expected, fast: found };
  }
  const second = outcome(restarted(fast, given), given, headroomOf(given, 2));
  if (second !== expected) return { plain: expected, fast: second };
  return null;
}

/** None, little or all of it, in turn. */
export function headroomOf({ bytes }: Omit<DecodingCase, 'format'>, run: number): number {
  return [0, HEADROOM, 20][(bytes.length + run) % 3] as number;
}
