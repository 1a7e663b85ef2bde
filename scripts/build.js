// Builds dist/ from src/. Skipped when dist/ is newer than every source (npx runs `prepare` again on each call).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
// Built beside dist/ and moved into place, so that a command that runs meanwhile finds the old build or the new one.
const next = join(root, `dist.${process.pid}`);

function newestMs(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function run(tool, args) {
  const result = spawnSync(process.execPath, [join(root, tool), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status === 0) return;
  rmSync(next, { recursive: true, force: true });
  process.exit(result.status ?? 1);
}

if (!existsSync(join(root, 'src'))) process.exit(0); // an installed package has dist/ only
const stamp = join(dist, '.built');
const sources = ['bin', 'src', 'scripts', 'schemas', 'tsconfig.json', 'package.json'].map((name) => join(root, name));
const fresh = existsSync(stamp) && statSync(stamp).mtimeMs >= Math.max(...sources.map(newestMs));
if (fresh && !process.argv.includes('--force')) process.exit(0);
const startedMs = Date.now();

run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--outDir', next]);
buildKernel();
// Loaded here: `npx` calls this script each time, to find that nothing is to be done.
await (await import('./bundle-command.js')).bundleCommand(next);
run('scripts/compile-command.js', [next]);
writeFileSync(join(next, '.built'), '');
const built = new Date(startedMs); // a source changed during the build makes the next one build again
utimesSync(join(next, '.built'), built, built);
const old = `${next}.old`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(next, dist);
rmSync(old, { recursive: true, force: true });

/** The AssemblyScript kernel, to WebAssembly. */
function buildKernel() {
  const folder = join(root, 'src', 'kernel');
  mkdirSync(join(next, 'kernel'), { recursive: true });
  run('node_modules/assemblyscript/bin/asc.js', [
    join(folder, 'assembly', 'index.ts'),
    ...['--config', join(folder, 'asconfig.json'), '--target', 'release'],
    ...['--outFile', join(next, 'kernel', 'kernel.wasm')],
  ]);
}
