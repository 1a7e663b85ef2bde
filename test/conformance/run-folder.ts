import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, CaseFile } from './case.ts';
import { runCase } from './run-case.ts';

const FORMAT_VERSION = 1;

/** The cases of a folder's files, in the order of their names. */
export function casesIn(folder: string): Case[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().flatMap((name) => {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CaseFile;
    if (file.formatVersion !== FORMAT_VERSION) {
      throw new Error(
        `${join(folder, name)} has format version ${file.formatVersion}; this runner reads ${FORMAT_VERSION}.`,
      );
    }
    return file.cases;
  });
}

/** Runs all cases of the folders, tells each failure and the counts; whether all passed. */
export async function runFolders(folders: readonly string[], print: (line: string) => void): Promise<boolean> {
  let passed = 0;
  let failed = 0;
  for (const test of folders.flatMap(casesIn)) {
    const failure = await runCase(test);
    if (failure === null) passed++;
    else {
      failed++;
      print(`FAIL ${test.id}: ${failure}`);
    }
  }
  print(`${passed} passed, ${failed} failed`);
  return failed === 0;
}
