import type { Clock } from '../../clock.ts';
import { configError } from '../../errors.ts';
import type { Environment } from '../file/environment.ts';
import { readUserFile } from '../file/load.ts';
import { formatProblem, placeProblems } from '../file/problem.ts';
import type { Path, YamlFile } from '../file/yaml-file.ts';
import { checkTests } from './check-tests.ts';
import { type Mismatch, runCase } from './run-case.ts';
import type { TestsValue } from './tests-value.ts';

export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  /** What did not hold, with the line of the test file. */
  readonly failures: readonly TestFailure[];
  readonly durationMs: number;
}

export interface TestFailure {
  readonly line: number;
  /** Position of the step, from 1. */
  readonly step: number;
  readonly what: string | null;
  readonly lines: readonly string[];
}

/** Runs the tests of a file, one after the other. Errors: PIPELINE_FILE, TEST_INVALID and PIPELINE_INVALID with every mistake. */
export async function* runTests(file: string, environment: Environment, clock: Clock): AsyncGenerator<TestResult> {
  const { yaml, pipeline } = readTests(file);
  const value = yaml.value as TestsValue;
  for (const [index, test] of value.tests.entries()) {
    const startMs = clock.monotonicMs();
    const mismatches = await runCase(pipeline, test, environment);
    yield {
      file,
      name: test.name,
      passed: mismatches.length === 0,
      failures: mismatches.map((mismatch) => placed(mismatch, index, yaml)),
      durationMs: clock.monotonicMs() - startMs,
    };
  }
}

function readTests(file: string): { yaml: YamlFile; pipeline: string } {
  const text = readUserFile(file);
  const { yaml, problems, pipeline } = checkTests(file, text);
  if (problems.length === 0 && pipeline !== null) return { yaml, pipeline };
  const found = placeProblems(file, text, problems).map((problem) => formatProblem(text, problem));
  throw configError('TEST_INVALID', `${file} has mistakes:\n${found.join('\n')}`);
}

function placed({ step, what, lines }: Mismatch, index: number, yaml: YamlFile): TestFailure {
  const at: Path = ['tests', index, 'steps', step, ...(what === null ? [] : ['then', what])];
  const line = yaml.text.slice(0, yaml.keyPlaceOf(at)).split('\n').length;
  return { line, step: step + 1, what, lines };
}
