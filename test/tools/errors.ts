/**
 * Errors at every operation of both tasks on a model disk: EIO, ENOSPC, EMFILE and EACCES, for one operation, for all of its kind from there
 * on, and for all operations from there on; the latter two also meet the task when it is started again. The run goes on, or stops and says why;
 * when the error is over, the output is that of an undisturbed run of the same batches.
 *
 *   npm run test:errors -- [--task task1] [--sample K] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/generate/random.ts';
import {
  ERROR_CODES,
  ERROR_TASKS,
  type ErrorCase,
  type ErrorOutcome,
  errorCases,
  pickCases,
  REACHES,
  runWithError,
} from './error-injection.ts';

const { values } = parseArgs({
  options: { task: { type: 'string' }, sample: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const random = createRandom(Number(values.seed));
let passed = 0;
let failed = 0;
for (const task of ERROR_TASKS.filter((name) => values.task === undefined || values.task === name)) {
  const startedMs = performance.now();
  const all = await errorCases(task);
  const cases = values.sample === undefined ? all : pickCases(all, Number(values.sample), random);
  const outcomes: ErrorOutcome[] = [];
  for (const one of cases) outcomes.push(await runWithError(task, one));
  const bad = outcomes.filter(({ problems }) => problems.length > 0);
  for (const { at, op, code, reach, problems } of bad.slice(0, 20)) {
    console.log(`  FAILED ${task}, ${code} at operation ${at} (${op}), ${reach}: ${problems.slice(0, 3).join('; ')}`);
  }
  printTable(task, all, outcomes);
  console.log(`  ${Math.round((performance.now() - startedMs) / 1000)} s`);
  passed += outcomes.length - bad.length;
  failed += bad.length;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function printTable(task: string, all: readonly ErrorCase[], outcomes: readonly ErrorOutcome[]): void {
  const points = all.length / (ERROR_CODES.length * REACHES.length);
  console.log(
    `\n${task}: ${points} operations, ${ERROR_CODES.join(', ')}, ${REACHES.join(', ')}: ${outcomes.length} runs`,
  );
  const row = (name: string, cells: readonly unknown[]) =>
    console.log(`  ${name.padEnd(16)}${cells.map((cell) => String(cell).padStart(10)).join('')}`);
  row('operation', ['points', 'runs', 'went on', 'stopped', 'failed']);
  const line = (name: string, points: number, own: readonly ErrorOutcome[]) => {
    const count = (kind: ErrorOutcome['kind']) => own.filter((one) => one.kind === kind).length;
    const bad = own.filter(({ problems }) => problems.length > 0).length;
    row(name, [points, own.length, count('went on'), count('stopped'), bad]);
  };
  for (const op of [...new Set(all.map((one) => one.op))].sort()) {
    const at = new Set(all.filter((one) => one.op === op).map((one) => one.at));
    line(
      op,
      at.size,
      outcomes.filter((one) => one.op === op),
    );
  }
  line('all', points, outcomes);
}
