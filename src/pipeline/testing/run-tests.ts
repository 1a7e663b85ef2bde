import { dirname, join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { configError } from '../../errors.ts';
import { checkShape } from '../file/check-shape.ts';
import type { Environment } from '../file/environment.ts';
import { readUserFile } from '../file/load.ts';
import { formatProblem, placeProblems } from '../file/problem.ts';
import { type Path, readYaml, type YamlFile } from '../file/yaml-file.ts';
import { type Mismatch, runCase } from './run-case.ts';
import { PIPELINE_TESTS } from './tests-spec.ts';
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
  const yaml = readTests(file);
  const value = yaml.value as TestsValue;
  const pipeline = join(dirname(file), value.pipeline ?? pipelineOf(file));
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

function readTests(file: string): YamlFile {
  const text = readUserFile(file);
  const yaml = readYaml(text, {});
  const found = yaml.problems.length > 0 ? yaml.problems : checkShape(yaml, PIPELINE_TESTS).problems;
  const problems = placeProblems(file, text, found);
  if (problems.length === 0) return yaml;
  throw configError(
    'TEST_INVALID',
    `${file} is no test file:\n${problems.map((one) => formatProblem(text, one)).join('\n')}`,
  );
}

/** `a.pipeline.test.yaml` tests `a.pipeline.yaml`. */
function pipelineOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const pipeline = name.replace(/\.test(\.ya?ml)$/, '$1');
  if (pipeline !== name) return pipeline;
  throw configError(
    'TEST_INVALID',
    `${file} does not say which pipeline it tests. Write pipeline: my.pipeline.yaml at its top, or name it my.pipeline.test.yaml.`,
  );
}

function placed({ step, what, lines }: Mismatch, index: number, yaml: YamlFile): TestFailure {
  const at: Path = ['tests', index, 'steps', step, ...(what === null ? [] : ['then', what])];
  const line = yaml.text.slice(0, yaml.keyPlaceOf(at)).split('\n').length;
  return { line, step: step + 1, what, lines };
}
