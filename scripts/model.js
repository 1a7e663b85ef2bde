// Compares the built engine with the naive model of test/model on random cases: node scripts/model.js [--cases N] [--seed S]
// A failing case is printed with its seed and as JSON; `--cases 1 --seed S` runs it again.
import { parseArgs } from 'node:util';
import { importTest } from './import-test.js';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [cases, seed] = [Number(values.cases), Number(values.seed)];
if (!Number.isSafeInteger(cases) || !Number.isSafeInteger(seed) || cases < 1) {
  console.error('usage: npm run test:model -- [--cases N] [--seed S]');
  process.exit(2);
}
const { compareRandomCases } = await importTest('test/model/compare.ts');
const failures = await compareRandomCases(cases, seed);
for (const failure of failures) console.log(failure);
console.log(`${cases - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
