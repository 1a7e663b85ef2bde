import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { BIN, buildProduct, startProcess } from '../support/cli.ts';
import { clicksArray } from '../support/clicks-text.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';
import { outputOf } from '../tools/task-runs.ts';

const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'];

let work: Workspace;
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('zones');
});
afterEach(() => work.remove());

async function run(zone: string, words: readonly string[]): Promise<void> {
  const env = { ...process.env, TZ: zone };
  const { code, stderr } = await startProcess(process.execPath, [BIN, ...words], work.dir, env).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

test("the zone of the machine changes nothing: both tasks' output is the same byte for byte", async () => {
  const times = [
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00',
    // Hours that a clock in New York skips, and has twice.
    '2026-03-08T02:30:00',
    '2026-11-01T01:30:00',
    '2026-11-01T01:30:00-04:00',
    '1969-12-31T23:59:59.999999',
    '2026-06-30T03:14:08+05:45',
  ];
  work.deliver('json/a.json', clicksArray(...times));
  const outputs: unknown[] = [];
  for (const [n, zone] of ZONES.entries()) {
    const common = ['--once', '--settle', '0', '--quiet'];
    const folders = (task: string) => ['--checkpoint', `${n}/state/${task}`, ...common];
    await run(zone, ['task1', '--in', 'json', '--out', `${n}/csv`, ...folders('task1')]);
    await run(zone, ['task2', '--in', `${n}/csv`, '--out', `${n}/parquet`, ...folders('task2'), '--drain']);
    outputs.push([outputOf(work.path(`${n}/csv`)), outputOf(work.path(`${n}/parquet`))]);
  }
  expect(Object.keys((outputs[0] as object[])[1] as object).some((name) => name.endsWith('.parquet'))).toBe(true);
  for (const output of outputs) expect(output).toEqual(outputs[0]);
});
