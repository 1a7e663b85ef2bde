import { describe, expect, test } from '@jest/globals';
import { parseSchema, readStream } from '../../src/index.ts';
import { checkQuery } from '../../src/pipeline/build.ts';

function check(input: string, output: string, options: Record<string, unknown> = {}): () => unknown {
  const table = readStream.format('json').schema(parseSchema('k STRING, n LONG')).options(options).load(input);
  const writer = table.writeStream.format('json').options({ checkpointLocation: '/c', path: output });
  return () => checkQuery(writer.definition);
}

describe('a query that would read its own output is refused', () => {
  test.each<[input: string, output: string, options: Record<string, unknown>]>([
    ['/data', '/data', {}],
    ['/data/', '/data/x/..', {}],
    ['/data', '/data/out', { recursiveFileLookup: true }],
    ['/data', '/data/day=1', {}],
    ['/data/k=x', '/data', {}],
  ])('%s to %s %j', (input, output, options) => {
    expect(check(input, output, options)).toThrow(expect.objectContaining({ code: 'OUTPUT_IS_INPUT' }));
  });

  test('also when it writes in foreachBatch, to the folder of its rejects', () => {
    const table = readStream.format('json').schema('n LONG').load('/data');
    const writer = table.writeStream.foreachBatch(async () => {});
    expect(() => checkQuery(writer.option('rejectsPath', '/data').definition)).toThrow('without end');
    expect(() => checkQuery(writer.definition)).not.toThrow();
  });
});

describe('others are not', () => {
  test.each<[input: string, output: string, options: Record<string, unknown>]>([
    ['/data', '/data2', {}],
    ['/data', '/data/out', {}],
    ['/data', '/data/_out', { recursiveFileLookup: true }],
    ['/data/in', '/data', {}],
    ['/data/in', '/data/out', { recursiveFileLookup: true }],
  ])('%s to %s %j', (input, output, options) => {
    expect(check(input, output, options)).not.toThrow();
  });
});
