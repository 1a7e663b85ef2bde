import { explainGeneratedCode } from '../../codegen/explain.ts';
import { explainRowAdder } from '../../engine/aggregates/add-rows.ts';
import type { Trigger } from '../../engine/trigger.ts';
import { explainPlan } from '../../plan/explain.ts';
import { checkQuery } from '../build.ts';
import { explainShapes } from '../explain-shapes.ts';
import type { PipelineSettings } from './build-pipeline.ts';
import { loadPipeline } from './load.ts';

/** The plans of a pipeline file as text, with the generated code and the shapes of records on request. Errors: PIPELINE_FILE, PIPELINE_INVALID. */
export async function explainPipeline(file: string, settings: PipelineSettings, codegen: boolean): Promise<string> {
  const { definition } = await loadPipeline(file, settings);
  const { query, sink } = checkQuery(definition);
  const output = [
    '== Output ==',
    `${sink.description}, ${definition.outputMode} mode, ${triggerText(definition.trigger)}`,
    '',
  ];
  const generated = codegen
    ? [explainGeneratedCode(query, explainRowAdder), explainShapes(query, definition.session.disk)]
    : [];
  return [explainPlan(query), ...output, ...generated].join('\n');
}

function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'default':
      return 'a batch as soon as there is input';
    case 'processingTime':
      return `a batch every ${trigger.intervalMs} ms (processingTime)`;
    case 'continuous':
      return `rows as they come, recorded every ${trigger.intervalMs} ms (continuous)`;
    case 'availableNow':
      return 'batches over all that is there at the start (availableNow)';
    case 'once':
      return 'one batch over all that is there (once)';
    case 'manual':
      return 'batches by hand (manual)';
  }
}
