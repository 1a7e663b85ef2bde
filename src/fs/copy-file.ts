import { copyFileSync, utimesSync } from 'node:fs';

/** Copies a file, with its time of change, into a folder that is there; for folders that are thrown away. Not durable. */
export function copyFile(from: string, to: string, mtimeMs: number): void {
  copyFileSync(from, to);
  utimesSync(to, mtimeMs / 1000, mtimeMs / 1000);
}
