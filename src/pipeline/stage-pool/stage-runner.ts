import type { StageSpec } from '../../engine/stage.ts';
import { type ChunkProjector, StageRunner, type StageTools } from '../../engine/stage-run.ts';
import { invariant } from '../../errors.ts';
import type { DecodeRequest } from '../../format.ts';
import { openProjection, type ProjectedColumn } from '../../formats/json/projection.ts';
import type { Disk } from '../../fs/disk.ts';
import type { PhysicalPlan } from '../../plan/physical.ts';
import type { RowEncoding } from '../../sink.ts';
import { readChunk, readChunkAs } from '../../sources/file/read-chunk.ts';
import type { ReaderColumns, SplitReader } from '../../sources/file/read-split.ts';
import type { TypedExpr } from '../../sql/typed.ts';
import { encodeStateRows } from '../../state/encode-rows.ts';
import type { FormatName } from '../formats.ts';
import { FORMATS } from '../formats.ts';

/** Puts together what runs a stage, the same on every thread. */
export function openStageRunner(spec: StageSpec, disk: Disk): StageRunner {
  const { format, ...columns } = spec.reader as ReaderColumns & { readonly format: FormatName };
  const reader = { disk, format: FORMATS[format].format, ...columns };
  const { output } = spec.stage;
  const tools: StageTools = {
    read: (chunk, start, context) => readChunk(reader, chunk, start, context),
    openEncoder: () => {
      invariant(output.kind === 'bytes', 'an encoder is for a stage that makes bytes');
      return openEncoder(output.encoding);
    },
    encodeState: encodeStateRows,
    project: output.kind === 'bytes' ? projection(spec.physical, reader, output.encoding) : null,
  };
  return new StageRunner(spec, tools);
}

function openEncoder({ format, schema, options }: RowEncoding) {
  const known = FORMATS[format as FormatName].format;
  invariant('encoder' in known, 'rows become bytes in a format that encodes at once');
  return known.encoder({ schema, options }).encode;
}

/** Fields of JSON records that become text as they are need no columns between. */
function projection(plan: PhysicalPlan, reader: SplitReader, encoding: RowEncoding): ChunkProjector | null {
  const { format, options } = encoding;
  if (reader.format.name !== 'json' || (format !== 'csv' && format !== 'json')) return null;
  const picked = reader.partitions.length === 0 ? pickedFields(plan) : null;
  if (picked === null) return null;
  const columns = picked.map((column, i) => ({ ...column, name: encoding.schema.fields[i]?.name as string }));
  const request = { columns, output: { format, options } } as const;
  const probe = openProjection({
    schema: reader.fileSchema,
    options: reader.formatOptions,
    reject: () => {},
    dropped: () => {},
    write: () => {},
    ...request,
  });
  if (probe === null) return null;
  return (chunk, start, context, write) => {
    const open = (decode: DecodeRequest) => {
      const opened = openProjection({ ...decode, ...request, write });
      invariant(opened !== null, 'what could be projected once can be again');
      return opened;
    };
    return readChunkAs(reader, chunk, start, context, { open, rowsOf: (rows) => rows });
  };
}

type PickedField = Omit<ProjectedColumn, 'name'>;

/** The fields of the source that are the columns of a plan which does nothing but pick them; null for any other plan. */
function pickedFields(plan: PhysicalPlan): PickedField[] | null {
  if (plan.op === 'source') return plan.output.map(({ type }, ordinal) => ({ path: [ordinal], type }));
  if (plan.op !== 'project') return null;
  const inner = pickedFields(plan.input);
  if (inner === null) return null;
  const columns = plan.exprs.map((expr) => {
    const path = pathOf(expr, inner);
    return path === null ? null : { path, type: expr.type };
  });
  return columns.includes(null) ? null : (columns as PickedField[]);
}

function pathOf(expr: TypedExpr, inputs: readonly PickedField[]): readonly number[] | null {
  if (expr.kind === 'input') return inputs[expr.index]?.path ?? null;
  if (expr.kind !== 'field') return null;
  const parent = pathOf(expr.child, inputs);
  return parent === null ? null : [...parent, expr.ordinal];
}
