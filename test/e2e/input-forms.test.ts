import { copyFileSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildProduct, runCli } from '../support/cli.ts';
import { createWorkspace, dataFiles, filesBelow } from '../support/workspace.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'click-events');
const forms = readdirSync(FIXTURES)
  .filter((name) => name !== 'expected.csv')
  .sort();
const expected = readFileSync(join(FIXTURES, 'expected.csv'), 'utf8');

/** Each fixture holds the same three events in another form; one run takes them one by one, a batch each. */
describe('task1 reads click events', () => {
  const work = createWorkspace('forms');
  let written: string[] = [];

  beforeAll(async () => {
    buildProduct();
    mkdirSync(work.path('in'));
    for (const [index, name] of forms.entries()) {
      copyFileSync(join(FIXTURES, name), work.path('in', name));
      utimesSync(work.path('in', name), 1_700_000_000 + index, 1_700_000_000 + index);
    }
    const words = ['--in', 'in', '--out', 'out', '--checkpoint', 'state', '--once', '--max-files-per-trigger', '1'];
    const result = await runCli(['task1', ...words], work.dir);
    expect(result).toMatchObject({ code: 0 });
    written = dataFiles(work.path('out'), '.csv');
  }, 60_000);
  afterAll(() => work.remove());

  test.each(forms.map((name, index) => [name, index] as const))('%s', (_name, index) => {
    expect(readFileSync(written[index] as string, 'utf8')).toBe(expected);
  });

  test('and rejects none', () => {
    expect(written).toHaveLength(forms.length);
    expect(filesBelow(work.path('out', '_rejects'))).toEqual([]);
  });
});
