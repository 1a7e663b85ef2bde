import { formatCount, formatDuration, formatTable, plural, type TableColumn } from './table.ts';

/** What a crash test tells, as far as it is printed. */
export interface CrashStart {
  readonly inputs: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;
  readonly batches: number;
  readonly changes: number;
  readonly outputFiles: number;
  readonly allPoints: number;
  readonly triedPoints: number;
}

export interface CrashOutcome {
  readonly point: { readonly at: number; readonly op: string; readonly half: boolean };
  readonly killed: boolean;
  readonly problems: readonly string[];
  readonly kept: string | null;
}

export interface CrashReport extends CrashStart {
  readonly outcomes: readonly CrashOutcome[];
  readonly counts: readonly {
    readonly op: string;
    readonly points: number;
    readonly tried: number;
    readonly killed: number;
    readonly failed: number;
  }[];
  readonly durationMs: number;
}

export function startLines(file: string, start: CrashStart): string {
  const inputs = Object.entries(start.inputs).map(
    ([name, { files, bytes }]) => `${plural(files, 'file')} of ${name} (${formatCount(bytes)} bytes), copied`,
  );
  const tried = start.triedPoints === start.allPoints ? 'all of them' : `${formatCount(start.triedPoints)} of them`;
  const lines = [
    `crash test of ${file}`,
    `  input      ${inputs.join('; ')}`,
    `  whole run  ${plural(start.batches, 'batch', 'batches')}, ${plural(start.changes, 'operation')} on the disk, ${plural(start.outputFiles, 'output file')}`,
    `  points     ${formatCount(start.allPoints)}: killed before each operation, and in the middle of each write; ${tried} tried`,
    '',
    '  .  the restart gave the bytes of the whole run   x  it did not   -  the run ended before the point',
    '',
  ];
  return `${lines.join('\n')}\n`;
}

const WIDTH = 60;

/** A mark per point, row by row, as the outcomes come. */
export function createCrashPicture(say: (text: string) => void) {
  let count = 0;
  return {
    add({ killed, problems }: CrashOutcome): void {
      if (count % WIDTH === 0) say('  ');
      say(problems.length > 0 ? 'x' : killed ? '.' : '-');
      count++;
      if (count % WIDTH === 0) say(` ${formatCount(count).padStart(6)}\n`);
    },
    end(): void {
      const missing = (WIDTH - (count % WIDTH)) % WIDTH;
      if (missing > 0) say(`${' '.repeat(missing)} ${formatCount(count).padStart(6)}\n`);
    },
  };
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'operation', align: 'left' },
  ...['points', 'tried', 'killed', 'failed'].map((title): TableColumn => ({ title, align: 'right' })),
];
/** Failures that are told in full. */
const SHOWN = 10;

export function crashSummary({ counts, outcomes, outputFiles, durationMs }: CrashReport): string {
  const sum = (name: 'points' | 'tried' | 'killed' | 'failed') => counts.reduce((total, one) => total + one[name], 0);
  const row = (op: string, numbers: readonly number[]) => [op, ...numbers.map(formatCount)];
  const rows = [
    ...counts.map(({ op, points, tried, killed, failed }) => row(op, [points, tried, killed, failed])),
    row('all', [sum('points'), sum('tried'), sum('killed'), sum('failed')]),
  ];
  const failed = outcomes.filter(({ problems }) => problems.length > 0);
  const lines = [
    '',
    ...formatTable(COLUMNS, rows).map((line) => `  ${line}`),
    '',
    ...failed.slice(0, SHOWN).flatMap(failureLines),
  ];
  if (failed.length > SHOWN) lines.push(`  and ${formatCount(failed.length - SHOWN)} more`, '');
  if (outputFiles === 0) {
    lines.push(
      '  The run had no output, so there was little to compare: take more files, or windows that close (settings: { drain: true }).',
      '',
    );
  }
  const verdict =
    failed.length === 0
      ? `after every one of ${plural(sum('killed'), 'crash', 'crashes')} the restart gave the bytes of the run that was left alone`
      : `after ${formatCount(failed.length)} of ${plural(sum('tried'), 'crash', 'crashes')} the output was another; please report this with the pipeline`;
  lines.push(`  ${verdict} (${formatDuration(durationMs)})`);
  return `${lines.join('\n')}\n`;
}

function failureLines({ point, problems, kept }: CrashOutcome): string[] {
  const where = `${point.half ? 'in the middle of' : 'before'} operation ${point.at + 1} (${point.op})`;
  const more = problems.length > 3 ? [`      and ${problems.length - 3} more`] : [];
  return [
    `  killed ${where}:`,
    ...problems.slice(0, 3).map((problem) => `      ${problem}`),
    ...more,
    ...(kept === null ? [] : [`      its files: ${kept}`]),
    '',
  ];
}
