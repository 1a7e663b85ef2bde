import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invariant } from '../../errors.ts';
import { type Arguments, type Command, defineCommand } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo, TextOutput } from '../io.ts';
import { countOption } from '../option-values.ts';
import { parseFast } from '../parse.ts';
import { addProgress, NO_TOTALS, type QueryProgress, type RunTotals } from '../progress.ts';
import { formatDuration, plural } from '../table.ts';
import { generate } from './generate.ts';
import { task1 } from './task1.ts';
import { task2 } from './task2.ts';

const OPTIONS = {
  files: { type: 'number', value: 'N', default: 60, describe: 'how many files of 10 events to generate' },
  keep: { type: 'boolean', describe: 'leave the folder with everything in it, to look around' },
} as const;

const SHOWN_WINDOWS = 10;

export const demo = defineCommand({
  name: 'demo',
  describe: 'the main job on made-up events: generate, task1, task2, and a table of the windows',
  positionals: [],
  options: OPTIONS,
  examples: [['$0 demo --keep', 'and leave the files for a look']],
  run,
});

async function run(args: Arguments<typeof OPTIONS>, io: CommandIo): Promise<number> {
  const files = countOption('files', args.files, 1);
  const { nodeDisk } = await import('../../fs/node-disk.ts');
  const { removeTree } = await import('../../fs/remove-tree.ts');
  const folder = join(tmpdir(), `clickstream-demo-${process.pid}-${io.clock.nowMs()}`);
  nodeDisk.mkdir(folder);
  try {
    io.stdout.write(`clickstream demo, in ${folder}\n\n`);
    const code = await runSteps(folder, files, io);
    if (code !== EXIT_CODES.done) return code;
    const { readWindows, windowTable } = await import('../demo-windows.ts');
    const windows = await readWindows(nodeDisk, join(folder, 'parquet_files'));
    io.stdout.write(`\n${windowTable(windows, SHOWN_WINDOWS).join('\n')}\n${closingText(folder, args.keep)}`);
    return EXIT_CODES.done;
  } finally {
    if (!args.keep) removeTree(nodeDisk, folder);
  }
}

/** Each step is a command as a person would type it. Stops at the first that does not end well. */
async function runSteps(folder: string, files: number, io: CommandIo): Promise<number> {
  const [json, csv, parquet] = ['json_files', 'csv_files', 'parquet_files'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // A fixed seed and start: the demo's table is the same for everybody.
  const events = ['--seed', '42', '--start', '2026-01-01T00:00:00Z', '--late', '0.1', '--corrupt', '0.01'];
  const report = ['--once', '--settle', '0', '--json', '--quiet'];
  const checkpoint = (name: string) => ['--checkpoint', join(folder, 'checkpoints', name)];
  const steps: [Command, string[], (totals: RunTotals) => string][] = [
    [
      generate,
      ['--out', json, '--files', String(files), ...events, '--quiet'],
      () => `${plural(files, 'JSON file')} of 10 click events, a few of them late, a few broken`,
    ],
    [
      task1,
      ['--in', json, '--out', csv, ...checkpoint('task1'), ...report],
      (totals) =>
        `${plural(totals.outputRows, 'row')} to CSV; ${plural(rejectedIn(totals), 'broken record')} set aside`,
    ],
    [
      task2,
      ['--in', csv, '--out', parquet, '--drain', ...checkpoint('task2'), ...report],
      (totals) =>
        `${plural(totals.outputRows, 'window')} of 10 seconds to Parquet; ${plural(lateIn(totals), 'row')} too late`,
    ],
  ];
  for (const [command, words, describe] of steps) {
    const startMs = io.clock.monotonicMs();
    const stdout = captureProgress(io.stdout);
    const step = parseFast(command, words);
    invariant(step !== null, `the demo's own options for ${command.name}`);
    const code = await command.run(step, { ...io, stdout });
    if (code !== EXIT_CODES.done) return code;
    const took = formatDuration(io.clock.monotonicMs() - startMs);
    io.stdout.write(`  ${command.name.padEnd(8)}  ${took.padStart(8)}  ${describe(stdout.totals())}\n`);
  }
  return EXIT_CODES.done;
}

/** Takes in what `--json` prints, one progress object per line. */
function captureProgress(output: TextOutput): TextOutput & { totals(): RunTotals } {
  let totals = NO_TOTALS;
  return {
    isTTY: false,
    columns: output.columns,
    write: (line) => {
      totals = addProgress(totals, JSON.parse(line) as QueryProgress);
    },
    totals: () => totals,
  };
}

function rejectedIn(totals: RunTotals): number {
  return totals.operators.reduce((sum, operator) => sum + operator.rejected, 0);
}

function lateIn(totals: RunTotals): number {
  return totals.operators.reduce((sum, operator) => sum + operator.late, 0);
}

function closingText(folder: string, keep: boolean): string {
  const left = keep ? `Everything is in ${folder}` : 'Nothing was left behind; --keep leaves the files';
  return `
${left}. To go on:
  clickstream generate              a file of 10 events every 5 seconds, in data/json_files
  clickstream task1                 flatten them to CSV as they come; Ctrl-C stops, the next start goes on
  clickstream task2 --console       and print each window when it closes
`;
}
