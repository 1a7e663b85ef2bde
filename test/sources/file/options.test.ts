import { expect, test } from '@jest/globals';
import { checkFileSourceOptions } from '../../../src/sources/file/options.ts';

test('options may be text, as in a pipeline file', () => {
  expect(
    checkFileSourceOptions({
      maxfilespertrigger: '10',
      latestFirst: 'true',
      maxFileAge: '7d',
      settle: '2s',
      cleanSource: 'DELETE',
      poll: false,
    }),
  ).toEqual({
    maxFilesPerTrigger: 10,
    maxBytesPerTrigger: null,
    latestFirst: true,
    maxFileAgeMs: 604_800_000,
    fileNameOnly: false,
    recursiveFileLookup: false,
    changedFiles: 'ignore',
    cleanSource: 'delete',
    sourceArchiveDir: null,
    readManifest: false,
    settleMs: 2000,
    poll: false,
  });
  expect(checkFileSourceOptions({ maxBytesPerTrigger: '10m' }).maxBytesPerTrigger).toBe(10_485_760);
  expect(checkFileSourceOptions({ settle: 250 }).settleMs).toBe(250);
  expect(checkFileSourceOptions({})).toMatchObject({ settleMs: 500, maxFileAgeMs: null });
  expect(checkFileSourceOptions({ changedFiles: 'Reprocess' }).changedFiles).toBe('reprocess');
});

test.each([
  [{ maxFilePerTrigger: 1 }, /Did you mean "maxFilesPerTrigger"/],
  [{ maxFilesPerTrigger: 0 }, /at least 1; found 0/],
  [{ maxFilesPerTrigger: 'many' }, /found "many"/],
  [{ maxFilesPerTrigger: 1, maxBytesPerTrigger: 1 }, /cannot be used together/],
  [{ maxBytesPerTrigger: '0' }, /at least one byte/],
  [{ latestFirst: 'yes' }, /true or false/],
  [{ maxFileAge: '7 weeks' }, /a duration/],
  [{ cleanSource: 'move' }, /"off", "delete" or "archive"/],
  [{ cleanSource: 'archive' }, /needs sourceArchiveDir/],
  [{ changedFiles: 'again' }, /"ignore", "fail" or "reprocess"; found "again"/],
  [{ changedFiles: 'fail', fileNameOnly: true }, /"fail" cannot be used with fileNameOnly/],
  [{ changedFiles: 'reprocess', fileNameOnly: true }, /"reprocess" cannot be used with fileNameOnly/],
])('%j is refused', (raw, message) => expect(() => checkFileSourceOptions(raw)).toThrow(message));
