import { describe, expect, test } from '@jest/globals';
import { ClickstreamError } from '../../src/errors.ts';
import { csvDecoder } from '../../src/formats/csv/decoder.ts';
import { csvOptions } from '../../src/formats/csv/options.ts';
import { parquetOptions } from '../../src/formats/parquet/options.ts';
import { checkPipeline } from '../../src/pipeline/file/build-pipeline.ts';
import { substitute } from '../../src/pipeline/file/environment.ts';
import { field, struct, TIMESTAMP } from '../../src/schema.ts';
import { parseType } from '../../src/sql/parser.ts';
import { findZone } from '../../src/sql/values/zone.ts';
import { decoded, rowTexts } from '../fuzz/compare.ts';
import { errorCodeOf, textOf } from '../sql/functions/evaluate.ts';

/** Every JavaScript object answers to these; a table of names that is an object finds something where nothing is. */
const NAMES = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'];

function codeOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof ClickstreamError) return error.code;
    throw error;
  }
}

describe.each(NAMES)('%s is a name like any other', (name) => {
  test('as a time zone', () => {
    expect(findZone(name)).toBeNull();
    const rejects = decoded(csvDecoder, {
      schema: struct([field('at', TIMESTAMP)]),
      options: {},
      bytes: Buffer.from(`2024-06-05T04:09:09${name}\n2024-06-05T04:09:09Z\n`),
      cuts: [],
    });
    expect(rejects).toMatchObject({ error: null, rejects: [{ line: 1 }] });
    expect(rowTexts(rejects.batches)).toHaveLength(1);
  });

  test('as a type, a unit, a function and a field', () => {
    expect(codeOf(() => parseType(name))).toBe('PARSE_SYNTAX_ERROR');
    expect(errorCodeOf(`cast(1 AS ${name})`)).toBe('PARSE_SYNTAX_ERROR');
    expect(errorCodeOf(`INTERVAL 1 ${name}`)).toBe('PARSE_SYNTAX_ERROR');
    expect(errorCodeOf(`${name}(1)`)).toBe('UNRESOLVED_ROUTINE');
    expect(errorCodeOf(`extract(${name} FROM date '2026-01-01')`)).not.toMatch(/^no code/);
    expect(textOf(`date_trunc('${name}', timestamp '2026-01-01 00:00:00')`)).toBe('NULL');
  });

  test('in a regular expression', () => {
    expect(errorCodeOf(`'a' RLIKE '\\\\p{${name}}'`)).not.toMatch(/^no code/);
    expect(errorCodeOf(`'a' RLIKE '\\\\p{${name}}'`)).not.toBeNull();
  });

  test('in JSON', () => {
    expect(textOf(`from_json('{"d": "${name}"}', 'd DOUBLE')`)).toBe('{"d":null}');
    expect(textOf(`from_json('{"${name}": "x", "a": 1}', '\`${name}\` STRING, a INT')`)).toBe(`{"${name}":"x","a":1}`);
    expect(textOf(`get_json_object('{"${name}": "x"}', '$.${name}')`)).toBe('x');
    expect(textOf(`get_json_object('{"a": 1}', '$.${name}')`)).toBe('NULL');
  });

  test('as an option and its value', () => {
    expect(codeOf(() => csvOptions(JSON.parse(`{"${name}": 1}`)))).toBe('CSV_OPTION');
    expect(codeOf(() => parquetOptions(JSON.parse(`{"${name}": 1}`)))).toBe('PARQUET_OPTION');
    expect(codeOf(() => parquetOptions({ compression: name }))).toBe('PARQUET_OPTION');
  });

  test('as an environment variable', () => {
    expect(substitute(`\${${name}}`, {}).missing).toEqual([name]);
    expect(substitute(`\${${name}:-x}`, {}).text).toBe('x');
  });

  test('anywhere in a pipeline file', async () => {
    const texts = [
      `${name}: 1`,
      `${name}`,
      `sources: ${name}`,
      `sources: { ${name}: { format: rate } }\nsink: { format: console }`,
      `sources: { s: { format: ${name} } }\nsink: { format: ${name} }`,
      `sources: { s: { format: csv, path: x, schema: a INT, options: { ${name}: 1 } } }\nsink: { format: console, options: { ${name}: 1 } }`,
      `sources: { s: { format: rate } }\nsteps:\n  - ${name}: 1\nsink: { format: console }`,
      `sources: { s: { format: rate } }\nsteps:\n  - ${name}\nsink: { format: console }`,
      `sources: { s: { format: rate } }\nsink: ${name}\ntrigger: ${name}\nsettings: { ${name}: 1 }`,
    ];
    for (const text of texts) {
      const { problems } = await checkPipeline('p.yaml', text, { environment: {} });
      for (const { message } of problems) expect(message).not.toMatch(/undefined|\[object|native code/);
      if (!text.startsWith(`sources: { ${name}`)) expect(problems).not.toEqual([]);
    }
  });
});
