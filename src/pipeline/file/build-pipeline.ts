import { basename, dirname, resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import { ClickstreamError, didYouMean } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { analyze } from '../../plan/analyze.ts';
import { inputsOf, type LogicalPlan } from '../../plan/logical.ts';
import { checkStreaming } from '../../plan/supported.ts';
import { parseQuery } from '../../sql/parser.ts';
import { checkQuery, type QueryDefinition } from '../build.ts';
import type { DataFrame } from '../data-frame.ts';
import { createSession, type Session } from '../session.ts';
import { buildInputs, type InputContext } from './build-inputs.ts';
import { buildOutput } from './build-output.ts';
import { type BuiltSteps, buildSteps } from './build-steps.ts';
import { checkShape } from './check-shape.ts';
import type { Environment } from './environment.ts';
import { Findings } from './findings.ts';
import { PIPELINE } from './pipeline-spec.ts';
import type { PipelineValue } from './pipeline-value.ts';
import { type PlacedProblem, placeProblems } from './problem.ts';
import type { Replacements } from './replacements.ts';
import { usablePart } from './usable-part.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** A pipeline file that can run. */
export interface Pipeline {
  /** As it was named. */
  readonly file: string;
  readonly name: string;
  readonly value: PipelineValue;
  readonly yaml: YamlFile;
  readonly definition: QueryDefinition;
}

export interface CheckedPipeline {
  readonly file: string;
  readonly text: string;
  readonly problems: readonly PlacedProblem[];
  /** Null when there is an error among the problems. */
  readonly pipeline: Pipeline | null;
}

export interface PipelineSettings {
  readonly environment: Environment;
  readonly clock?: Clock;
  readonly disk?: Disk;
  readonly replacements?: Replacements;
}

/**
 * Reads and checks a pipeline file, and builds its query, without running anything. Every mistake is in `problems`, with its place.
 * @param file its path: relative paths within begin at its folder
 */
export async function checkPipeline(file: string, text: string, settings: PipelineSettings): Promise<CheckedPipeline> {
  const yaml = readYaml(text, settings.environment);
  const isSound = yaml.problems.every((problem) => problem.code !== 'YAML_SYNTAX');
  const shape = isSound ? checkShape(yaml, PIPELINE) : { problems: [], wrong: [] };
  const findings = new Findings(yaml, [...yaml.problems, ...shape.problems]);
  const usable = isSound ? usablePart(yaml.value, shape.wrong) : null;
  const definition = usable === null ? null : await build(file, usable, findings, settings);
  const problems = placeProblems(file, text, findings.problems);
  if (definition === null || findings.hasErrors) return { file, text, problems, pipeline: null };
  const value = yaml.value as PipelineValue;
  return { file, text, problems, pipeline: { file, name: nameOf(file, value), value, yaml, definition } };
}

async function build(
  file: string,
  value: PipelineValue,
  findings: Findings,
  settings: PipelineSettings,
): Promise<QueryDefinition | null> {
  const { clock, disk } = settings;
  const session = findings.attempt(['timezone'], () =>
    createSession({ timeZone: value.timezone ?? 'UTC', clock, disk }),
  );
  const context: InputContext = {
    session: session ?? createSession(),
    findings,
    folder: dirname(resolve(file)),
    replacements: settings.replacements ?? {},
  };
  const inputs = await buildInputs(value, context);
  const start = startTable(value, inputs, context);
  const steps = buildSteps(start, value.steps ?? [], inputs, findings);
  const output = buildOutput({ name: nameOf(file, value), value, folder: context.folder, findings }, steps.table);
  if (output === null || steps.table === null || findings.hasErrors) return null;
  checkRefused(output, start as DataFrame, steps, findings);
  checkUnused(value, inputs, output.plan, findings);
  return output;
}

/** The query's name: the file's own, without its endings, where none is given. */
function nameOf(file: string, value: PipelineValue): string {
  return value.name ?? basename(file).replace(/(\.pipeline)?\.ya?ml$/i, '');
}

type Inputs = ReadonlyMap<string, DataFrame | null>;

/** What the steps begin with: the SQL's result, the source named by `from`, or the only source. */
function startTable(value: PipelineValue, inputs: Inputs, { session, findings }: InputContext): DataFrame | null {
  if (value.sql === null || value.from === null) return null;
  if (value.sql !== undefined) {
    if (value.from !== undefined) {
      const message = 'With "sql", its FROM says where the rows come from. Remove this line.';
      findings.add(['from'], 'KEYS_TOGETHER', message, 'key');
    }
    return sqlTable(value.sql, inputs, session, findings);
  }
  const names = Object.keys(value.sources);
  const { from } = value;
  if (from === undefined && names.length > 1) {
    const message = `There are several sources (${names.join(', ')}), so the file must say which one the steps begin with. For example: from: ${names[0]}`;
    findings.add(['sources'], 'KEY_MISSING', message, 'key');
    return null;
  }
  const name =
    from === undefined ? names[0] : [...inputs.keys()].find((key) => key.toLowerCase() === from.toLowerCase());
  if (name === undefined) {
    const hint = didYouMean(from ?? '', names);
    findings.add(['from'], 'NAME_UNKNOWN', `There is no source "${from}".${hint} There are: ${names.join(', ')}.`);
    return null;
  }
  const table = inputs.get(name) ?? null;
  const isJoined = value.steps?.some((step) => step !== null && 'join' in step) ?? false;
  return table !== null && isJoined ? table.alias(name) : table;
}

function sqlTable(text: string, inputs: Inputs, session: Session, findings: Findings): DataFrame | null {
  let isWhole = true;
  for (const [name, input] of inputs) {
    input?.createOrReplaceTempView(name);
    isWhole &&= input !== null;
  }
  const query = findings.attempt(['sql'], () => parseQuery(text));
  if (query === null || !isWhole) return null;
  return findings.attemptNames(['sql'], query, (term) => {
    const table = session.query(term);
    void table.schema; // names and types are looked at here
    return table;
  });
}

/** Refused combinations of operators, output mode, trigger and sink, shown where they come about. */
function checkRefused(output: QueryDefinition, start: DataFrame, steps: BuiltSteps, findings: Findings): void {
  const refusal = refusalOf(output.plan, output);
  if (refusal !== null) {
    const sameAt = (plan: LogicalPlan) => refusalOf(plan, output)?.message === refusal.message;
    const step = steps.tables.find(({ table }) => sameAt(table.plan));
    const isFromStart = sameAt(start.plan) || step === undefined;
    const of =
      output.trigger.kind === 'continuous'
        ? 'trigger'
        : findings.file.keyPlaceOf(['outputMode']) > 0
          ? 'outputMode'
          : 'sql';
    findings.add(
      isFromStart ? [of] : step.path,
      refusal.code,
      refusal.message,
      isFromStart && of !== 'sql' ? 'value' : 'key',
    );
    return;
  }
  findings.attempt(['sink'], () => checkQuery(output), 'key');
}

function refusalOf(plan: LogicalPlan, { session, outputMode, trigger }: QueryDefinition): ClickstreamError | null {
  try {
    checkStreaming(analyze(plan, session.analysisOptions), outputMode, trigger.kind === 'continuous');
    return null;
  } catch (error) {
    if (error instanceof ClickstreamError && error.category === 'config') return error;
    throw error;
  }
}

/** A source that is read by nobody is most often a slip in `from` or in a step. */
function checkUnused(value: PipelineValue, inputs: Inputs, plan: LogicalPlan, findings: Findings): void {
  const used = new Set<LogicalPlan>();
  const visit = (node: LogicalPlan): void => {
    used.add(node);
    inputsOf(node).forEach(visit);
  };
  visit(plan);
  for (const [name, input] of inputs) {
    if (input === null || used.has(input.plan)) continue;
    const kind = Object.hasOwn(value.sources, name) ? 'sources' : 'tables';
    const message = `"${name}" is not read by this pipeline. Use it in from, sql, join or union, or remove it.`;
    findings.add([kind, name], 'NAME_UNUSED', message, 'key', 'warning');
  }
}
