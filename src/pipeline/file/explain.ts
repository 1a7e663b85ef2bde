import { explainGeneratedCode } from '../../codegen/explain.ts';
import { explainRowAdder } from '../../engine/aggregates/add-rows.ts';
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
    `${sink.description}, ${definition.outputMode} mode, trigger ${JSON.stringify(definition.trigger)}`,
    '',
  ];
  const generated = codegen
    ? [explainGeneratedCode(query, explainRowAdder), explainShapes(query, definition.session.disk)]
    : [];
  return [explainPlan(query), ...output, ...generated].join('\n');
}
