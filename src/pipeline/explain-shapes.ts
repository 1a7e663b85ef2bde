import type { DecodeRequest } from '../format.ts';
import { csvShapes } from '../formats/csv/decoder.ts';
import { jsonDecoder } from '../formats/json/decode.ts';
import { shapesOf } from '../formats/json/fast-records.ts';
import { jsonOptions } from '../formats/json/options.ts';
import { nestedColumns, shapeText } from '../formats/shape-text.ts';
import type { Disk } from '../fs/disk.ts';
import type { ShapeProgram } from '../kernel/program.ts';
import type { AnalyzedQuery } from '../plan/physical.ts';
import type { FileInput } from './files.ts';
import { firstFile } from './files.ts';

/** How much of a file is looked at. */
const SAMPLE_BYTES = 64 * 1024;

/**
 * The shapes of records that the kernel learns from the beginning of each source's first file, for `explain --codegen`: they are the other half
 * of what runs, beside the generated code.
 */
export function explainShapes(query: AnalyzedQuery, disk: Disk): string {
  const sections = query.streams.flatMap((stream) => {
    const input = stream.source.kind === 'file' ? (stream.source.options.input as FileInput) : null;
    return input === null ? [] : [`-- ${stream.source.description}\n${shapesOfInput(input, disk)}`];
  });
  return ['== Shapes of records ==', ...sections, ''].join('\n');
}

function shapesOfInput(input: FileInput, disk: Disk): string {
  if (input.format !== 'json' && input.format !== 'csv') return `${input.format} is not read by shapes.`;
  const path = firstFile(input, disk);
  if (path === null) return 'No file is there yet: shapes are learnt from the first records.';
  const request: DecodeRequest = {
    schema: input.schema,
    options: input.formatOptions,
    reject: () => {},
    dropped: () => {},
  };
  const program = learn(input, request, beginning(disk, path));
  if (program === null || program.shapeCount === 0) return `The kernel does not read records like those of ${path}.`;
  const columns = input.format === 'json' ? nestedColumns(input.schema) : input.schema.fields.map(({ name }) => name);
  const shapes = program.shapes.map((shape, i) => `${i + 1}. ${shapeText(shape, columns)}`);
  return [`learnt from ${path}:`, ...shapes].join('\n');
}

function learn({ format, formatOptions }: FileInput, request: DecodeRequest, bytes: Uint8Array): ShapeProgram | null {
  if (format === 'csv') return csvShapes(request, bytes);
  const options = jsonOptions(formatOptions);
  const decoder = jsonDecoder(request);
  for (const _ of decoder.push(bytes)); // what its rows are does not matter
  return shapesOf(request.schema, options)?.program ?? null;
}

function beginning(disk: Disk, path: string): Uint8Array {
  const bytes = new Uint8Array(SAMPLE_BYTES);
  const file = disk.openRead(path);
  try {
    return bytes.subarray(0, disk.read(file, bytes, 0, bytes.length, 0));
  } finally {
    disk.close(file);
  }
}
