import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk } from '../fs/disk.ts';
import { writeDurable } from '../fs/durable-file.ts';
import { removeDurable } from '../fs/durable-folder.ts';
import { exists } from '../fs/entries.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { corruptError, newerVersionError } from './errors.ts';

const METADATA = 'metadata';
const DESCRIPTION = 'query';

/** Why there is no id: nothing was written, or not whole. */
export type MissingId = { readonly id: null; readonly reason: string };

/**
 * The query's id from `metadata`: one line `{"id":"<uuid>","crc32":"<of the id>"}`, which Spark reads as its own. The checksum is there because
 * another id would publish all output again under other names.
 */
export function readQueryId(disk: Disk, checkpointDir: string): { readonly id: string } | MissingId {
  const path = join(checkpointDir, METADATA);
  if (!exists(disk, path)) return { id: null, reason: 'the file is missing' };
  const text = new TextDecoder().decode(readWhole(disk, path, 4096));
  const id = /^\{"id":"([0-9a-f-]{36})",/.exec(text)?.[1];
  return id !== undefined && text === metadataText(id)
    ? { id }
    : { id: null, reason: 'the file is torn or was changed' };
}

function metadataText(id: string): string {
  return JSON.stringify({ id, crc32: crc32(id).toString(16).padStart(8, '0') });
}

/** Gives a new checkpoint its id, once (two fsyncs). What a torn write left there is replaced. */
export function writeQueryId(disk: Disk, checkpointDir: string, id: string = crypto.randomUUID()): string {
  const path = join(checkpointDir, METADATA);
  if (exists(disk, path)) removeDurable(disk, path);
  writeDurable(disk, path, new TextEncoder().encode(metadataText(id)), 'link');
  return id;
}

/** The query as it was when it last ran (plain JSON), for saying what changed; null when it never ran. */
export function readQueryDescription(disk: Disk, checkpointDir: string): unknown {
  const path = join(checkpointDir, DESCRIPTION);
  if (!exists(disk, path)) return null;
  const content = decodeFrame(readWhole(disk, path));
  if (content.kind === 'newer') throw newerVersionError(path, content.version, FRAME_VERSION);
  if (content.kind === 'broken') throw corruptError(path, content.reason);
  return JSON.parse(content.lines[0] ?? 'null');
}

/** Replaces the description (two fsyncs); free when it is the same. */
export function writeQueryDescription(disk: Disk, checkpointDir: string, description: unknown): void {
  const text = JSON.stringify(description);
  if (JSON.stringify(readQueryDescription(disk, checkpointDir)) === text) return;
  writeDurable(disk, join(checkpointDir, DESCRIPTION), encodeFrame([text]), 'rename');
}
