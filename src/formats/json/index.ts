import type { Format } from '../../format.ts';
import { jsonDecoder } from './decode.ts';
import { jsonEncoder } from './encode.ts';
import { jsonOptions } from './options.ts';

export { type JsonMode, type JsonOptions, jsonOptions } from './options.ts';
export { openProjection, type ProjectedColumn, type ProjectionRequest } from './projection.ts';

/** JSON: lines of objects, and on reading in mode `reject` any sequence of values and arrays (`JsonRecords`). */
export const jsonFormat: Format = {
  name: 'json',
  extension: '.json',
  rowOptions: (options) => options,
  decodesRanges: (options) => !jsonOptions(options).multiLine,
  decoder: jsonDecoder,
  encoder: jsonEncoder,
};
