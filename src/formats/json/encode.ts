import type { Batch } from '../../batch.ts';
import type { EncodeRequest, Encoder } from '../../format.ts';
import { zone } from '../../sql/values/zone.ts';
import { FastLines } from './fast-encode.ts';
import { JsonWriter } from './json-writer.ts';
import { jsonOptions } from './options.ts';
import { structWriter, type WriteRules } from './value-writers.ts';

const LF = 10;

/**
 * Encodes batches as lines, one JSON object per row, as Spark writes them (`JacksonGenerator`): null fields are
 * left out unless `ignoreNullFields` is false, nulls in arrays and maps are kept. Timestamps are
 * `yyyy-MM-ddTHH:mm:ss.SSS[SSS]` with the offset of the option `timeZone`, binaries base64, NaN and infinities
 * strings. Unlike Spark, microseconds are kept where there are some.
 *
 * @throws JSON_TYPE for a column that JSON has no text for; JSON_OPTION.
 * Without the kernel it writes the same bytes, more slowly.
 */
export function jsonEncoder(request: EncodeRequest, useKernel = true): Encoder {
  const options = jsonOptions(request.options);
  const rules: WriteRules = { zone: zone(options.timeZone), ignoreNullFields: options.ignoreNullFields };
  const writer = new JsonWriter();
  const writeRow = structWriter(request.schema.fields, rules);
  const fast = useKernel ? FastLines.of(request.schema.fields, rules, writer) : null;
  return {
    encode(batch: Batch) {
      const write = (row: number): void => {
        writeRow(writer, batch.vectors, row);
        writer.byte(LF);
      };
      if (!fast?.encode(batch, write)) for (let row = 0; row < batch.length; row++) write(row);
      return writer.take();
    },
    finish: () => new Uint8Array(0),
  };
}
