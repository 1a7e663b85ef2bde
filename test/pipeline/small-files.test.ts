import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { col, createSession, type DataFrame } from '../../src/index.ts';
import { errnoError, ModelDisk } from '../support/model-disk.ts';
import { IN, modelQuery, numbersIn, runModelQuery } from '../support/model-query.ts';
import { catchWarnings } from '../support/warnings.ts';
import { createWorkspace, filesBelow } from '../support/workspace.ts';

// Batches of so many small files that they are read bundle by bundle.

const FILES = 120;
const NUMBERS = Array.from({ length: FILES }, (_, i) => i);

const warnings = catchWarnings();

function manyFiles(): ModelDisk {
  const disk = new ModelDisk();
  for (const n of NUMBERS) disk.writeFile(fileOf(n), `{"n":${n}}\n`);
  return disk;
}

const fileOf = (n: number) => `${IN}/${String(n).padStart(3, '0')}.json`;

/** Runs a query over all files in one batch; `act` comes when the batch is logged. */
async function runOnce(disk: ModelDisk, act: () => void): Promise<void> {
  let isLogged = false;
  disk.beforeCall = (called, path) => {
    if (isLogged || called !== 'fsyncDirectory' || !path.endsWith('/offsets')) return;
    if (disk.look('/model/checkpoint/offsets/0') === null) return;
    isLogged = true;
    act();
  };
  await runModelQuery(disk, { source: { maxFilesPerTrigger: FILES } });
}

describe('among many small files', () => {
  test('one that was changed after its batch was logged is left out of it, and taken by a later run', async () => {
    const disk = manyFiles();
    await runOnce(disk, () => disk.writeFile(fileOf(77), '{"n":7777}\n'));
    expect(warnings.join()).toContain(`goes on without ${fileOf(77)}`);
    expect(numbersIn(disk)).toEqual(NUMBERS.filter((n) => n !== 77));
    const next = disk.nextProcess();
    await runModelQuery(next);
    expect(numbersIn(next)).toEqual([...NUMBERS.filter((n) => n !== 77), 7777]);
  });

  test('so is one that was taken away', async () => {
    const disk = manyFiles();
    await runOnce(disk, () => disk.unlink(fileOf(0)));
    expect(warnings.join()).toContain(`goes on without ${fileOf(0)}`);
    expect(numbersIn(disk)).toEqual(NUMBERS.slice(1));
  });

  test.each(['openRead', 'fstat', 'read', 'stat'] as const)(
    'one that cannot be read (%s fails) stops the query, by its name',
    async (op) => {
      const disk = manyFiles();
      const failing = async () =>
        await runOnce(disk, () => {
          disk.beforeCall = (called, path) => {
            if (called === op && path === fileOf(50)) throw errnoError('EIO', op, path);
          };
        });
      await expect(failing()).rejects.toThrow(/050\.json .*EIO.*Make it readable and start again/);
      const next = disk.nextProcess();
      await runModelQuery(next, { source: { maxFilesPerTrigger: FILES } });
      expect(numbersIn(next)).toEqual(NUMBERS);
    },
  );

  test('one whose reading fails once costs nothing', async () => {
    const disk = manyFiles();
    let left = 1;
    await runOnce(disk, () => {
      disk.beforeCall = (called, path) => {
        if (called === 'read' && path === fileOf(50) && left-- > 0) throw errnoError('EIO', 'read', path);
      };
    });
    expect(left).toBeLessThan(1);
    expect(numbersIn(disk)).toEqual(NUMBERS);
  });

  test('one with a record that must not be ends a query of mode failfast, by its name', async () => {
    const disk = manyFiles();
    disk.writeFile(fileOf(60), '{"n":"no"}\n');
    const query = modelQuery(disk, { source: { maxFilesPerTrigger: FILES, mode: 'failfast' } });
    const failing = query.start('/model/out').then((started) => started.awaitTermination());
    await expect(failing).rejects.toMatchObject({
      code: 'MALFORMED_RECORD',
      message: expect.stringContaining('060.json'),
    });
  });
});

const SCHEMA = 'user STRING, clicks LONG NOT NULL, place STRUCT<city: STRING, zip: INT>';

const QUERIES: Record<string, (events: DataFrame) => DataFrame> = {
  fields: (events) => events.select('user', col('place.city').as('city'), 'clicks'),
  expressions: (events) => events.filter('clicks % 3 = 1').selectExpr('upper(user) AS user', 'place.zip + 1 AS zip'),
};

describe('bundles of small files give what the operators give', () => {
  const work = createWorkspace('small-files');
  beforeAll(() => {
    for (const n of NUMBERS) {
      work.deliver(`plain/${n}.json`, text(n));
      work.deliver(`folders/day=${n % 3}/${n}.json`, text(n));
    }
  });
  afterAll(() => work.remove());

  let runs = 0;
  const run = async (query: (events: DataFrame) => DataFrame, input: string, options: object, isPlain: boolean) => {
    const source = createSession().readStream.format('json').schema(SCHEMA).option('settle', 0);
    const events = source.options({ ...options, maxFilesPerTrigger: FILES }).load(work.path(input));
    const columns = `${SCHEMA}${input === 'folders' ? ', day INT' : ''}`;
    // An identity: but no stage could call it.
    const rows = isPlain ? events.flatMap((row) => [row], columns) : events;
    const folder = work.path(`run-${runs++}`);
    const started = await query(rows)
      .writeStream.format('csv')
      .option('checkpointLocation', `${folder}/state`)
      .trigger({ availableNow: true })
      .start(`${folder}/out`);
    await started.awaitTermination();
    return { output: outputOf(`${folder}/out`), input: started.recentProgress.map(({ numInputRows }) => numInputRows) };
  };

  const cases = Object.keys(QUERIES).flatMap((query) =>
    ['plain', 'folders'].flatMap((input) => ['reject', 'permissive'].map((mode) => [query, input, mode] as const)),
  );
  test.each(cases)('%s of %s files, mode %s', async (name, input, mode) => {
    const query = QUERIES[name] as (events: DataFrame) => DataFrame;
    const bundled = await run(query, input, { mode }, false);
    const names = Object.keys(bundled.output);
    expect(Object.values(bundled.output).join('').length).toBeGreaterThan(1000);
    expect(names.some((file) => file.startsWith('_rejects'))).toBe(mode === 'reject');
    expect(bundled).toEqual(await run(query, input, { mode }, true));
  });
});

/** Files of all kinds: lines, arrays, nothing, broken ends, records that do not fit, texts that need quotes. */
function text(n: number): string {
  const record = (i: number) => {
    const clicks = (n + i) % 13 === 0 ? 'many' : n * 10 + i;
    const place = i % 4 === 0 ? null : { city: `city ${i}`, zip: n };
    return JSON.stringify({ user: `user "${i}", é`, clicks, place });
  };
  const records = Array.from({ length: 10 }, (_, i) => record(i));
  switch (n % 6) {
    case 0:
      return `[${records.join(',\n')}]`;
    case 1:
      return '';
    case 2:
      return `[${records.join(',')}`;
    case 3:
      return records.join('\n').slice(0, -7);
    default:
      return `${records.join('\n')}\n`;
  }
}

/** By name, without the query's own tag and mark. */
function outputOf(folder: string): Record<string, string> {
  const files = filesBelow(folder).filter((name) => !name.startsWith('_clickstream'));
  const untagged = (name: string) => name.replace(/-[0-9a-f]{8}(?=\.)/, '');
  return Object.fromEntries(files.map((name) => [untagged(name), readFileSync(join(folder, name), 'utf8')]));
}
