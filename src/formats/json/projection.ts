import type { DecodeRequest, Decoder } from '../../format.ts';
import { sharedKernel } from '../../kernel/kernel.ts';
import { type DataType, type Schema, sameType } from '../../schema.ts';
import { csvEncoder } from '../csv/encoder.ts';
import { csvOptions } from '../csv/options.ts';
import { projectedCells } from '../csv/projected-cells.ts';
import { recordDecoder } from './decode.ts';
import { jsonEncoder } from './encode.ts';
import { FastRecords, shapesOf } from './fast-records.ts';
import { jsonOptions } from './options.ts';
import { projectedFields } from './projected-fields.ts';
import { type ProjectedColumn, ProjectedRowsOutput, projectedSchema, type RowsToText } from './projected-rows.ts';
import type { OpenOutput } from './record-output.ts';
import { RowBuilder } from './row-builder.ts';

export type { ProjectedColumn };

export interface ProjectionRequest extends DecodeRequest {
  /** The columns of the output in its order; one field may be several of them. */
  readonly columns: readonly ProjectedColumn[];
  /** Options of the output's format; CSV's `header` does not count, the header is the caller's. */
  readonly output: { readonly format: 'csv' | 'json'; readonly options: Readonly<Record<string, unknown>> };
  /** Takes the rows, each with its line end, in their order; the bytes are valid during the call. */
  readonly write: (bytes: Uint8Array) => void;
}

/**
 * Decodes JSON records and writes some of their fields as rows of CSV or lines of JSON in one step. The law: for any input, the bytes are those
 * that the decoder of `jsonFormat` and the encoder of the output's format give one behind the other, and so are rejects, dropped rows and
 * errors. What the decoder gives are numbers of rows that were written; how many come at a time is not said.
 *
 * null where that would be no faster: without the kernel, for schemas, options or columns that the kernel does not know.
 *
 * @throws JSON_OPTION, CSV_OPTION for options that cannot be; while decoding as `jsonDecoder` and the encoder do.
 */
export function openProjection(request: ProjectionRequest): Decoder<number> | null {
  const options = jsonOptions(request.options);
  const { columns, schema, write } = request;
  const output = openOutput(request);
  const shapes = sharedKernel() === null ? null : shapesOf(schema, options);
  if (shapes === null) return null;
  const numbers = columns.map(({ path, type }) => (isAsRead(schema, path, type) ? shapes.columnAt(path) : null));
  const projection = numbers.includes(null) ? null : output.projection(numbers as number[]);
  if (projection === null) return null;
  return recordDecoder(
    request,
    options,
    opener({ projection, columns, schema: output.schema, encoder: output.encoder, write }),
  );
}

/** How the output's format projects columns of a program, and encodes them. */
function openOutput({ columns, output: { format, options } }: ProjectionRequest) {
  const schema = projectedSchema(columns);
  if (format === 'csv') {
    const encoding = { ...csvOptions(options), header: false };
    return {
      schema,
      projection: (numbers: readonly number[]) => projectedCells(numbers, encoding),
      encoder: (useKernel: boolean) => csvEncoder({ schema, options: encoding }, useKernel),
    };
  }
  const encoding = jsonOptions(options);
  return {
    schema,
    projection: (numbers: readonly number[]) => projectedFields(numbers, schema.fields, encoding),
    encoder: (useKernel: boolean) => jsonEncoder({ schema, options }, useKernel),
  };
}

function opener(way: RowsToText): OpenOutput<number> {
  return (request, options, context) => {
    const output = new ProjectedRowsOutput(new RowBuilder(request.schema, context), way);
    output.fast = FastRecords.of(request.schema, options, output, request.range);
    return output;
  };
}

const INTEGERS = ['byte', 'short', 'int', 'long'];

/** Whether a column of `type` has the text that the field at `path` has. */
function isAsRead(schema: Schema, path: readonly number[], type: DataType): boolean {
  let found: DataType | undefined = schema;
  for (const ordinal of path) found = found?.kind === 'struct' ? found.fields[ordinal]?.type : undefined;
  if (found === undefined) return false;
  const size = INTEGERS.indexOf(found.kind);
  return sameType(found, type) || (size >= 0 && INTEGERS.indexOf(type.kind) > size);
}
