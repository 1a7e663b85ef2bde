import { relative, resolve } from 'node:path';
import { ClickstreamError } from '../../errors.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { diagnose } from '../../pipeline/care/doctor.ts';
import { type Finding, ok, problem } from '../../pipeline/care/finding.ts';
import { verifyContinues } from '../../pipeline/file/continues.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { plural } from '../table.ts';
import { requireCheckpoint } from './require-checkpoint.ts';

/**
 * Prints what `diagnose` finds, and whether the pipeline in `file` may go on with the checkpoint. Exit code 1 when there is a problem.
 * Errors: NO_CHECKPOINT; PIPELINE_FILE, PIPELINE_INVALID.
 */
export async function doctor(dir: string, file: string | null, json: boolean, io: CommandIo): Promise<number> {
  requireCheckpoint(nodeDisk, dir);
  const findings = await diagnose(nodeDisk, resolve(dir));
  if (file !== null && !hasProblem(findings)) findings.push(...(await checkPipeline(dir, file, io)));
  if (json) for (const finding of findings) io.stdout.write(`${JSON.stringify(finding)}\n`);
  else
    io.stdout.write(`${[dir, ...findings.flatMap((finding) => lines(dir, finding)), summary(findings)].join('\n')}\n`);
  return hasProblem(findings) ? EXIT_CODES.failed : EXIT_CODES.done;
}

/** Codes of errors that are about the pipeline file itself, not about what it finds. */
const OWN_ERRORS = ['PIPELINE_FILE', 'PIPELINE_INVALID'];

async function checkPipeline(dir: string, file: string, io: CommandIo): Promise<Finding[]> {
  try {
    const operators = await verifyContinues(resolve(dir), file, { environment: io.env });
    const held = operators.map(
      ({ operatorName, numRowsTotal }) => `${operatorName} holds ${plural(numRowsTotal, 'row')}`,
    );
    return [ok(file, ['it may go on with this checkpoint', ...held].join('; '))];
  } catch (error) {
    if (!(error instanceof ClickstreamError) || OWN_ERRORS.includes(error.code)) throw error;
    return [problem(file, error.message)];
  }
}

function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === 'problem');
}

const LABELS: Record<Finding['level'], string> = { ok: 'ok       ', note: 'note     ', problem: 'PROBLEM  ' };
const INDENT = ' '.repeat(LABELS.ok.length);

function lines(dir: string, { level, path, found, remedy }: Finding): string[] {
  const within = relative(resolve(dir), path);
  const place = within === '' || within.startsWith('..') ? path : within;
  // Errors name their file themselves.
  const text = found.startsWith(path) ? found : `${place}: ${found}`;
  return [
    `${LABELS[level]}${text.trimEnd().replaceAll('\n', `\n${INDENT}`)}`,
    ...(remedy === null ? [] : [`${INDENT}-> ${remedy}`]),
  ];
}

function summary(findings: readonly Finding[]): string {
  const problems = findings.filter(({ level }) => level === 'problem').length;
  return problems === 0 ? 'healthy' : plural(problems, 'problem');
}
