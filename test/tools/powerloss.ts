/**
 * Power loss at every operation of both tasks on a model disk.
 *
 *   npm run test:powerloss -- [--subsets 100] [--kills 20] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/generate/random.ts';
import { MODEL_TASKS } from './model-tasks.ts';
import { cutPower } from './power-cuts.ts';

const { values } = parseArgs({
  options: {
    subsets: { type: 'string', default: '100' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const random = createRandom(Number(values.seed));
let states = 0;
let violations = 0;
for (const task of MODEL_TASKS) {
  const result = await cutPower(task, { random, subsets: Number(values.subsets), kills: Number(values.kills) });
  for (const violation of result.violations.slice(0, 20)) console.log(`  VIOLATION ${violation}`);
  console.log(
    `${task}: ${result.cuts} cuts, ${result.states} states (${result.twice} cut twice, ${result.killedFirst} killed first), ${result.violations.length} violations`,
  );
  states += result.states;
  violations += result.violations.length;
}
console.log(`${states - violations} passed, ${violations} failed`);
process.exitCode = violations === 0 ? 0 : 1;
