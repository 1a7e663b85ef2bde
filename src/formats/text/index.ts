import { type Batch, type BytesVector, type ObjectVector, toBytesVector } from '../../batch.ts';
import { configError, didYouMean } from '../../errors.ts';
import type { DecodeRequest, Decoder, EncodeRequest, Encoder, Format } from '../../format.ts';
import { type DataType, formatType, type Schema } from '../../schema.ts';
import { isFull } from '../batch-size.ts';
import { TextBuilder } from '../builders/text-builder.ts';
import { Lines } from '../lines.ts';
import { rawFields } from '../raw-fields.ts';
import { invalidUtf8At } from '../utf8.ts';
import { WholeInput } from '../whole-input.ts';

/** What is kept of a text that is too long. */
const KEPT_RAW_BYTES = 64 * 1024;

/** Options of the text format, checked and with their defaults. */
export interface TextOptions {
  /** The file is one row, not one row per line. */
  readonly wholetext: boolean;
  /** A longer line, or whole text, is rejected: it cannot be held. */
  readonly maxRecordBytes: number;
}

const DEFAULTS: TextOptions = { wholetext: false, maxRecordBytes: 64 * 1024 * 1024 };

/**
 * Checks the options of the text format. Names are compared without regard to case, as Spark does.
 *
 * @throws TEXT_OPTION for an unknown name or a value that cannot be.
 */
export function textOptions(given: Readonly<Record<string, unknown>>): TextOptions {
  let { wholetext, maxRecordBytes } = DEFAULTS;
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    switch (key.toLowerCase()) {
      case 'wholetext':
        if (!/^(?:true|false)$/i.test(String(value))) {
          throw refused(`wholetext is true or false, not ${JSON.stringify(value)}.`);
        }
        wholetext = String(value).toLowerCase() === 'true';
        break;
      case 'maxrecordbytes':
        maxRecordBytes = Number(value);
        if (!Number.isSafeInteger(maxRecordBytes) || maxRecordBytes <= 0) {
          throw refused(`maxRecordBytes is a whole number above 0, not ${JSON.stringify(value)}.`);
        }
        break;
      default:
        throw refused(`there is no option "${key}".${didYouMean(key, Object.keys(DEFAULTS))}`);
    }
  }
  return { wholetext, maxRecordBytes };
}

/**
 * Text: each line is a row of one string column, `value` by custom. A line ends with LF, CRLF or CR; the
 * last one counts without an end, and an end of the file behind a line end makes no row more (Spark's `TextFileFormat`).
 */
export const textFormat: Format = { name: 'text', extension: '.txt', decoder: textDecoder, encoder: textEncoder };

function textDecoder(request: DecodeRequest): Decoder {
  return new TextDecoding(request, textOptions(request.options));
}

class TextDecoding implements Decoder {
  private readonly lines: Lines | WholeInput;
  private readonly texts: TextBuilder;
  private row = 0;
  private bytes = 0;

  constructor(
    private readonly request: DecodeRequest,
    private readonly options: TextOptions,
  ) {
    this.texts = new TextBuilder(onlyColumn(request.schema, 'reads'));
    this.lines = options.wholetext ? new WholeInput(options.maxRecordBytes) : new Lines(options.maxRecordBytes);
  }

  *push(chunk: Uint8Array, headroom = 0): Iterable<Batch> {
    this.lines.push(chunk, headroom);
    try {
      yield* this.read();
    } finally {
      this.lines.release();
    }
  }

  *finish(): Iterable<Batch> {
    this.lines.finish();
    yield* this.read();
    if (this.row > 0) yield this.batch();
  }

  private *read(): Iterable<Batch> {
    while (this.lines.next()) {
      this.take();
      if (isFull(this.row, this.bytes)) yield this.batch();
    }
  }

  private take(): void {
    const { bytes, start, end, tooLong, number } = this.lines;
    if (tooLong) {
      const reason = `longer than ${this.options.maxRecordBytes} bytes (maxRecordBytes)`;
      const head = bytes.subarray(start, Math.min(end, start + KEPT_RAW_BYTES));
      this.request.reject({ line: number, reason, ...rawFields(head) });
      return;
    }
    const valid = invalidUtf8At(bytes, start, end) < 0;
    // As in Spark, bytes that are no text become U+FFFD.
    const text = valid ? bytes.subarray(start, end) : Buffer.from(Buffer.from(bytes.subarray(start, end)).toString());
    this.texts.set(this.row++, text, 0, text.length);
    this.bytes += text.length;
  }

  private batch(): Batch {
    const { request, row: length } = this;
    const vector = this.texts.finish(length, request.reuse ?? false);
    this.row = 0;
    this.bytes = 0;
    return { schema: request.schema, length, vectors: [vector] };
  }
}

/** Writes one string column, a line per row; null is an empty line (Spark's `TextOutputWriter`). */
function textEncoder(request: EncodeRequest): Encoder {
  textOptions(request.options);
  onlyColumn(request.schema, 'writes');
  return {
    encode(batch) {
      const { bytes, offsets, validity, length } = toBytesVector(batch.vectors[0] as BytesVector | ObjectVector);
      const out = new Uint8Array((offsets[length] as number) - (offsets[0] as number) + length);
      let to = 0;
      for (let row = 0; row < length; row++) {
        if (validity === null || validity[row] === 1) {
          const text = bytes.subarray(offsets[row], offsets[row + 1]);
          out.set(text, to);
          to += text.length;
        }
        out[to++] = 10;
      }
      return out.subarray(0, to);
    },
    finish: () => new Uint8Array(0),
  };
}

function onlyColumn(schema: Schema, does: string): DataType {
  const [column, ...others] = schema.fields;
  if (column?.type.kind === 'string' && others.length === 0) return column.type;
  const found = schema.fields.map(({ name, type }) => `${name} ${formatType(type)}`).join(', ');
  throw configError('TEXT_SCHEMA', `text ${does} one string column, such as "value string", not (${found}).`);
}

function refused(message: string) {
  return configError('TEXT_OPTION', `text: ${message}`);
}
