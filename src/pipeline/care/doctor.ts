import { join } from 'node:path';
import { countCrashes, MAX_CRASHED_ATTEMPTS } from '../../checkpoint/attempts.ts';
import { ATTEMPTS, readAttempts } from '../../checkpoint/attempts-file.ts';
import { Exclusions } from '../../checkpoint/exclusions.ts';
import { FORK, readFork } from '../../checkpoint/fork-mark.ts';
import { readQueryDescription, readQueryId } from '../../checkpoint/metadata.ts';
import { REWIND, readRewind, rewindCommand } from '../../checkpoint/rewind-mark.ts';
import { shellWord, splitName } from '../../checkpoint/splits.ts';
import type { Disk } from '../../fs/disk.ts';
import type { LockHost } from '../../fs/lock-host.ts';
import { LOCK_NAME, type LockView, lookAtLock } from '../../fs/lock-owner.ts';
import { lookingDisk } from '../../fs/looking-disk.ts';
import type { QueryDescription } from '../compatibility.ts';
import { checkInput } from './check-input.ts';
import { checkLogs, type Logs } from './check-logs.ts';
import { checkOutputs } from './check-outputs.ts';
import { checkSources } from './check-sources.ts';
import { checkState } from './check-state.ts';
import { attempt, type Finding, failed, note, ok, problem } from './finding.ts';
import { findOrphans } from './orphans.ts';

/**
 * Looks at every file of a checkpoint and of what its query wrote, as the next start would and further, and changes nothing. Law: without a
 * problem among the findings a start goes on (the query itself being what it was); with one it is refused, or the output is not what the checkpoint
 * says. Works while a run is going on: what only one of two looks saw was the run's doing.
 *
 * @param dir the checkpoint, absolute
 */
export async function diagnose(disk: Disk, dir: string, host?: LockHost): Promise<Finding[]> {
  const looking = lookingDisk(disk);
  const lock = await lookAtLock(looking, dir, host);
  const findings = await lookOnce(looking, dir, lock);
  if (lock.state !== 'held' || !findings.some(({ level }) => level === 'problem')) return findings;
  const again = new Set((await lookOnce(looking, dir, lock)).map((finding) => JSON.stringify(finding)));
  return findings.filter((finding) => finding.level !== 'problem' || again.has(JSON.stringify(finding)));
}

async function lookOnce(disk: Disk, dir: string, lock: LockView): Promise<Finding[]> {
  const rewinding = checkRewind(disk, dir);
  // Half of what else there is to find belongs to it.
  if (rewinding.length > 0) return [...checkLock(dir, lock), ...rewinding];
  const logs = checkLogs(disk, dir);
  const { id, findings: identity } = checkIdentity(disk, dir);
  const { description, findings: described } = checkDescription(disk, dir);
  const exclusions = openExclusions(disk, dir);
  return [
    ...checkLock(dir, lock),
    ...identity,
    ...described,
    ...checkFork(disk, dir),
    ...logs.findings,
    ...exclusions.findings,
    ...checkAttempts(disk, dir, logs, exclusions.exclusions, lock),
    ...checkInput(disk, dir, logs, exclusions.exclusions),
    ...checkSources(disk, dir, logs),
    ...(await checkState(disk, dir, logs, description)),
    ...(id === null ? [] : checkOutputs(disk, dir, logs, id)),
    ...findOrphans(disk, dir, lock),
  ];
}

function checkLock(dir: string, { state, owner, remedy }: LockView): Finding[] {
  const path = join(dir, LOCK_NAME);
  switch (state) {
    case 'free':
      return [];
    case 'held':
      return [note(path, `in use by ${owner}`, remedy.trim() === '' ? null : remedy.trim())];
    case 'dead':
      return [
        note(
          path,
          `left by ${owner}, which has ended without giving it free: it was killed, or the power went`,
          'the next start takes it over',
        ),
      ];
    case 'unreadable':
      return [
        problem(
          path,
          'it cannot be read as a lock, so that its owner is unknown',
          'if no process uses this checkpoint, remove the file',
        ),
      ];
  }
}

function checkRewind(disk: Disk, dir: string): Finding[] {
  const path = join(dir, REWIND);
  return attempt(path, () => {
    const toBatch = readRewind(disk, dir);
    if (toBatch === null) return [];
    const found = `the checkpoint was being taken back to batch ${toBatch}, and that was not finished`;
    return [problem(path, found, `finish it: ${rewindCommand(dir, toBatch)}`)];
  });
}

function checkIdentity(disk: Disk, dir: string): { id: string | null; findings: Finding[] } {
  const path = join(dir, 'metadata');
  const found = readQueryId(disk, dir);
  if (found.id !== null) return { id: found.id, findings: [ok(path, `query ${found.id}`)] };
  const remedy = 'restore it from a backup; the output files carry the first eight characters of the id in their names';
  return { id: null, findings: [problem(path, found.reason, remedy)] };
}

function checkDescription(disk: Disk, dir: string): { description: QueryDescription | null; findings: Finding[] } {
  const path = join(dir, 'query');
  try {
    const description = readQueryDescription(disk, dir) as QueryDescription | null;
    return { description, findings: description === null ? [] : [ok(path, 'whole')] };
  } catch (error) {
    return { description: null, findings: [failed(path, error)] };
  }
}

function openExclusions(disk: Disk, dir: string): { exclusions: Exclusions | null; findings: Finding[] } {
  const path = join(dir, 'exclusions');
  try {
    const exclusions = Exclusions.read(disk, path);
    const findings = exclusions
      .quarantined()
      .map(({ split, batchId, atMs }) =>
        note(
          join(path, String(batchId)),
          `${splitName(split)} is set aside: batch ${batchId} runs without it${atMs === undefined ? '' : ` (since ${new Date(atMs).toISOString()})`}`,
        ),
      );
    return { exclusions, findings };
  } catch (error) {
    return { exclusions: null, findings: [failed(path, error)] };
  }
}

function checkFork(disk: Disk, dir: string): Finding[] {
  const path = join(dir, FORK);
  return attempt(path, () => {
    const fork = readFork(disk, dir);
    return fork === null ? [] : [ok(path, `a copy of ${fork.from}, made after batch ${fork.afterBatch}`)];
  });
}

/** What the next start will make of the pending batch. */
function checkAttempts(
  disk: Disk,
  dir: string,
  { offsets, commits }: Logs,
  exclusions: Exclusions | null,
  lock: LockView,
): Finding[] {
  const path = join(dir, ATTEMPTS);
  return attempt(path, () => {
    const recorded = readAttempts(disk, dir);
    const findings =
      typeof recorded === 'string'
        ? [note(path, recorded, 'crashes are counted anew from nothing; no result depends on it')]
        : [];
    const batchId = offsets?.newest ?? -1;
    if (offsets === null || commits === null || exclusions === null || batchId <= commits.newest) return findings;
    const pending = { batchId, leftOut: exclusions.of(batchId).length };
    const record = typeof recorded === 'string' ? null : recorded;
    const { crashed, lastError } = countCrashes(pending, record, lock.state === 'dead');
    const what = `batch ${batchId} is logged and not committed`;
    if (crashed === 0) return [...findings, note(offsets.path(batchId), what, 'it is run again, as it was logged')];
    const how = lastError === null ? 'the process died in the middle of it' : lastError;
    const found = `${what}, and crashed ${crashed} ${crashed === 1 ? 'time' : 'times'}; the last time: ${how}`;
    if (crashed < MAX_CRASHED_ATTEMPTS) return [...findings, note(path, found, 'it is run again, as it was logged')];
    const place = shellWord(dir);
    const remedy = `leave the file that is at fault out (clickstream checkpoint quarantine ${place} FILE; clickstream checkpoint show ${place} lists the batch's files), or, once the cause is mended, try again (clickstream checkpoint retry ${place})`;
    return [...findings, problem(path, found, remedy)];
  });
}
