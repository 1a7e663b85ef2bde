// Builds dist/ from src/. Skipped when dist/ is newer than every source (npx runs `prepare` again on each call).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');

function newestMs(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function run(tool, args) {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

if (!existsSync(join(root, 'src'))) process.exit(0); // an installed package has dist/ only
const sources = ['src', 'scripts', 'schemas', 'tsconfig.json', 'package.json'].map((name) => join(root, name));
const fresh = existsSync(stamp) && statSync(stamp).mtimeMs >= Math.max(...sources.map(newestMs));
if (fresh && !process.argv.includes('--force')) process.exit(0);

rmSync(join(root, 'dist'), { recursive: true, force: true });
run('typescript/bin/tsc', ['-p', 'tsconfig.json']);
const assembly = join(root, 'src', 'kernel', 'assembly', 'index.ts');
if (existsSync(assembly)) {
  mkdirSync(join(root, 'dist', 'kernel'), { recursive: true });
  run('assemblyscript/bin/asc.js', [
    assembly,
    '--config',
    join(root, 'src', 'kernel', 'asconfig.json'),
    '--target',
    'release',
  ]);
}
writeFileSync(stamp, '');
