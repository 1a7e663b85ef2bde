import { join } from 'node:path';
import { ClickstreamError, configError, dataError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { isTemporaryName, writeDurable } from '../fs/durable-file.ts';
import { makeDirectoryDurable, syncDirectory } from '../fs/durable-folder.ts';
import { exists } from '../fs/entries.ts';
import { readWhole } from '../fs/read-whole.ts';
import { removeFiles } from './remove-files.ts';

const OWN_FOLDER = '_clickstream';
const MARKER = join(OWN_FOLDER, 'owner.json');

/**
 * Makes an output folder the query's own, durably, or checks that it is. Files get their names from batch ids, so two
 * queries in one folder could not be told apart. `expectOwned`: the query has run before, so its mark must be there.
 * Files that are not ours may lie there; they are never touched.
 * Errors: OUTPUT_OWNED_BY_OTHER_QUERY, OUTPUT_MARK_CORRUPT.
 */
export function claimOutput(disk: Disk, directory: string, queryId: string, expectOwned: boolean): void {
  if (exists(disk, join(directory, MARKER))) {
    checkOwner(disk, directory, queryId);
    // The process that made it may have died before its name was safe; once a batch is committed it must be.
    if (!expectOwned) syncDirectory(disk, join(directory, OWN_FOLDER));
  } else if (expectOwned) {
    throw configError(
      'OUTPUT_OWNED_BY_OTHER_QUERY',
      `The checkpoint has written batches before, but the output folder ${directory} does not carry its mark (${MARKER}): it is a new or another folder, or it was emptied. Give back the folder that belongs to the checkpoint, or start both anew (a new checkpoint and an empty folder).`,
    );
  } else claim(disk, directory, queryId);
  removeFiles(disk, join(directory, OWN_FOLDER), isTemporaryName);
}

function claim(disk: Disk, directory: string, queryId: string): void {
  makeDirectoryDurable(disk, join(directory, OWN_FOLDER));
  // A claim on the mark that a crash left behind would shut everybody out.
  removeFiles(disk, join(directory, OWN_FOLDER), isTemporaryName);
  const mark = new TextEncoder().encode(`${JSON.stringify({ version: 1, queryId })}\n`);
  try {
    writeDurable(disk, join(directory, MARKER), mark, 'link');
  } catch (error) {
    // Another query was faster; its owner may also have taken our unfinished mark for a leftover.
    const code = error instanceof ClickstreamError ? error.code : '';
    if (code !== 'ALREADY_EXISTS' && code !== 'FILE_NOT_FOUND') throw error;
    checkOwner(disk, directory, queryId);
  }
}

function checkOwner(disk: Disk, directory: string, queryId: string): void {
  const owner = readOwner(disk, join(directory, MARKER));
  if (owner === queryId) return;
  throw configError(
    'OUTPUT_OWNED_BY_OTHER_QUERY',
    `The output folder ${directory} belongs to another query (${owner}; this one is ${queryId}). A new checkpoint needs a new output folder; an old output folder needs the checkpoint that wrote it.`,
  );
}

/** Id of the query that owns an output folder; null when it carries no mark. Errors: OUTPUT_MARK_CORRUPT. */
export function ownerOf(disk: Disk, directory: string): string | null {
  const marker = join(directory, MARKER);
  return exists(disk, marker) ? readOwner(disk, marker) : null;
}

function readOwner(disk: Disk, marker: string): string {
  try {
    const { queryId } = JSON.parse(new TextDecoder().decode(readWhole(disk, marker, 65536))) as { queryId?: unknown };
    if (typeof queryId === 'string') return queryId;
  } catch (error) {
    if (error instanceof ClickstreamError) throw error;
  }
  throw dataError(
    'OUTPUT_MARK_CORRUPT',
    `${marker} is damaged. It should hold the id of the query that owns the folder.`,
  );
}
