import { join } from 'node:path';
import type { DirectoryEntry, Disk } from '../../fs/disk.ts';
import { isTemporaryName } from '../../fs/durable-file.ts';
import { exists } from '../../fs/entries.ts';
import type { LockView } from '../../fs/lock-owner.ts';
import { type Finding, note } from './finding.ts';

/** Files of a checkpoint that were never finished, and files that are not its own. */
export function findOrphans(disk: Disk, dir: string, lock: LockView): Finding[] {
  const findings: Finding[] = [];
  // What a living process is writing is no orphan.
  const isAlive = lock.state === 'held';
  for (const folder of foldersOf(disk, dir)) {
    const names = entriesOf(disk, folder).map(({ name }) => name);
    const temporary = names.filter(isTemporaryName);
    if (temporary.length > 0 && !isAlive) {
      findings.push(
        note(
          folder,
          `unfinished files of a process that died: ${temporary.join(', ')}`,
          'they are never read; a later start removes them',
        ),
      );
    }
  }
  return findings;
}

function foldersOf(disk: Disk, dir: string): string[] {
  const fixed = ['', 'offsets', 'commits', 'exclusions'].map((name) => join(dir, name));
  const nested = ['sources', 'state'].flatMap((name) =>
    entriesOf(disk, join(dir, name))
      .filter(({ kind }) => kind === 'directory')
      .map((entry) => join(dir, name, entry.name)),
  );
  return [...fixed, ...nested];
}

function entriesOf(disk: Disk, folder: string): readonly DirectoryEntry[] {
  return exists(disk, folder) ? disk.readdir(folder) : [];
}
