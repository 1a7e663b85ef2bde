import { expect, test } from '@jest/globals';
import { ModelDisk } from '../support/model-disk.ts';
import { filesIn, IN, numbersIn, OUT, runModelQuery } from '../support/model-query.ts';

/** Paths in the manifest's entries. */
function listed(disk: ModelDisk): string[] {
  const entries = disk.files().filter((path) => path.startsWith(`${OUT}/_spark_metadata/`));
  return entries.flatMap((path) => {
    const [, ...lines] = new TextDecoder().decode(disk.readFile(path)).split('\n');
    return lines.map((line) => (JSON.parse(line) as { path: string }).path.replace('file://', ''));
  });
}

test('a batch that is run again under another filter is listed anew: the manifest kept a file that was gone', async () => {
  const disk = new ModelDisk();
  disk.writeFile(`${IN}/1.json`, '{"n":1}\n');
  const writer = { sparkManifest: true };
  disk.beforeCall = (op, path) => {
    // It is killed when its output is there and listed, and its commit is not.
    if (op === 'create' && path.includes('/commits/')) disk.powerOffAt(0);
  };
  await runModelQuery(disk, { writer }).catch(() => {});
  const next = disk.nextProcess();
  expect(listed(next)).toEqual(filesIn(next, OUT));
  await runModelQuery(next, { writer, filter: 'n > 1' });
  expect(numbersIn(next)).toEqual([]);
  expect(listed(next)).toEqual([]);
});
