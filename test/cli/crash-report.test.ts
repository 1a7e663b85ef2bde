import { describe, expect, test } from '@jest/globals';
import { type CrashReport, crashSummary, createCrashPicture, startLines } from '../../src/cli/crash-report.ts';

const point = (at: number, op: string, half = false) => ({ at, op, half });
const passed = { killed: true, problems: [], kept: null };

const REPORT: CrashReport = {
  inputs: { clicks: { files: 5, bytes: 6983 } },
  batches: 5,
  changes: 1154,
  outputFiles: 5,
  allPoints: 1176,
  triedPoints: 3,
  outcomes: [
    { ...passed, point: point(3, 'rename') },
    { ...passed, point: point(9, 'write', true) },
    { point: point(12, 'write'), killed: false, problems: [], kept: null },
  ],
  counts: [
    { op: 'write', points: 76, tried: 2, killed: 1, failed: 0 },
    { op: 'rename', points: 1100, tried: 1, killed: 1, failed: 0 },
  ],
  durationMs: 2100,
};

describe('the report of a crash test', () => {
  test('begins with what is to be tried', () => {
    expect(startLines('a.yaml', REPORT)).toBe(
      [
        'crash test of a.yaml',
        '  input      5 files of clicks (6,983 bytes), copied',
        '  whole run  5 batches, 1,154 operations on the disk, 5 output files',
        '  points     1,176: killed before each operation, and in the middle of each write; 3 of them tried',
        '',
        '  .  the restart gave the bytes of the whole run   x  it did not   -  the run ended before the point',
        '',
        '',
      ].join('\n'),
    );
    expect(startLines('a.yaml', { ...REPORT, triedPoints: 1176 })).toContain('; all of them tried');
  });

  test('draws a mark per point, sixty in a row', () => {
    let text = '';
    const picture = createCrashPicture((part) => {
      text += part;
    });
    for (let at = 0; at < 61; at++) {
      const problems = at === 1 ? ['missing: a'] : [];
      picture.add({ point: point(at, 'write'), killed: at !== 2, problems, kept: null });
    }
    picture.end();
    expect(text).toBe(`  .x-${'.'.repeat(57)}     60\n  .${' '.repeat(59)}     61\n`);
  });

  test('ends with the counts by kind of operation', () => {
    expect(crashSummary(REPORT)).toBe(
      [
        '',
        '  operation  points  tried  killed  failed',
        '  ---------  ------  -----  ------  ------',
        '  write          76      2       1       0',
        '  rename      1,100      1       1       0',
        '  all         1,176      3       2       0',
        '',
        '  after every one of 2 crashes the restart gave the bytes of the run that was left alone (2.1 s)',
        '',
      ].join('\n'),
    );
  });

  test('tells what differed, where, and where to look', () => {
    const problems = ['missing: part-0.csv', 'too many: .a.tmp', 'other bytes: b', 'other bytes: c'];
    const failed = { point: point(41, 'write', true), killed: true, problems, kept: 'scratch/41-half' };
    const text = crashSummary({ ...REPORT, outcomes: [...REPORT.outcomes, failed] });
    expect(text).toContain(
      [
        '  killed in the middle of operation 42 (write):',
        '      missing: part-0.csv',
        '      too many: .a.tmp',
        '      other bytes: b',
        '      and 1 more',
        '      its files: scratch/41-half',
        '',
        '  after 1 of 3 crashes the output was another; please report this with the pipeline (2.1 s)',
      ].join('\n'),
    );
  });

  test('says when there was nothing to compare', () => {
    expect(crashSummary({ ...REPORT, outputFiles: 0 })).toContain(
      'The run had no output, so there was little to compare',
    );
  });
});
