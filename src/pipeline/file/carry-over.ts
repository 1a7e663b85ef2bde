import { PIPELINE } from './pipeline-spec.ts';
import type { PipelineValue, TableValue } from './pipeline-value.ts';
import type { Problem } from './problem.ts';
import { fieldOf, type Spec } from './spec.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/** What of a pipeline would not carry over to Spark, with what to write instead. */
export function checkCarryOver(yaml: YamlFile): Problem[] {
  const value = yaml.value as PipelineValue;
  return [
    ...ownKeys(PIPELINE, yaml.value, [], yaml),
    ...Object.entries(value.sources).flatMap(([name, source]) =>
      source === null ? [] : ofFiles(['sources', name], source, yaml),
    ),
    ...Object.entries(value.tables ?? {}).flatMap(([name, table]) =>
      table === null ? [] : ofFiles(['tables', name], table, yaml),
    ),
    ...shortDurations(yaml.value, [], yaml),
  ];
}

function problem(message: string, offset: number): Problem {
  return { severity: 'error', code: 'NOT_IN_SPARK', message, offset };
}

/** Keys that the spec marks as our own. */
function ownKeys(spec: Spec, value: unknown, path: Path, yaml: YamlFile): Problem[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const part = Array.isArray(value) ? Number(key) : key;
    const own =
      spec.type === 'object' ? fieldOf(spec, key) : spec.type === 'map' || spec.type === 'list' ? spec.of : undefined;
    if (own === undefined) return [];
    const found =
      own.notInSpark === undefined
        ? []
        : [problem(`Spark has no "${key}": ${own.notInSpark}.`, yaml.keyPlaceOf([...path, part]))];
    return [...found, ...ownKeys(own, inner, [...path, part], yaml)];
  });
}

function ofFiles(path: Path, { format, schema, options = {} }: TableValue, yaml: YamlFile): Problem[] {
  const problems: Problem[] = [];
  const names = new Map(Object.keys(options).map((name) => [name.toLowerCase(), name]));
  const given = (name: string) => names.get(name.toLowerCase());
  if (format === 'json' || format === 'csv') {
    const mode = given('mode');
    const cure = 'Write mode: permissive, dropmalformed or failfast.';
    const what = 'records that do not fit are set aside here, which Spark cannot';
    if (mode === undefined) problems.push(problem(`Without "mode", ${what}. ${cure}`, yaml.keyPlaceOf(path)));
    else if (String(options[mode]).toLowerCase() === 'reject') {
      problems.push(problem(`With mode reject, ${what}. ${cure}`, yaml.placeOf([...path, 'options', mode])));
    }
  }
  if (format === 'csv' && given('escape') === undefined) {
    problems.push(
      problem(
        'Without "escape", a quote inside quotes is doubled here and comes after a backslash in Spark. Write escape: "\\"" to have it doubled in both.',
        yaml.keyPlaceOf(path),
      ),
    );
  }
  if (schema?.endsWith('.json')) {
    problems.push(
      problem(
        'Spark reads no JSON Schema: write the columns as DDL. (Its required fields and limits are checked here only.)',
        yaml.placeOf([...path, 'schema']),
      ),
    );
  }
  return problems;
}

const SHORT_DURATION = /^(\d+(us|ms|[smhdw]))+$/;
const SHORT_IN_SQL = /\bwindow\s*\([^)]*?'((?:\d+(?:us|ms|[smhdw]))+)'/gi;

/** `10s` is ours; Spark's intervals spell their units out. */
function shortDurations(value: unknown, path: Path, yaml: YamlFile): Problem[] {
  if (typeof value === 'string') {
    const key = String(path.at(-1));
    if (['delay', 'processingTime', 'continuous'].includes(key) && SHORT_DURATION.test(value)) {
      return [
        problem(
          `Spark does not read "${value}" as a duration. Spell the unit out, as in "10 seconds".`,
          yaml.placeOf(path),
        ),
      ];
    }
    return [...value.matchAll(SHORT_IN_SQL)].map((match) => {
      const offset = match.index + match[0].length - 1 - (match[1] as string).length;
      return problem(
        `Spark does not read '${match[1]}' as a duration. Spell the unit out, as in '10 seconds'.`,
        yaml.placeInText(path, offset),
      );
    });
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    shortDurations(inner, [...path, Array.isArray(value) ? Number(key) : key], yaml),
  );
}
