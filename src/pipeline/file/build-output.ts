import { resolve } from 'node:path';
import type { QuerySettings } from '../../engine/query-parts.ts';
import { analyze } from '../../plan/analyze.ts';
import type { QueryDefinition } from '../build.ts';
import type { DataFrame } from '../data-frame.ts';
import { isFormatName, type Options } from '../formats.ts';
import { CONF_NAMES, checkConf } from '../query-conf.ts';
import { checkSink, sinkPlan } from '../sinks.ts';
import { type TriggerLike, triggerOf } from '../trigger.ts';
import type { Findings } from './findings.ts';
import { SINK_OPTIONS } from './options-spec.ts';
import { type PipelineValue, type SinkValue, textList } from './pipeline-value.ts';

export interface OutputContext {
  readonly name: string;
  readonly value: PipelineValue;
  /** The folder of the pipeline file. */
  readonly folder: string;
  readonly findings: Findings;
}

/** The query as its writer describes it; null when sink, trigger or settings have a mistake. `table` null: its columns are not known. */
export function buildOutput(context: OutputContext, table: DataFrame | null): QueryDefinition | null {
  const { name, value, findings } = context;
  const { sink } = value;
  if (sink !== null) checkPlaces(context, sink);
  const trigger = findings.attempt(['trigger'], () => checkedTrigger(value));
  const settings = checkedSettings(context);
  if (table === null || trigger === null || sink === null) return null;
  const definition: QueryDefinition = {
    ...table.writeStream.format(sink.format).definition,
    outputMode: value.outputMode ?? 'append',
    options: sinkOptions(context, sink),
    trigger,
    name,
    partitionBy: sink.partitionBy === undefined ? [] : textList(sink.partitionBy),
    settings,
  };
  const wrong = checkOptions(definition, sink, findings);
  const options = Object.fromEntries(Object.entries(definition.options).filter(([option]) => !wrong.includes(option)));
  const checked = checkColumns({ ...definition, options }, sink, findings);
  return wrong.length === 0 ? checked : null;
}

function checkedTrigger({ trigger }: PipelineValue) {
  return triggerOf((trigger ?? { processingTime: '0 seconds' }) as unknown as TriggerLike);
}

/** Each setting at its own place; unknown names are told as such already. */
function checkedSettings({ value, findings }: OutputContext): Partial<QuerySettings> {
  const known = Object.entries(value.settings ?? {}).filter(([name]) => CONF_NAMES.includes(name));
  return Object.assign(
    {},
    ...known.map(([name, setting]) => findings.attempt(['settings', name], () => checkConf({ [name]: setting }))),
  );
}

/** Path and checkpoint: what kind of sink needs which. */
function checkPlaces({ name, value, findings }: OutputContext, sink: SinkValue): void {
  const { checkpoint } = value;
  if (isFormatName(sink.format)) {
    if (sink.path === undefined) {
      const message = `A sink that writes files needs "path", the output folder. For example: path: data/${name}`;
      findings.add(['sink'], 'KEY_MISSING', message, 'key');
    }
    if (checkpoint === undefined) {
      const message = `A sink that writes files needs a checkpoint, the folder that remembers what was done: it is what makes the output exactly-once. For example: checkpoint: checkpoints/${name}`;
      findings.add(['sink'], 'CHECKPOINT_LOCATION_MISSING', message, 'key');
    }
  } else if (sink.path !== undefined) {
    findings.add(['sink', 'path'], 'KEY_UNKNOWN', `A ${sink.format} sink writes no files. Remove the line.`, 'key');
  }
}

function sinkOptions({ value, folder }: OutputContext, sink: SinkValue): Options {
  const { checkpoint } = value;
  const rejects = sink.options?.rejectsPath;
  return {
    ...sink.options,
    ...(rejects === undefined ? {} : { rejectsPath: resolve(folder, String(rejects)) }),
    ...(sink.path === undefined ? {} : { path: resolve(folder, sink.path) }),
    ...(checkpoint === undefined ? {} : { checkpointLocation: resolve(folder, checkpoint) }),
  };
}

/** Checks each option of the sink at its own place; the names of those that are wrong. */
function checkOptions(definition: QueryDefinition, sink: SinkValue, findings: Findings): string[] {
  const wrong = Object.entries(sink.options ?? {}).filter(([name, option]) => {
    const at = Object.hasOwn(SINK_OPTIONS, name) ? 'value' : 'key';
    const options = { path: '.', [name]: option };
    return findings.attempt(['sink', 'options', name], () => sinkPlan({ ...definition, options }), at) === null;
  });
  return wrong.map(([name]) => name);
}

/** Output mode, trigger and partition columns against the kind of sink. */
function checkColumns(definition: QueryDefinition, value: SinkValue, findings: Findings): QueryDefinition | null {
  if (isFormatName(value.format) && value.path === undefined) return null;
  const sink = findings.attempt(['sink'], () => sinkPlan(definition), 'key');
  if (sink === null) return null;
  const { plan, session, outputMode, trigger } = definition;
  const { output } = analyze(plan, session.analysisOptions).physical;
  const isContinuous = trigger.kind === 'continuous';
  const withoutColumns = { ...sink, partitionBy: [] };
  const checks = [
    findings.attempt(['outputMode'], () => checkSink(withoutColumns, outputMode, false, output) ?? true),
    findings.attempt(['trigger'], () => checkSink(withoutColumns, 'append', isContinuous, output) ?? true),
    findings.attempt(['sink', 'partitionBy'], () => checkSink(sink, 'append', false, output) ?? true),
  ];
  return checks.includes(null) ? null : definition;
}
