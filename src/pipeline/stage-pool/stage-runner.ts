import type { StageSpec } from '../../engine/stage.ts';
import { StageRunner } from '../../engine/stage-run.ts';
import { configError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { readChunk } from '../../sources/file/read-chunk.ts';
import type { ReaderColumns } from '../../sources/file/read-split.ts';
import type { FormatName } from '../formats.ts';
import { FORMATS } from '../formats.ts';

/** Puts together what runs a stage, the same on every thread. */
export function openStageRunner(spec: StageSpec, disk: Disk): StageRunner {
  const { format, ...columns } = spec.reader as ReaderColumns & { readonly format: FormatName };
  const reader = { disk, format: FORMATS[format].format, ...columns };
  const { output } = spec.stage;
  return new StageRunner(
    spec,
    (chunk, start, context) => readChunk(reader, chunk, start, context),
    output.kind === 'bytes' ? rowEncoder(output.encoding) : null,
  );
}

function rowEncoder({ format, schema, options }: { format: string; schema: StageSchema; options: StageOptions }) {
  const known = FORMATS[format as FormatName].format;
  if (!('encoder' in known))
    throw configError('FORMAT_UNKNOWN', `Rows cannot be given as bytes of format "${format}".`);
  return () => {
    const encoder = known.encoder({ schema, options });
    return encoder.encode;
  };
}

type StageEncoding = Extract<StageSpec['stage']['output'], { kind: 'bytes' }>['encoding'];
type StageSchema = StageEncoding['schema'];
type StageOptions = StageEncoding['options'];
