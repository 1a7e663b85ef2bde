import { resolve } from 'node:path';
import { configError } from '../../errors.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { readWhole } from '../../fs/read-whole.ts';
import { type CheckedPipeline, checkPipeline, type Pipeline, type PipelineSettings } from './build-pipeline.ts';
import { formatProblem } from './problem.ts';

/** The text of a file that a user named. Errors: PIPELINE_FILE. */
export function readUserFile(file: string): string {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: false }).decode(readWhole(nodeDisk, resolve(file)));
  } catch (error) {
    throw configError('PIPELINE_FILE', `${file} cannot be read: ${(error as Error).message}`, error);
  }
}

/** A pipeline file with everything that is wrong with it. Errors: PIPELINE_FILE. */
export async function checkPipelineFile(file: string, settings: PipelineSettings): Promise<CheckedPipeline> {
  return await checkPipeline(file, readUserFile(file), settings);
}

/** A pipeline file that can run. Errors: PIPELINE_FILE; PIPELINE_INVALID with every mistake in it. */
export async function loadPipeline(file: string, settings: PipelineSettings): Promise<Pipeline> {
  const { pipeline, problems, text } = await checkPipelineFile(file, settings);
  if (pipeline !== null) return pipeline;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const count = errors.length === 1 ? 'one mistake' : `${errors.length} mistakes`;
  throw configError(
    'PIPELINE_INVALID',
    `${file} has ${count}:\n${errors.map((problem) => formatProblem(text, problem)).join('\n')}`,
  );
}
