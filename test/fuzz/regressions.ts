import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Inputs that once went wrong, a folder for each target. */
const FOLDER = join(import.meta.dirname, 'regressions');

export interface Regression {
  readonly name: string;
  readonly input: Uint8Array;
}

export function regressionsOf(target: string): Regression[] {
  const folder = join(FOLDER, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, input: Uint8Array.from(readFileSync(join(folder, name))) }));
}

/** Keeps an input; returns its path. */
export function saveRegression(target: string, name: string, input: Uint8Array): string {
  mkdirSync(join(FOLDER, target), { recursive: true });
  const path = join(FOLDER, target, name);
  writeFileSync(path, input);
  return path;
}
