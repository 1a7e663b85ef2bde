import { dirname, join } from 'node:path';
import { configError, didYouMean } from '../../errors.ts';
import { checkShape } from '../file/check-shape.ts';
import { Findings } from '../file/findings.ts';
import { readUserFile } from '../file/load.ts';
import type { PipelineValue } from '../file/pipeline-value.ts';
import type { Problem } from '../file/problem.ts';
import { type Path, readYaml, type YamlFile } from '../file/yaml-file.ts';
import { PIPELINE_TESTS } from './tests-spec.ts';
import type { Arrival, TestsValue, TestValue } from './tests-value.ts';
import { durationMs, timeMicros } from './times.ts';

export interface CheckedTests {
  readonly yaml: YamlFile;
  readonly problems: readonly Problem[];
  /** The path of the pipeline that is tested; null where it is not known. */
  readonly pipeline: string | null;
}

/** Reads a test file and finds every mistake in it that can be found without running. Errors: PIPELINE_FILE. */
export function checkTests(file: string, text: string): CheckedTests {
  const yaml = readYaml(text, {});
  const shape = yaml.problems.length > 0 ? [] : checkShape(yaml, PIPELINE_TESTS).problems;
  const findings = new Findings(yaml, [...yaml.problems, ...shape]);
  if (findings.hasErrors) return { yaml, problems: findings.problems, pipeline: null };
  const value = yaml.value as TestsValue;
  const pipeline = findings.attempt(['pipeline'], () => pipelineOf(file, value));
  const tested = pipeline === null ? null : findings.attempt(['pipeline'], () => namesOf(pipeline));
  if (tested !== null) {
    for (const [index, test] of value.tests.entries()) checkTest(test, ['tests', index], tested, findings);
  }
  return { yaml, problems: findings.problems, pipeline };
}

/** `a.pipeline.test.yaml` tests `a.pipeline.yaml`. */
function pipelineOf(file: string, { pipeline }: TestsValue): string {
  if (pipeline !== undefined) return join(dirname(file), pipeline);
  const beside = file.replace(/\.test(\.ya?ml)$/, '$1');
  if (beside !== file) return beside;
  throw configError(
    'TEST_INVALID',
    'The file does not say which pipeline it tests. Write pipeline: my.pipeline.yaml at its top, or name it my.pipeline.test.yaml.',
  );
}

interface Tested {
  readonly sources: readonly string[];
  readonly tables: readonly string[];
}

/** What the pipeline has; its own mistakes are told when it is run or linted. */
function namesOf(pipeline: string): Tested {
  const { sources, tables } = (readYaml(readUserFile(pipeline), {}).value ?? {}) as Partial<PipelineValue>;
  const read = Object.entries(sources ?? {}).filter(([, source]) => source?.format !== 'rate');
  return { sources: read.map(([name]) => name), tables: Object.keys(tables ?? {}) };
}

function checkTest({ given, steps }: TestValue, path: Path, tested: Tested, findings: Findings): void {
  const { now } = given ?? {};
  if (now !== undefined) findings.attempt([...path, 'given', 'now'], () => timeMicros(now));
  for (const name of Object.keys(given?.tables ?? {})) {
    checkName(name, 'table', tested.tables, [...path, 'given', 'tables', name], findings);
  }
  for (const [index, { when, then }] of steps.entries()) {
    const at = [...path, 'steps', index];
    const { advance } = when;
    if (advance !== undefined) findings.attempt([...at, 'when', 'advance'], () => durationMs(advance));
    const watermark = then?.watermark;
    if (watermark !== undefined) findings.attempt([...at, 'then', 'watermark'], () => timeMicros(watermark));
    if (when.arrive !== undefined) checkArrival(when.arrive, [...at, 'when', 'arrive'], tested, findings);
  }
}

function checkArrival(arrive: unknown, path: Path, tested: Tested, findings: Findings): void {
  if (Array.isArray(arrive)) {
    for (const [index, one] of arrive.entries()) checkArrival(one, [...path, index], tested, findings);
    return;
  }
  if (typeof arrive !== 'object' || arrive === null) {
    const message =
      'arrive needs the name of a source with its rows or its text. For example: arrive: { events: [{ user: anna }] }';
    findings.add(path, 'VALUE_INVALID', message);
    return;
  }
  for (const [name, content] of Object.entries(arrive as Arrival)) {
    checkName(name, 'source', tested.sources, [...path, name], findings);
    const isRows = Array.isArray(content) && content.every((row) => typeof row === 'object' && row !== null);
    if (isRows || typeof content === 'string') continue;
    const message = `${name} needs a list of rows ([{ user: anna }]) or a text, the content of the file.`;
    findings.add([...path, name], 'VALUE_INVALID', message);
  }
}

function checkName(name: string, kind: string, names: readonly string[], path: Path, findings: Findings): void {
  if (names.includes(name)) return;
  const known = names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`;
  findings.add(
    path,
    'NAME_UNKNOWN',
    `The pipeline has no ${kind} "${name}".${didYouMean(name, names)} ${known}`,
    'key',
  );
}
