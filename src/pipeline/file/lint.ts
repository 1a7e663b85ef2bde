import { checkTests } from '../testing/check-tests.ts';
import type { CheckedPipeline, Pipeline } from './build-pipeline.ts';
import { checkCarryOver } from './carry-over.ts';
import type { Environment } from './environment.ts';
import { checkPipelineFile, readUserFile } from './load.ts';
import { formatProblem, type PlacedProblem, type Problem, placeProblems } from './problem.ts';

export interface LintSettings {
  readonly environment: Environment;
  /** Also checks what would not carry over. */
  readonly target: 'spark' | null;
}

export interface LintedFile {
  readonly file: string;
  readonly problems: readonly PlacedProblem[];
  /** A problem of this file with the line it is in. */
  text(problem: PlacedProblem): string;
}

/** Finds every mistake in pipeline files, and in files of tests (`*.test.yaml`), that can be found without running them. Errors: PIPELINE_FILE for one that cannot be read. */
export async function lintFiles(files: readonly string[], settings: LintSettings): Promise<LintedFile[]> {
  const checked: CheckedPipeline[] = [];
  for (const file of files) checked.push(await checkFile(file, settings));
  const pipelines = checked.flatMap(({ pipeline }) => pipeline ?? []);
  return checked.map(({ file, text, problems, pipeline }) => {
    const more =
      pipeline === null
        ? []
        : [...clashes(pipeline, pipelines), ...(settings.target === 'spark' ? checkCarryOver(pipeline.yaml) : [])];
    return {
      file,
      problems: [...problems, ...placeProblems(file, text, more)].sort(
        (a, b) => a.line - b.line || a.column - b.column,
      ),
      text: (problem) => formatProblem(text, problem),
    };
  });
}

/** A file of tests is known by its name. */
async function checkFile(file: string, settings: LintSettings): Promise<CheckedPipeline> {
  if (!/\.test\.ya?ml$/.test(file)) return await checkPipelineFile(file, settings);
  const text = readUserFile(file);
  return { file, text, problems: placeProblems(file, text, checkTests(file, text).problems), pipeline: null };
}

/** What pipelines that run together may not share: checkpoint, output folder and name. */
export function clashes(pipeline: Pipeline, all: readonly Pipeline[]): Problem[] {
  const others = all.slice(0, all.indexOf(pipeline));
  const { yaml, definition, name } = pipeline;
  const { checkpointLocation, path } = definition.options;
  const found: Problem[] = [];
  const report = (other: Pipeline, what: string, at: readonly string[]) => {
    const message = `${other.file} has the same ${what}. Each pipeline needs its own.`;
    found.push({ severity: 'error', code: 'SHARED_BY_PIPELINES', message, offset: yaml.placeOf(at) });
  };
  for (const other of others) {
    const { options } = other.definition;
    if (checkpointLocation !== undefined && options.checkpointLocation === checkpointLocation)
      report(other, 'checkpoint', ['checkpoint']);
    if (path !== undefined && options.path === path) report(other, 'output folder', ['sink', 'path']);
    if (other.name === name) report(other, `name, "${name}"`, ['name']);
  }
  return found;
}
