import { basename, join } from 'node:path';
import { OUTPUTS, OutputFolders, type OutputPlace } from '../../checkpoint/outputs.ts';
import { shellWord } from '../../checkpoint/splits.ts';
import type { Disk } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';
import { outputFiles } from '../../sinks/output-files.ts';
import { ownerOf } from '../../sinks/owner.ts';
import { manifestFiles } from '../../sources/file/manifest-files.ts';
import type { Logs } from './check-logs.ts';
import { attempt, type Finding, note, ok, problem } from './finding.ts';

/** The folders that the query writes to: that they are there and its own, hold no batch that the checkpoint does not know, and fit their manifest. */
export function checkOutputs(disk: Disk, dir: string, logs: Logs, queryId: string): Finding[] {
  return attempt(join(dir, OUTPUTS), () =>
    OutputFolders.open(disk, dir)
      .list()
      .flatMap((place) => attempt(place.path, () => checkPlace(disk, dir, place, logs, queryId))),
  );
}

function checkPlace(
  disk: Disk,
  dir: string,
  { path, isExpected }: OutputPlace,
  { offsets, committed }: Logs,
  queryId: string,
): Finding[] {
  const ranBefore = committed >= 0;
  if (!exists(disk, path)) {
    if (!ranBefore) return [note(path, 'the output folder is missing', 'the next start makes it')];
    return [
      problem(
        path,
        'the output folder is gone, though batches were committed',
        'give it back, or start over (--fresh)',
      ),
    ];
  }
  const owner = ownerOf(disk, path);
  if (owner !== null && owner !== queryId) {
    return [
      problem(
        path,
        `the output folder belongs to another query, ${owner}`,
        'give the checkpoint the folder that it wrote to',
      ),
    ];
  }
  if (owner === null && isExpected && ranBefore) {
    return [
      problem(
        path,
        "the output folder does not carry the query's mark: it is another folder, or was emptied",
        'give the checkpoint the folder that it wrote to, or start over (--fresh)',
      ),
    ];
  }
  const files = outputFiles(disk, path, queryId);
  const findings = [...checkBatches(dir, path, files, offsets), ...checkManifest(disk, path)];
  return findings.length > 0 ? findings : [ok(path, `${files.length} files of this query`)];
}

function checkBatches(
  dir: string,
  path: string,
  files: readonly { readonly path: string; readonly batchId: number }[],
  offsets: Logs['offsets'],
): Finding[] {
  if (offsets === null) return [];
  const unknown = files.filter(({ batchId }) => batchId > offsets.newest);
  if (unknown.length === 0) return [];
  const newest = Math.max(...unknown.map(({ batchId }) => batchId));
  const found = `${unknown.length} files of batches up to ${newest}, though the checkpoint ends at batch ${offsets.newest}: it is older than its output`;
  const remedy =
    offsets.newest < 0
      ? 'restore the newer checkpoint, or start over (--fresh)'
      : `restore the newer checkpoint, or take these batches back: clickstream checkpoint rewind ${shellWord(dir)} --to-batch ${offsets.newest}`;
  return [problem(path, found, remedy)];
}

function checkManifest(disk: Disk, path: string): Finding[] {
  const missing = (manifestFiles(disk, path) ?? []).filter((file) => !exists(disk, file));
  if (missing.length === 0) return [];
  const names = missing.slice(0, 3).map((file) => basename(file));
  const found = `the manifest lists ${missing.length} files that are gone: ${names.join(', ')}${missing.length > 3 ? ', ...' : ''}`;
  return [
    problem(
      join(path, '_spark_metadata'),
      found,
      'restore the files: readers that go by the manifest fail without them',
    ),
  ];
}
