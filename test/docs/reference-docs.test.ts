import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('the page of expressions is what the tables of functions say', () => {
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'reference-docs.js');
  const result = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
});
