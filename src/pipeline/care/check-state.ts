import { join } from 'node:path';
import type { Disk } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';
import { readStateFile } from '../../state/state-file.ts';
import { readStateSchema } from '../../state/state-schema.ts';
import { openStateStore } from '../../state/state-store.ts';
import type { QueryDescription } from '../compatibility.ts';
import type { Logs } from './check-logs.ts';
import { type Finding, failed, note, ok, problem } from './finding.ts';

/** Reads the state of every stateful operator: what the next start needs cell by cell, the other files frame by frame. */
export async function checkState(
  disk: Disk,
  dir: string,
  { committed: version }: Logs,
  description: QueryDescription | null,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const path of stateFolders(disk, dir, description)) {
    if (exists(disk, join(path, 'schema'))) findings.push(...(await checkOperator(disk, path, version)));
    else if (version >= 0) {
      const remedy = 'restore the folder from a backup of the checkpoint, or start over (--fresh)';
      findings.push(problem(path, 'the state is missing, though batches were committed', remedy));
    }
  }
  return findings;
}

/** The folders of the stateful operators that a query has or had. */
export function stateFolders(disk: Disk, dir: string, description: QueryDescription | null): string[] {
  const state = join(dir, 'state');
  const names = new Set(description?.operators.map((_, index) => String(index)));
  if (exists(disk, state)) for (const { name } of disk.readdir(state)) if (/^\d+$/.test(name)) names.add(name);
  return [...names].map((name) => join(state, name));
}

async function checkOperator(disk: Disk, path: string, version: number): Promise<Finding[]> {
  try {
    await readVersion(disk, path, version);
  } catch (error) {
    return [failed(path, error)];
  }
  const found = version < 0 ? 'no batch is committed yet' : `version ${version} can be restored`;
  return [ok(path, found), ...checkOtherFiles(disk, path)];
}

/** Reads all that makes up a version of an operator's state. Errors: STATE_CORRUPT, STATE_VERSION. */
export async function readVersion(disk: Disk, path: string, version: number): Promise<void> {
  const { schema, keyColumns } = readStateSchema(disk, path);
  for await (const _change of openStateStore(disk, path, schema, keyColumns).restore(version));
}

/** Called when all that is needed is sound. */
function checkOtherFiles(disk: Disk, path: string): Finding[] {
  return disk.readdir(path).flatMap(({ name }) => {
    const [, version, kind] = /^(\d+)\.(delta|snapshot)$/.exec(name) ?? [];
    if (kind === undefined) return [];
    try {
      for (const _frame of readStateFile(disk, join(path, name), { kind: kind as 'delta', version: Number(version) }));
      return [];
    } catch (error) {
      const { path: where, found } = failed(join(path, name), error);
      return [note(where, found, 'the next start does not need it; without it, some batches cannot be gone back to')];
    }
  });
}
