import type { DecodeRequest } from '../format.ts';
import { csvShapes } from '../formats/csv/decoder.ts';
import { jsonShapes } from '../formats/json/decode.ts';
import type { Disk } from '../fs/disk.ts';
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
  const shapesFrom = input.format === 'json' ? jsonShapes : csvShapes;
  const shapes = shapesFrom(request, beginning(disk, path));
  if (shapes.length === 0) return `The kernel does not read records like those of ${path}.`;
  return [`learnt from ${path}:`, ...shapes.map((shape, i) => `${i + 1}. ${shape}`)].join('\n');
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
