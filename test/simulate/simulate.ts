import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { ClickstreamError } from '../../src/errors.ts';
import { createRandom } from '../../src/generate/random.ts';
import { Dice } from '../support/dice.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { check } from './check.ts';
import { CHECKPOINT, type RunSettings } from './pipeline.ts';
import { type PinnedFile, PlanRecorder } from './plan.ts';
import { type Fate, type ProcessEnd, runProcess } from './process.ts';
import { Producer, type Version } from './producer.ts';
import { type PlannedProcess, randomScenario, type Scenario } from './scenario.ts';
import { SimulatedTime } from './time.ts';

export interface SimulationResult {
  readonly seed: number;
  /** What was simulated, in a line. */
  readonly title: string;
  /** What is wrong, as sentences; none when all is as it should be. */
  readonly problems: readonly string[];
  readonly processes: number;
  readonly kills: number;
  readonly powerLosses: number;
  readonly errors: number;
  readonly batches: number;
  readonly rows: number;
  /** How the processes ended, in order: those of the scenario, and those in peace after them. */
  readonly ends: readonly ProcessEnd[];
  /** What is on the disk at the end. */
  readonly disk: ModelDisk;
}

/** How often an operator starts again at the end before the query counts as stuck. */
const MAX_RECOVERIES = 12;

const LOCK = /\/\.?lock\b/;

type Trace = (line: string) => void;

/** Simulates what a seed tells, and checks what came of it. */
export function simulate(seed: number, trace?: Trace): Promise<SimulationResult> {
  return runScenario(randomScenario(seed), trace);
}

/** Runs the processes of a scenario, then others in peace until there is nothing left to do, and checks what came of it. */
export async function runScenario(scenario: Scenario, trace: Trace = () => {}): Promise<SimulationResult> {
  const simulation = new Simulation(scenario, trace);
  const problems = await withoutWarnings(() => simulation.run().catch((error: Error) => [String(error.stack)]));
  return {
    seed: scenario.seed,
    title: scenario.pipeline.name,
    problems,
    ends: simulation.ends,
    disk: simulation.disk,
    ...simulation.counts,
  };
}

class Simulation {
  readonly ends: ProcessEnd[] = [];
  readonly counts = { processes: 0, kills: 0, powerLosses: 0, errors: 0, batches: 0, rows: 0 };
  private readonly time: SimulatedTime;
  private readonly producer: Producer;
  private readonly plan = new PlanRecorder();
  private readonly dice: Dice;
  private readonly settings: RunSettings[] = [];
  /** What no process may do, whatever befalls it. */
  private readonly misdeeds: string[] = [];
  disk: ModelDisk;

  constructor(
    private readonly scenario: Scenario,
    private readonly trace: Trace,
  ) {
    this.dice = new Dice(createRandom(scenario.seed + 2 ** 40));
    this.time = new SimulatedTime(scenario.startMs);
    this.disk = this.prepared(new ModelDisk());
    const fileTimeMs = () => (scenario.ownFileTimes ? scenario.startMs + this.time.monotonicMs : this.time.wallMs);
    this.producer = new Producer(this.time, () => this.disk, fileTimeMs);
    for (const delivery of scenario.deliveries) this.producer.plan(delivery);
    for (const { atMs, fault } of scenario.clockFaults) this.time.at(atMs, () => this.time.misadjust(fault));
  }

  async run(): Promise<string[]> {
    const { processes, pipeline } = this.scenario;
    this.trace(`${pipeline.name}; ${this.scenario.deliveries.length} files`);
    for (const process of processes) {
      const problem = await this.runOne(process);
      if (problem !== null) return [problem];
      this.time.pass(process.pauseMs);
    }
    // From here on there is peace: everything comes, nothing fails.
    this.time.passAll();
    const last = (processes.at(-1) as PlannedProcess).settings;
    const settings: RunSettings = { ...last, trigger: { kind: 'availableNow' } };
    let batches = -1;
    for (let i = 0; this.counts.batches > batches; i++) {
      batches = this.counts.batches;
      const end = await this.runPeacefully(settings);
      if (end !== null) return [end];
      if (i > MAX_RECOVERIES) return ['there is always one more batch'];
    }
    const plan = this.plan.batches;
    this.counts.rows = plan
      .flatMap(({ files }) => files.flat())
      .reduce((sum, file) => sum + (this.producer.find(file)?.records.length ?? 0), 0);
    const settingsOf = (process: number) => this.settings[process] as RunSettings;
    const canRemove = this.ends.every(({ struck }) => !struck.has('unlink'));
    const problems = await check({ pipeline, disk: this.disk, plan, settingsOf, producer: this.producer, canRemove });
    return [...problems, ...this.misdeeds];
  }

  /** Runs to the end, mending what the message of a stop asks for. Null, or why it cannot be done. */
  private async runPeacefully(settings: RunSettings): Promise<string | null> {
    for (let i = 0; i < MAX_RECOVERIES; i++) {
      const { kind, error } = await this.process({ settings, fate: { kind: 'none' }, pauseMs: 0 });
      if (kind === 'ended') return null;
      const problem = await this.problemOf(error, false);
      if (problem !== null) return problem;
    }
    return `started again ${MAX_RECOVERIES} times, and still not at the end`;
  }

  private async runOne(process: PlannedProcess): Promise<string | null> {
    const { kind, error, struck } = await this.process(process);
    return kind === 'failed' ? await this.problemOf(error, struck.size > 0) : null;
  }

  private async process(process: PlannedProcess): Promise<ProcessEnd> {
    const { fate, settings } = process;
    const number = this.settings.push(settings) - 1;
    const { disk, time, producer, dice } = this;
    const running = runProcess({ time, producer, dice }, disk, fate, (session) => {
      const before = disk.beforeCall;
      disk.beforeCall = (op, path) => {
        if (op === 'unlink') this.plan.beforeUnlink(disk, path);
        before(op, path);
      };
      return this.scenario.pipeline.start(session, settings);
    });
    const end = await running;
    this.ends.push(end);
    this.count(fate, end);
    this.disk = this.after(fate, end);
    this.plan.take(this.disk, number);
    this.counts.batches = this.plan.batches.length;
    this.trace(
      `process ${number}: ${JSON.stringify(settings)}, ${JSON.stringify(fate)}: ${end.kind} at ${time.monotonicMs} ms, ${this.counts.batches} batches${end.error === null || end.kind === 'gone' ? '' : `: ${(end.error as Error).message}`}`,
    );
    return end;
  }

  private count(fate: Fate, { kind, struck }: ProcessEnd): void {
    this.counts.processes++;
    if (kind === 'gone' && fate.kind === 'kill') this.counts.kills++;
    if (kind === 'gone' && fate.kind === 'powerLoss') this.counts.powerLosses++;
    if (struck.size > 0) this.counts.errors++;
  }

  /** The disk that the next process finds. */
  private after(fate: Fate, { kind }: ProcessEnd): ModelDisk {
    const { disk, dice } = this;
    for (const path of disk.flushedAgain.splice(0))
      this.misdeeds.push(`${path} was flushed again after its flush had failed`);
    if (kind !== 'gone' && disk.openHandles > 0) this.misdeeds.push(`a process left ${disk.openHandles} files open`);
    if (kind !== 'gone' || fate.kind !== 'powerLoss') return this.prepared(disk.nextProcess());
    const keep = dice.pick([0, 0.5, 0.9, 1]);
    const tornAt = dice.chance(0.3) ? 512 * dice.between(0, 2) : undefined;
    return this.prepared(disk.crash({ survive: () => dice.chance(keep), tornAt }));
  }

  private prepared(disk: ModelDisk): ModelDisk {
    disk.timeMs = () => this.time.wallMs;
    disk.hasLinks = this.scenario.hasLinks;
    // A lock holds numbers of this very process: written in pieces, it would make another count of operations of the same seed.
    disk.shortWrite = (asked, path) => (LOCK.test(path) ? asked : Math.min(asked, this.scenario.writeBytes));
    return disk;
  }

  /** What is wrong with a stop; null when it is one that we asked for, or that an operator can mend, and did. */
  private async problemOf(error: unknown, injected: boolean): Promise<string | null> {
    if (!(error instanceof ClickstreamError)) return `it stopped without saying why: ${(error as Error).stack}`;
    if (error.category === 'bug' || error.category === 'user') return `it stopped: ${error.stack}`;
    if (await this.mend(error.code)) return null;
    return injected ? null : `it stopped: ${error.code}: ${error.message}`;
  }

  /** Does what the message of an error says. */
  private async mend(code: string): Promise<boolean> {
    if (code === 'BATCH_CRASHED') {
      const checkpoint = await Checkpoint.open(this.disk, CHECKPOINT);
      checkpoint.attempts.clear();
      checkpoint.close();
      return true;
    }
    if (code === 'SOURCE_FILE_UNREADABLE') this.producer.denied.clear();
    else if (code !== 'SOURCE_FILE_CHANGED' && code !== 'SOURCE_FILE_MISSING') return false;
    for (const file of this.pendingFiles()) this.producer.restore(this.producer.find(file) as Version);
    return true;
  }

  /** The files of the batch that was logged and not committed, where they are no longer what they were. */
  private pendingFiles(): PinnedFile[] {
    return this.plan.pendingFiles.filter((file) => !this.producer.isThere(file));
  }
}

/** The query's warnings are for people who watch. */
async function withoutWarnings<T>(act: () => Promise<T>): Promise<T> {
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    return await act();
  } finally {
    process.stderr.write = write;
  }
}
