import { CHECKPOINT, type RunSettings } from './pipeline.ts';
import { CLOCK_FAULTS, randomScenario, type Scenario } from './scenario.ts';
import { runScenario, type SimulationResult } from './simulate.ts';

/** When the clock goes wrong: when things happen, and have happened. */
const FAULT_AT_MS = 3000;

/**
 * Lives a seed's scenario with a wall clock that is right, and with one that is set back an hour, set ahead ten years, or stands still. The query
 * must do exactly the same: every operation on the disk under the same name, the same batches, the same output. What is different, as sentences.
 */
export async function compareClocks(seed: number): Promise<string[]> {
  const random = { ...randomScenario(seed), clockFaults: [], ownFileTimes: true };
  // Ticks lie where the wall clock says: of one that stands still, somewhere else.
  const tickless = {
    ...random,
    processes: random.processes.map((one) => ({ ...one, settings: withoutTicks(one.settings) })),
  };
  return [...(await differencesOf(random, ['back', 'ahead'])), ...(await differencesOf(tickless, ['freeze']))].map(
    (text) => `seed ${seed} (${random.pipeline.name}): ${text}`,
  );
}

function withoutTicks(settings: RunSettings): RunSettings {
  return settings.trigger.kind === 'processingTime' ? { ...settings, trigger: { kind: 'default' } } : settings;
}

async function differencesOf(scenario: Scenario, faults: readonly (keyof typeof CLOCK_FAULTS)[]): Promise<string[]> {
  const wanted = storyOf(await runScenario(scenario));
  const differences: string[] = [];
  for (const name of faults) {
    const clockFaults = [{ atMs: FAULT_AT_MS, fault: CLOCK_FAULTS[name] }];
    const found = storyOf(await runScenario({ ...scenario, clockFaults }));
    const at = wanted.findIndex((line, index) => line !== found[index]);
    if (at < 0 && found.length === wanted.length) continue;
    differences.push(`with a clock that goes ${name}, line ${at}: ${found[at]} instead of ${wanted[at]}`);
  }
  return differences;
}

/** Everything that was asked of the disk, and what is on it at the end; without what is another in every process, and the times on record. */
function storyOf({ ends, disk, problems }: SimulationResult): string[] {
  const metadata =
    disk.look(`${CHECKPOINT}/metadata`) === null ? '{}' : textOf(disk.readFile(`${CHECKPOINT}/metadata`));
  const { id = 'none' } = JSON.parse(metadata) as { id?: string };
  const plain = (text: string) => text.replaceAll(id, 'QUERY').replaceAll(id.slice(0, 8), 'QUERY');
  return [
    ...problems,
    ...ends.flatMap(({ kind, calls }) => [kind, ...calls.map(({ op, path }) => `${op} ${placeOf(plain(path))}`)]),
    ...disk
      .files()
      .filter((path) => !path.endsWith('/metadata'))
      .map((path) => `${placeOf(plain(path))}: ${untimed(plain(textOf(disk.readFile(path))))}`),
  ];
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Of unfinished files, what they are to become. */
function placeOf(path: string): string {
  return path.replace(/[0-9a-f]{8}-\w+\.tmp$/, 'tmp').replace(/dead-\w+\.tmp$/, 'dead');
}

/** Recorded times differ, and with them checksums of what they are in. */
function untimed(text: string): string {
  return text.replace(/("batchTimestampMs":|"modificationTime":)\d+/g, '$1').replace(/\{"crc32".*/, '');
}
