import { join } from 'node:path';
import { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { buildOperators } from '../../engine/build-operators.ts';
import type { StateProgress } from '../../engine/operator.ts';
import { exists } from '../../fs/entries.ts';
import { lookingDisk } from '../../fs/looking-disk.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { openStateStore } from '../../state/state-store.ts';
import { checkQuery } from '../build.ts';
import { checkContinues, describeQuery, type QueryDescription } from '../compatibility.ts';
import type { PipelineSettings } from './build-pipeline.ts';
import { loadPipeline } from './load.ts';

/**
 * Whether a pipeline may go on with a checkpoint: sources, output folder and stateful operators are what they were, the state fits their keys
 * and values, and every state file that is needed can be read.
 *
 * @param dir the checkpoint, absolute
 * @returns what each stateful operator holds
 * Errors: CHECKPOINT_INCOMPATIBLE, STATEFUL_OPERATOR_MISMATCH, STATE_SCHEMA_INCOMPATIBLE, STATE_CORRUPT with what changed or is broken;
 * PIPELINE_INVALID.
 */
export async function verifyContinues(dir: string, file: string, settings: PipelineSettings): Promise<StateProgress[]> {
  const { definition } = await loadPipeline(file, settings);
  const { query, sink } = checkQuery(definition);
  const disk = lookingDisk(nodeDisk);
  const view = Checkpoint.inspect(disk, dir);
  if (view === null) return [];
  checkContinues(dir, view.description as QueryDescription | null, describeQuery(query, sink));
  const version = view.commits.newest;
  if (version < 0 || !exists(disk, join(dir, 'state'))) return [];
  const { stateful } = buildOperators(query, definition.outputMode, ({ operatorId, schema, keyColumns }) =>
    openStateStore(disk, join(dir, 'state', String(operatorId)), schema, keyColumns),
  );
  for (const operator of stateful) await operator.restore(version);
  return stateful.map((operator) => operator.progress());
}
