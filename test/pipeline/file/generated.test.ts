import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { checkPipeline } from '../../../src/pipeline/file/build-pipeline.ts';
import { SINK_OPTIONS, SOURCE_OPTIONS } from '../../../src/pipeline/file/options-spec.ts';
import { PIPELINE } from '../../../src/pipeline/file/pipeline-spec.ts';
import { jsonSchemaOf } from '../../../src/pipeline/file/schema.ts';
import { expectedText, type Spec } from '../../../src/pipeline/file/spec.ts';
import { STEP_FIELDS } from '../../../src/pipeline/file/steps-spec.ts';
import { FORMAT_NAMES } from '../../../src/pipeline/formats.ts';
import { PIPELINE_TESTS } from '../../../src/pipeline/testing/tests-spec.ts';
import { FILE_SOURCE_OPTION_NAMES } from '../../../src/sources/file/options.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const script = '../../../scripts/pipeline-files.js';
const { generatedFiles } = (await import(script)) as {
  generatedFiles: (specs: object, tools: object) => Record<string, string>;
};
const generated = Object.entries(
  generatedFiles({ PIPELINE, PIPELINE_TESTS, STEP_FIELDS }, { jsonSchemaOf, expectedText }),
);

test.each(generated)('%s is what the spec says: after a change, run node scripts/pipeline-files.js', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

function specsOf(spec: Spec, path: string): [string, Spec][] {
  const inner =
    spec.type === 'object'
      ? Object.entries(spec.fields).flatMap(([name, field]) => specsOf(field, `${path}.${name}`))
      : spec.type === 'map' || spec.type === 'list'
        ? specsOf(spec.of, `${path}[]`)
        : [];
  return [[path, spec], ...inner];
}

test('every example of the spec is YAML that fits where it stands', () => {
  const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false });
  for (const [path, spec] of [...specsOf(PIPELINE, 'pipeline'), ...specsOf(PIPELINE_TESTS, 'tests')]) {
    const value: unknown = parse(spec.example);
    expect([path, ajv.validate(jsonSchemaOf(spec, path), value), value]).toEqual([path, true, value]);
  }
});

test('every option of the file source and of the formats is described', async () => {
  expect(Object.keys(SOURCE_OPTIONS)).toEqual(expect.arrayContaining([...FILE_SOURCE_OPTION_NAMES]));
  const takes = async (place: 'source' | 'sink', name: string, spec: Spec) => {
    const found: string[] = [];
    for (const format of FORMAT_NAMES) {
      const options = { [name]: parse(spec.example) as unknown };
      const value = {
        sources: {
          a: {
            format,
            path: 'in',
            ...(format === 'text' ? {} : { schema: 'a STRING' }),
            ...(place === 'source' ? { options } : {}),
          },
        },
        sink: { format, path: 'out', ...(place === 'sink' ? { options } : {}) },
        checkpoint: 'state',
      };
      const { problems } = await checkPipeline('p.yaml', JSON.stringify(value), { environment: {} });
      if (!problems.some(({ message }) => message.includes(`"${name}"`))) found.push(format);
    }
    return found;
  };
  for (const [name, spec] of Object.entries(SOURCE_OPTIONS)) {
    if (/^(rate|socket):/.test(spec.doc)) continue;
    expect([name, (await takes('source', name, spec)).length]).not.toEqual([name, 0]);
  }
  for (const [name, spec] of Object.entries(SINK_OPTIONS)) {
    if (spec.doc.startsWith('console:')) continue;
    expect([name, (await takes('sink', name, spec)).length]).not.toEqual([name, 0]);
  }
});
