// Feeds the same made-up input to the fast paths and to plain decoders and encoders: `npm run fuzz:fast -- --cases 100000 --seed 1`.
// Every seed from the first on is one case of JSON, one of CSV and one of a projection; a failure names its seed.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: { cases: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});

function count(name) {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return String(value);
  console.error(
    `fuzz:fast: --${name} is a whole number, not "${values[name]}". Try: npm run fuzz:fast -- --cases 10000 --seed 1`,
  );
  process.exit(2);
}

const env = { ...process.env, FUZZ_CASES: count('cases'), FUZZ_SEED: count('seed') };
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const result = spawnSync(process.execPath, [...flags, jest, 'test/fuzz/fast.test.ts'], {
  cwd: root,
  env,
  stdio: 'inherit',
});
process.exit(result.status ?? 1);
