import type { ShapeCheck } from './check-shape.ts';
import type { PipelineValue } from './pipeline-value.ts';
import type { Path } from './yaml-file.ts';

type Json = Record<string | number, unknown>;

/**
 * What of a pipeline file can be looked at further though its shape has mistakes, so that those inside are found in the same go: a source, a step or
 * the sink with a mistake becomes null, a step that leaves the columns as they are becomes empty, another value is left out. Null: not even that is left.
 */
export function usablePart(value: unknown, wrong: ShapeCheck['wrong']): PipelineValue | null {
  if (wrong.length === 0) return value as PipelineValue;
  const copy = structuredClone(value) as Json | null;
  if (typeof copy !== 'object' || copy === null || typeof copy.sources !== 'object' || copy.sources === null)
    return null;
  for (const { path, isExtra } of wrong) {
    if (path.length === 0 || (isExtra && path[0] !== 'steps')) continue;
    remove(copy, path);
  }
  copy.sink ??= null;
  return typeof copy.sources === 'object' && copy.sources !== null ? (copy as unknown as PipelineValue) : null;
}

function remove(copy: Json, path: Path): void {
  const [first, second, third, fourth] = path as [string, string | number, string, string];
  const part = copy[first] as Json | null;
  if (path.length === 1)
    copy[first] = first === 'steps' ? [null] : ['sql', 'from', 'sink', 'sources'].includes(first) ? null : undefined;
  else if (third === 'options' && fourth !== undefined)
    delete ((part?.[second] as Json | null)?.options as Json | null)?.[fourth];
  else if (first === 'sink' && second === 'options' && third !== undefined)
    delete (part?.options as Json | null)?.[third];
  else if (first === 'steps') (part as Json)[second] = keepsColumns(part?.[second]) ? {} : null;
  else if (first === 'sources' || first === 'tables') (part as Json)[second] = null;
  else if (first === 'sink') copy.sink = null;
  else delete part?.[second];
}

const KEEP_COLUMNS = new Set([
  'filter',
  'where',
  'dropDuplicates',
  'dropDuplicatesWithinWatermark',
  'distinct',
  'limit',
  'orderBy',
  'repartition',
]);

/** Whether the columns behind a step are those before it: then it can be left out without losing sight of them. */
function keepsColumns(step: unknown): boolean {
  const keys = typeof step === 'object' && step !== null ? Object.keys(step) : [];
  return keys.length > 0 && keys.every((key) => KEEP_COLUMNS.has(key));
}
