/**
 * Deterministic simulation: random pipelines over random files on a model disk, with kills, losses of power, errors and clocks
 * that jump, all of it told by a seed. Every tenth seed is also lived with clocks that are right, set back, set ahead and frozen, which must
 * make no difference at all.
 *
 *   npm run test:simulate -- [--seeds 1000] [--seed 1] [--trace]
 */
import { parseArgs } from 'node:util';
import { compareClocks } from '../simulate/clocks.ts';
import { simulate } from '../simulate/simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const [seeds, first] = [Number(values.seeds), Number(values.seed)];
const totals = { processes: 0, kills: 0, powerLosses: 0, errors: 0, batches: 0, rows: 0 };
const trace = values.trace ? (line: string) => console.log(`  ${line}`) : undefined;
const startedMs = performance.now();
const CLOCKS_EVERY = 10;
let compared = 0;
let failed = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const result = await simulate(seed, trace);
  for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += result[name];
  const problems = [...result.problems];
  if (seed % CLOCKS_EVERY === 0) {
    problems.push(...(await compareClocks(seed)));
    compared++;
  }
  if (problems.length === 0) continue;
  failed++;
  console.log(`FAILED seed ${seed} (${result.title}): ${problems.slice(0, 5).join('\n    ')}`);
  console.log(`  again: npm run test:simulate -- --seeds 1 --seed ${seed} --trace`);
}
const seconds = (performance.now() - startedMs) / 1000;
console.log(
  `${seeds} seeds in ${seconds.toFixed(0)} s (${(seeds / seconds).toFixed(1)} per second): ${totals.processes} processes, ` +
    `${totals.kills} kills, ${totals.powerLosses} losses of power, ${totals.errors} errors, ${totals.batches} batches, ${totals.rows} records; ${compared} compared over clocks`,
);
console.log(`${seeds - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
