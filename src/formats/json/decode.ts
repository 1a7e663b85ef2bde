import type { DecodeRequest, Decoder } from '../../format.ts';
import { nestedColumns, shapeText } from '../shape-text.ts';
import { shapesOf } from './fast-records.ts';
import { type JsonOptions, jsonOptions } from './options.ts';
import { kernelBatches, type OpenOutput, plainBatches } from './record-output.ts';
import { RejectDecoder } from './reject-decoder.ts';
import { SparkDecoder } from './spark-decoder.ts';

/**
 * Decodes JSON into the columns of `request.schema`; the option `mode` says how. Fields match by name, exactly
 * first, then without regard to case.
 *
 * @throws JSON_OPTION, JSON_SCHEMA, JSON_TYPE for what cannot be read; while decoding MALFORMED_RECORD in mode failfast.
 */
export function jsonDecoder(request: DecodeRequest): Decoder {
  return recordDecoder(request, jsonOptions(request.options), kernelBatches);
}

/** The shapes that the kernel learns from a file that begins like this, as people read them. */
export function jsonShapes(request: DecodeRequest, bytes: Uint8Array): string[] {
  for (const _ of jsonDecoder(request).push(bytes)); // what its rows are does not matter
  const names = nestedColumns(request.schema);
  const shapes = shapesOf(request.schema, jsonOptions(request.options));
  return shapes?.program.shapes.map((shape) => shapeText(shape, names)) ?? [];
}

/** The same without the kernel, to hold the two against each other. */
export function plainJsonDecoder(request: DecodeRequest): Decoder {
  return recordDecoder(request, jsonOptions(request.options), plainBatches);
}

/** Decodes JSON into what `open` makes of records; by the option `mode`, as above. */
export function recordDecoder<T>(request: DecodeRequest, options: JsonOptions, open: OpenOutput<T>): Decoder<T> {
  return options.mode === 'reject'
    ? new RejectDecoder(request, options, open)
    : new SparkDecoder(request, options, open);
}
