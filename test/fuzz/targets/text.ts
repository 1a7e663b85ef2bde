import { textFormat } from '../../../src/formats/text/index.ts';
import { field, STRING, struct } from '../../../src/schema.ts';
import { decoded, rowTexts } from '../compare.ts';
import { type DecodingCase, someCuts } from '../decoding-case.ts';
import { Random } from '../random.ts';
import { check, chosen, type FuzzTarget, inputOf } from '../target.ts';
import { content, linesOf, showDecoding, withoutMark } from './decoding.ts';

type TextCase = Omit<DecodingCase, 'cuts' | 'format'>;

const SCHEMA = struct([field('value', STRING)]);
const ALL_OPTIONS = [{}, { wholetext: true }, { maxRecordBytes: 40 }, { wholetext: true, maxRecordBytes: 200 }];

export const textTarget: FuzzTarget = {
  name: 'text',
  words: ['\n', '\r', '\r\n', '\n\n', '\ufeff', '\ufffd', '\u0000', '\u2028', '\u0085'],
  seeds: async () =>
    ['', 'one\ntwo\r\nthree\rfour', '\n\r\n\r', '\ufeffmark\n', 'ä€😀\n\u0000\n', 'x'.repeat(300)].flatMap((text) =>
      ALL_OPTIONS.map((_, options) => inputOf([0, options, text.length, 1], text)),
    ),
  show: (input) => showDecoding({ format: 'text', ...caseOf(input) }),
  run(input) {
    const given = caseOf(input);
    const cuts = someCuts(given.bytes.length, new Random(((input[2] ?? 0) << 8) | (input[3] ?? 0)));
    const { batches, rejects, error } = decoded((request) => textFormat.decoder(request), { ...given, cuts });
    if (error !== null) throw error;
    const limit = Number(given.options.maxRecordBytes ?? Number.POSITIVE_INFINITY);
    const lines = expected(given);
    const found = rowTexts(batches);
    const wanted = lines
      .filter(({ length }) => length <= limit)
      .map((line) => JSON.stringify(Buffer.from(line).toString()));
    check(found.join('\n') === wanted.join('\n'), () => `expected\n${wanted.join('\n')}\nfound\n${found.join('\n')}`);
    const tooLong = lines.length - wanted.length;
    check(rejects.length === tooLong, () => `${tooLong} lines over the limit, ${rejects.length} set aside`);
  },
};

function caseOf(input: Uint8Array): TextCase {
  return { schema: SCHEMA, options: chosen(ALL_OPTIONS, input, 1), bytes: content(input) };
}

function expected({ bytes, options }: TextCase): Uint8Array[] {
  const text = withoutMark(bytes);
  if (options.wholetext === true) return [text];
  return linesOf(text);
}
