import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildProduct, runCli } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

const work = createWorkspace('explain');
beforeAll(() => buildProduct(), 240_000);
afterAll(() => work.remove());

async function shapes(format: string, options: string): Promise<string> {
  work.deliver(
    `${format}.yaml`,
    [
      `name: ${format}-shapes`,
      'sources:',
      '  input:',
      `    format: ${format}`,
      `    path: ${work.path(format)}`,
      "    schema: 'id LONG NOT NULL, note STRING, place STRING'",
      `    options: { ${options} }`,
      'sink: { format: console }',
      '',
    ].join('\n'),
  );
  const { code, stdout, stderr } = await runCli(['explain', '--codegen', `${format}.yaml`], work.dir);
  if (code !== 0) throw new Error(stderr);
  return stdout.slice(stdout.indexOf('== Shapes of records =='));
}

test('explain --codegen shows the shapes that the records of the first file have', async () => {
  expect(await shapes('json', 'mode: reject')).toContain('No file is there yet');
  work.deliver('json/b.json', '{"late": 1}\n');
  work.deliver('json/a.json', '{"id": 1, "other": [1, 2], "note": "x"}\n{"note":"y","id":2,"place":"z"}\n');
  const text = await shapes('json', 'mode: reject');
  expect(text).toContain(`learnt from ${work.path('json', 'a.json')}:`);
  expect(text).toContain('1. {"id": <id: integer>, "other": <anything>, "note": <note: text or null>}');
  expect(text).toContain('not in it, so null: place');
  expect(text).toContain('2. {"note":<note: text or null>,"id":<id: integer>,"place":<place: text or null>}');
});

test('for CSV as the header says', async () => {
  work.deliver('csv/a.csv', 'place;id;more\nx;1;y\n');
  expect(await shapes('csv', "header: true, sep: ';'")).toContain(
    '1. <place: text or null>;<id: integer>;<anything>\n   not in it, so null: note',
  );
});
