import { join } from 'node:path';
import { verifyLogs } from '../../checkpoint/checkpoint.ts';
import { type CommitLog, openCommitLog } from '../../checkpoint/commits.ts';
import { type OffsetLog, openOffsetLog } from '../../checkpoint/offsets.ts';
import { ClickstreamError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { attempt, type Finding, failed, note, ok, problem } from './finding.ts';

/** The two logs, as far as they can be opened, and what is wrong with them. */
export interface Logs {
  readonly offsets: OffsetLog | null;
  readonly commits: CommitLog | null;
  readonly findings: readonly Finding[];
  /** The newest batch that is committed, or was: only the newest of offsets/ can be without its commit. -1: none. */
  readonly committed: number;
}

/** Reads every entry of both logs, and lays them side by side. */
export function checkLogs(disk: Disk, dir: string): Logs {
  const [offsetsDir, commitsDir] = [join(dir, 'offsets'), join(dir, 'commits')];
  // Commits first: a batch that ends in between must not look like a commit without its offsets.
  const commits = openLog(commitsDir, () => openCommitLog(disk, commitsDir, 'reader'));
  const offsets = openLog(offsetsDir, () => openOffsetLog(disk, offsetsDir, 'reader'));
  const both = offsets.log !== null && commits.log !== null ? checkTogether(dir, offsets.log, commits.log) : [];
  return {
    offsets: offsets.log,
    commits: commits.log,
    findings: [...offsets.findings, ...commits.findings, ...both],
    committed: Math.max(commits.log?.newest ?? -1, (offsets.log?.newest ?? -1) - 1),
  };
}

function openLog<L extends OffsetLog | CommitLog>(dir: string, open: () => L): { log: L | null; findings: Finding[] } {
  try {
    const log = open();
    return { log, findings: checkEntries(dir, log) };
  } catch (error) {
    return { log: null, findings: [failed(dir, error)] };
  }
}

function checkEntries(dir: string, log: OffsetLog | CommitLog): Finding[] {
  const findings: Finding[] = [];
  for (let id = log.oldest; id <= log.newest; id++) {
    findings.push(...checkEntry(log, id));
  }
  const torn = log.tornReason(log.newest + 1);
  if (torn !== null) {
    findings.push(
      note(log.path(log.newest + 1), `not written whole: ${torn}`, 'the next start removes it: it was never built on'),
    );
  }
  if (findings.some(({ level }) => level === 'problem')) return findings;
  if (log.newest < log.oldest) return [...findings, ok(dir, 'empty')];
  return [
    ...findings,
    ok(dir, log.oldest === log.newest ? `batch ${log.newest}` : `batches ${log.oldest} to ${log.newest}`),
  ];
}

function checkEntry(log: OffsetLog | CommitLog, id: number): Finding[] {
  const path = log.path(id);
  try {
    log.get(id);
    return [];
  } catch (error) {
    if (!(error instanceof ClickstreamError) || error.code !== 'FILE_NOT_FOUND') return [failed(path, error)];
    const remedy =
      'restore it from a backup of the checkpoint folder, or start over (--fresh), which reads all input again';
    return [problem(path, 'the entry is missing, though later ones are there', remedy)];
  }
}

function checkTogether(dir: string, offsets: OffsetLog, commits: CommitLog): Finding[] {
  return attempt(dir, () => {
    verifyLogs(offsets, commits);
    const lost = offsets.newest - Math.max(commits.newest + 1, offsets.oldest);
    if (lost <= 0) return [];
    return [
      note(
        commits.path(offsets.newest - lost),
        `${lost} ${lost === 1 ? 'commit is' : 'commits are'} missing, though later batches were logged`,
        'the next start writes them again: the later batches say what they held',
      ),
    ];
  });
}
