import type { FuzzTarget } from '../target.ts';

/** Loaded one by one: coverage counts only code that is loaded after it began. */
const TARGETS: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  json: async () => (await import('./json.ts')).jsonTarget,
  ndjson: async () => (await import('./json.ts')).ndjsonTarget,
  csv: async () => (await import('./csv.ts')).csvTarget,
  text: async () => (await import('./text.ts')).textTarget,
  parquet: async () => (await import('./parquet.ts')).parquetTarget,
  pipeline: async () => (await import('./pipeline.ts')).pipelineTarget,
  sql: async () => (await import('./sql.ts')).sqlTarget,
};

export const TARGET_NAMES = Object.keys(TARGETS);

export async function loadTarget(name: string): Promise<FuzzTarget> {
  const load = TARGETS[name];
  if (load === undefined) throw new Error(`there is no target "${name}"; there are: ${TARGET_NAMES.join(', ')}`);
  return await load();
}
