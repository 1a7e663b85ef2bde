import type { DecodeRequest, Decoder } from '../../format.ts';
import { jsonOptions } from './options.ts';
import { RejectDecoder } from './reject-decoder.ts';
import { SparkDecoder } from './spark-decoder.ts';

/**
 * Decodes JSON into the columns of `request.schema`; the option `mode` says how. Fields match by name, exactly
 * first, then without regard to case.
 *
 * @throws JSON_OPTION, JSON_SCHEMA, JSON_TYPE for what cannot be read; while decoding MALFORMED_RECORD in mode failfast.
 */
export function jsonDecoder(request: DecodeRequest): Decoder {
  return decoderOf(request, true);
}

/** The same without the kernel, to hold the two against each other. */
export function plainJsonDecoder(request: DecodeRequest): Decoder {
  return decoderOf(request, false);
}

function decoderOf(request: DecodeRequest, useKernel: boolean): Decoder {
  const options = jsonOptions(request.options);
  return options.mode === 'reject'
    ? new RejectDecoder(request, options, useKernel)
    : new SparkDecoder(request, options, useKernel);
}
