import { describe, expect, test } from '@jest/globals';
import { ModelDisk } from '../../support/model-disk.ts';
import { filesIn, IN, numbersIn, runModelQuery } from '../../support/model-query.ts';
import { catchWarnings } from '../../support/warnings.ts';

const ARCHIVE = '/model/archive';
const DELETE = { source: { cleanSource: 'delete' } };

const warnings = catchWarnings();

/** Two files, of which the first is cleaned away when the second one's batch begins. */
function twoFiles(): ModelDisk {
  const disk = new ModelDisk();
  disk.writeFile(`${IN}/1.json`, '{"n":1}\n');
  disk.writeFile(`${IN}/2.json`, '{"n":2}\n');
  return disk;
}

describe('cleanSource', () => {
  test('leaves a file that was replaced after it was read; the new one was deleted unread', async () => {
    const disk = twoFiles();
    disk.beforeCall = (op, path) => {
      if (op !== 'link' || !path.endsWith('/offsets/1')) return;
      disk.writeFile(`${IN}/1.json`, '{"n":10}\n');
    };
    await runModelQuery(disk, DELETE);
    expect(numbersIn(disk)).toEqual([1, 2]);
    expect(filesIn(disk, IN)).toContain(`${IN}/1.json`);
    expect(warnings.join('')).toContain('1.json was changed after it was read; cleanSource leaves it');
  });

  test('never overwrites what it archived before: the second file of a name took the place of the first', async () => {
    const disk = twoFiles();
    const archiving = { source: { cleanSource: 'archive', sourceArchiveDir: ARCHIVE } };
    await runModelQuery(disk, archiving);
    disk.writeFile(`${IN}/1.json`, '{"n":30}\n');
    disk.writeFile(`${IN}/3.json`, '{"n":3}\n');
    await runModelQuery(disk, archiving);
    expect(numbersIn(disk)).toEqual([1, 2, 30, 3]);
    expect(new TextDecoder().decode(disk.readFile(`${ARCHIVE}${IN}/1.json`))).toBe('{"n":1}\n');
    expect(filesIn(disk, IN)).toContain(`${IN}/1.json`);
    expect(warnings.join('')).toContain('ALREADY_EXISTS');
  });

  test('reads a file that comes back with the power once: it was forgotten before its removal was safe', async () => {
    const disk = twoFiles();
    await runModelQuery(disk, DELETE);
    const after = disk.crash();
    await runModelQuery(after, DELETE);
    after.writeFile(`${IN}/3.json`, '{"n":3}\n');
    await runModelQuery(after, DELETE);
    expect(numbersIn(after)).toEqual([1, 2, 3]);
  });

  test.each([1, 100])(
    'keeping %i batches, takes a name that was cleaned away for new after a restart',
    async (keepBatches) => {
      const disk = twoFiles();
      const options = { ...DELETE, conf: { keepBatches } };
      await runModelQuery(disk, options);
      const next = disk.nextProcess();
      next.writeFile(`${IN}/1.json`, '{"n":10}\n');
      await runModelQuery(next, options);
      expect(numbersIn(next)).toEqual([1, 2, 10]);
    },
  );

  test.each(['killed', 'ended'])(
    'reads a new file of a name that was cleaned away before the process was %s',
    async (end) => {
      const disk = twoFiles();
      // Killed right after the first file was removed, before that is on record.
      disk.beforeCall = (op, path) => {
        if (end === 'killed' && op === 'fsyncDirectory' && path === IN) disk.powerOffAt(0);
      };
      await runModelQuery(disk, DELETE).catch(() => {});
      const next = disk.nextProcess();
      expect(filesIn(next, IN)).not.toContain(`${IN}/1.json`);
      await runModelQuery(next, DELETE);
      next.writeFile(`${IN}/1.json`, '{"n":10}\n');
      await runModelQuery(next, DELETE);
      expect(numbersIn(next)).toEqual([1, 2, 10]);
    },
  );
});
