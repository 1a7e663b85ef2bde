import type { Batch, Vector } from '../../src/batch.ts';
import type { DecodeRequest, Decoder } from '../../src/format.ts';
import { csvEncoder } from '../../src/formats/csv/encoder.ts';
import { plainJsonDecoder } from '../../src/formats/json/decode.ts';
import { jsonEncoder } from '../../src/formats/json/encode.ts';
import { openProjection, type ProjectedColumn, type ProjectionRequest } from '../../src/formats/json/projection.ts';
import { field, LONG, type Schema, struct } from '../../src/schema.ts';
import { type Decoded, decoded, headroomOf, restarted } from './compare.ts';
import type { DecodingCase } from './decoding-case.ts';
import { jsonCase } from './json-cases.ts';
import type { Random } from './random.ts';

/** JSON of which some fields are to become CSV, or JSON again. */
export interface ProjectionCase extends DecodingCase {
  readonly columns: readonly ProjectedColumn[];
  readonly output: ProjectionRequest['output'];
}

export function projectionCase(random: Random): ProjectionCase {
  const given = jsonCase(random);
  const all = leaves(given.schema);
  const count = random.chance(0.5) ? all.length : 1 + random.below(all.length);
  const columns = random.shuffled(all).slice(0, count);
  if (random.chance(0.1)) columns.push(random.pick(all));
  return { ...given, columns, output: outputOf(random) };
}

/** The fields of a schema that are no structs; now and then a whole number is wanted as a wider one. */
export function leaves(schema: Schema, path: readonly number[] = []): ProjectedColumn[] {
  return schema.fields.flatMap(({ type }, i) =>
    type.kind === 'struct'
      ? leaves(type, [...path, i])
      : [{ name: [...path, i].join('"'), path: [...path, i], type: type.kind === 'short' ? LONG : type }],
  );
}

function outputOf(random: Random): ProjectionRequest['output'] {
  if (random.chance(0.6)) return { format: 'csv', options: csvOptions(random) };
  const options: Record<string, unknown> = {};
  if (random.chance(0.3)) options.ignoreNullFields = false;
  if (random.chance(0.1)) options.timeZone = random.pick(['+02:00', 'Europe/Berlin']);
  return { format: 'json', options };
}

function csvOptions(random: Random): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const maybe = (probability: number, name: string, value: unknown) => {
    if (random.chance(probability)) options[name] = value;
  };
  maybe(0.2, 'sep', random.pick([';', '\t', '|', ' ', '1', ':', '-', 'a', '.', '\u00e4', '::']));
  maybe(0.1, 'quote', random.pick(['', "'", 'e']));
  maybe(0.1, 'escape', random.pick(['\\', 'e', '']));
  maybe(0.1, 'nullValue', random.pick(['NA', '-', '0', 'some text, that is long']));
  maybe(0.1, 'emptyValue', random.pick(['', 'EMPTY']));
  maybe(0.1, 'escapeFormulas', true);
  maybe(0.1, 'comment', random.pick(['#', 'a']));
  maybe(0.1, 'ignoreLeadingWhiteSpace', true);
  maybe(0.1, 'ignoreTrailingWhiteSpace', true);
  return options;
}

/** Where a projection and the plain decoder with the plain encoder behind it differ, or null. */
export function projectionDifference(given: ProjectionCase): { readonly plain: string; readonly fast: string } | null {
  const expected = plainOutcomes(given);
  for (const run of [0, 1, 2]) {
    const found = projectedOutcome(given, run === 2, headroomOf(given, run));
    if (found !== null && !expected.includes(found)) return { plain: expected.join(OR), fast: found };
  }
  return null;
}

/** null: there is no projection for the case. */
function projectedOutcome(given: ProjectionCase, isRestarted: boolean, headroom: number): string | null {
  let isThere = true;
  const parts: Uint8Array[] = [];
  const write = (bytes: Uint8Array) => void parts.push(bytes.slice());
  const make = (request: DecodeRequest): Decoder<number> => {
    const made = openProjection({ ...request, columns: given.columns, output: given.output, write });
    isThere &&= made !== null;
    return made ?? { push: () => [], finish: () => [] };
  };
  const forget = () => void parts.splice(0);
  const decode = isRestarted ? restarted(make, given, forget) : make;
  const found = decoded(decode, given, headroom);
  if (!isThere) return null;
  const rows = found.batches.reduce((sum, written) => sum + written, 0);
  return outcome(parts, rows, found, found.error);
}

const OR = '\nor\n';

/** Where a row cannot be written and a later record cannot be read, either error may come first: it depends on how many rows come at a time. */
function plainOutcomes(given: ProjectionCase): string[] {
  const outcome = plainOutcome(given);
  if (given.options.mode !== 'failfast' || !outcome.startsWith(THROWN)) return [outcome];
  const written = plainOutcome({ ...given, options: { ...given.options, mode: 'dropmalformed' } });
  return written.startsWith(THROWN) ? [outcome, written] : [outcome];
}

function plainOutcome(given: ProjectionCase): string {
  const found = decoded(plainJsonDecoder, given);
  const { batches, error } = found;
  const schema = struct(given.columns.map(({ name, type }) => field(name, type)));
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  try {
    const { format, options } = given.output;
    const encoder = (format === 'csv' ? csvEncoder : jsonEncoder)({ schema, options }, false);
    const parts = batches.map((batch) => encoder.encode(picked(batch, schema, given.columns)));
    return outcome(parts, rows, found, error);
  } catch (thrown) {
    return outcome([], 0, found, error ?? thrown);
  }
}

const THROWN = 'thrown: ';

/** What came before an error is not held to be the same: nobody will see it. */
function outcome(
  parts: readonly Uint8Array[],
  rows: number,
  { rejects, dropped, repeatedNames }: Decoded<unknown>,
  error: unknown,
): string {
  if (error !== null) return THROWN + (error as Error).message;
  return [
    `${rows} rows`,
    Buffer.concat(parts).toString('latin1'),
    ...[...rejects, ...repeatedNames].map((what) => JSON.stringify(what)),
    `dropped ${dropped}`,
  ].join('\n');
}

function picked(batch: Batch, schema: Schema, columns: readonly ProjectedColumn[]): Batch {
  const vectors = columns.map(({ path }) => {
    const [first, ...inner] = path as [number, ...number[]];
    return inner.reduce<Vector>(
      (vector, ordinal) => (vector as Extract<Vector, { kind: 'struct' }>).children[ordinal] as Vector,
      batch.vectors[first] as Vector,
    );
  });
  return { schema, length: batch.length, vectors };
}
