import type { StreamingQuery } from '../../engine/streaming-query.ts';
import { configError } from '../../errors.ts';
import { startQuery } from '../build.ts';
import type { Pipeline, PipelineSettings } from './build-pipeline.ts';
import { clashes } from './lint.ts';
import { loadPipeline } from './load.ts';
import { formatProblem, placeProblems } from './problem.ts';

export interface RunnablePipeline {
  readonly name: string;
  /** Absolute; null where the sink does without. */
  readonly checkpoint: string | null;
  /** Absolute output folders. */
  readonly outputs: readonly string[];
  /** Whether it ends by itself. */
  readonly isBounded: boolean;
  /** Whether it writes to stdout itself. */
  readonly isConsole: boolean;
  start(): Promise<StreamingQuery>;
}

export interface RunSettings extends PipelineSettings {
  /** Processes what is there and ends, whatever the files' triggers say. */
  readonly once: boolean;
}

/** The pipelines of several files, ready to start in one process. Errors: PIPELINE_FILE, PIPELINE_INVALID. */
export async function runnablePipelines(files: readonly string[], settings: RunSettings): Promise<RunnablePipeline[]> {
  const pipelines: Pipeline[] = [];
  for (const file of files) pipelines.push(await loadPipeline(file, settings));
  for (const pipeline of pipelines) {
    const { text } = pipeline.yaml;
    const [clash] = placeProblems(pipeline.file, text, clashes(pipeline, pipelines));
    if (clash !== undefined) throw configError('PIPELINE_INVALID', formatProblem(text, clash));
  }
  return pipelines.map((pipeline) => runnable(pipeline, settings.once));
}

function runnable({ name, definition, value }: Pipeline, once: boolean): RunnablePipeline {
  const trigger = once ? ({ kind: 'availableNow' } as const) : definition.trigger;
  const { checkpointLocation, path, rejectsPath } = definition.options;
  return {
    name,
    checkpoint: (checkpointLocation as string | undefined) ?? null,
    outputs: [path, rejectsPath].filter((folder) => folder !== undefined).map(String),
    isBounded: trigger.kind === 'availableNow' || trigger.kind === 'once',
    isConsole: value.sink?.format === 'console',
    start: () => startQuery({ ...definition, trigger }),
  };
}
