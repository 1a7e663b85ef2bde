import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Clock, systemClock } from '../../../clock.ts';
import { configError } from '../../../errors.ts';
import { exists } from '../../../fs/entries.ts';
import { nodeDisk } from '../../../fs/node-disk.ts';
import { removeTree } from '../../../fs/remove-tree.ts';
import type { Environment } from '../../file/environment.ts';
import { loadPipeline } from '../../file/load.ts';
import type { FileInput } from '../../files.ts';
import { isFormatName } from '../../formats.ts';
import { differences, leftovers, type OutputHashes, outputHashes, queryIdOf } from './compare-output.ts';
import { type CopiedInput, copyInput } from './copy-inputs.ts';
import { CHANGES, type Change, type CrashPoint, crashPoints, samplePoints } from './crash-disk.ts';
import type { CrashReply, CrashRequest } from './crash-request.ts';
import { inParallel } from './in-parallel.ts';
import { runChild } from './run-child.ts';
import { checkTestable, placesIn } from './scratch-query.ts';

export interface CrashTestOptions {
  readonly environment: Environment;
  /** Points to try; undefined: all. */
  readonly points: number | undefined;
  /** Files of each source that are taken. */
  readonly files: number;
  /** Read instead of the source's own folder; with several sources, the folder of theirs, by name. */
  readonly data: string | undefined;
  /** Processes at a time. */
  readonly parallel: number;
  /** The folders of points that failed stay where they are. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly onStart: (start: CrashTestStart) => void;
  /** Called for each point, in order. */
  readonly onOutcome: (outcome: CrashOutcome) => void;
}

/** What is to be tried, known once the pipeline ran without a crash. */
export interface CrashTestStart {
  readonly inputs: Readonly<Record<string, CopiedInput>>;
  readonly batches: number;
  /** Operations of the run that change the disk. */
  readonly changes: number;
  /** Files of its output. */
  readonly outputFiles: number;
  readonly allPoints: number;
  readonly triedPoints: number;
}

export interface CrashOutcome {
  readonly point: CrashPoint;
  /** Whether the process died there; else the run ended before it got so far. */
  readonly killed: boolean;
  /** In what the output after the restart differs, a line each. */
  readonly problems: readonly string[];
  /** Where the run's files are, if they were kept. */
  readonly kept: string | null;
}

/** Points of one kind of operation. */
export interface CrashCounts {
  readonly op: Change | 'half a write';
  readonly points: number;
  readonly tried: number;
  readonly killed: number;
  readonly failed: number;
}

export interface CrashReport extends CrashTestStart {
  readonly outcomes: readonly CrashOutcome[];
  readonly counts: readonly CrashCounts[];
  readonly durationMs: number;
}

/**
 * Crash-point enumeration of a pipeline file: copies a sample of its input into a scratch folder, runs it there to its end, counting every operation
 * that changes the disk, and then once per point in a process that dies (kill -9) right before that operation, or in the middle of a write;
 * each time it is started again, and its output must be byte for byte that of the run that was left alone. The pipeline's own output and
 * checkpoint are not touched.
 *
 * Errors: PIPELINE_INVALID, SELFTEST_UNSUPPORTED, SELFTEST_NO_INPUT, SELFTEST_INPUT_TOO_LARGE, SELFTEST_RUN_FAILED, SELFTEST_NOT_REPEATABLE.
 * Rejects with the signal's reason when it aborts.
 */
export async function runCrashTest(file: string, options: CrashTestOptions): Promise<CrashReport> {
  const folder = join(tmpdir(), `clickstream-selftest-${randomUUID()}`);
  const test = new CrashTest(file, folder, options, systemClock);
  let keeps = false;
  try {
    const report = await test.run();
    keeps = report.outcomes.some(({ kept }) => kept !== null);
    return report;
  } finally {
    if (!keeps && exists(nodeDisk, folder)) removeTree(nodeDisk, folder);
  }
}

class CrashTest {
  private readonly nowMs: number;
  private inputs: Readonly<Record<string, CopiedInput>> = {};

  constructor(
    private readonly file: string,
    private readonly folder: string,
    private readonly options: CrashTestOptions,
    private readonly clock: Clock,
  ) {
    this.nowMs = clock.nowMs();
  }

  async run(): Promise<CrashReport> {
    const startedMs = this.clock.monotonicMs();
    const { points: wanted, parallel, onStart } = this.options;
    this.inputs = await this.copyInputs();
    const whole = await this.wholeRun('whole');
    const again = await this.wholeRun('again');
    this.checkRepeats(whole.output, again.output);
    this.remove('again');
    const all = crashPoints(whole.reply.changes);
    const tried = wanted === undefined ? all : samplePoints(all, wanted);
    const start = {
      inputs: this.inputs,
      batches: whole.reply.batches,
      changes: whole.reply.changes.length,
      outputFiles: Object.keys(whole.output).filter((name) => !/(^|[\\/])[._]/.test(name)).length,
      allPoints: all.length,
      triedPoints: tried.length,
    };
    onStart(start);
    const outcomes = await inParallel(
      tried,
      parallel,
      (point) => this.crashAt(point, whole.output),
      this.options.onOutcome,
    );
    const durationMs = this.clock.monotonicMs() - startedMs;
    return { ...start, outcomes, counts: countsOf(all, outcomes), durationMs };
  }

  private async copyInputs(): Promise<Record<string, CopiedInput>> {
    const { environment, data, files } = this.options;
    const found = new Map<string, FileInput>();
    const pipeline = await loadPipeline(this.file, {
      environment,
      replacements: {
        sourceFolder(name, source) {
          if (source !== null) found.set(name, source.input);
          return source?.input.path ?? '';
        },
      },
    });
    checkTestable(pipeline);
    const copied: Record<string, CopiedInput> = {};
    const names = Object.entries(pipeline.value.sources).flatMap(([name, source]) =>
      isFormatName(source?.format ?? '') ? [name] : [],
    );
    for (const name of names) {
      const input = found.get(name) as FileInput;
      const sample = data === undefined ? input.path : resolve(data, names.length === 1 ? '' : name);
      copied[name] = await copyInput(name, { ...input, path: sample }, files, join(this.folder, 'in', name));
    }
    return copied;
  }

  private request(name: string, point: CrashPoint | null): CrashRequest {
    const inputs = Object.fromEntries(Object.entries(this.inputs).map(([source, { path }]) => [source, path]));
    return { file: this.file, inputs, folder: join(this.folder, name), nowMs: this.nowMs, point };
  }

  private async wholeRun(name: string): Promise<{ reply: CrashReply; output: OutputHashes }> {
    const result = await runChild(this.request(name, null), this.options.signal);
    if (result.kind === 'ended') return { reply: result.reply, output: this.outputOf(name) };
    const why = result.kind === 'failed' ? result.message : 'it was killed by somebody else';
    throw configError('SELFTEST_RUN_FAILED', `${this.file} does not run to its end, without any crash: ${why}`);
  }

  private checkRepeats(one: OutputHashes, other: OutputHashes): void {
    const differing = differences(one, other);
    if (differing.length === 0) return;
    throw configError(
      'SELFTEST_NOT_REPEATABLE',
      `${this.file} gives another output each time, without any crash (${differing.slice(0, 3).join('; ')}), so that nothing can be compared. Take out what differs from run to run.`,
    );
  }

  /** Kills a run at a point, starts it again, and compares. */
  private async crashAt(point: CrashPoint, whole: OutputHashes): Promise<CrashOutcome> {
    const name = `${point.at}${point.half ? '-half' : ''}`;
    const problems: string[] = [];
    const crashed = await runChild(this.request(name, point), this.options.signal);
    if (crashed.kind === 'failed') problems.push(`the run that was to crash failed: ${crashed.message}`);
    const restarted = await runChild(this.request(name, null), this.options.signal);
    if (restarted.kind === 'ended') {
      problems.push(...differences(whole, this.outputOf(name)));
      const { checkpoint } = placesIn(join(this.folder, name));
      problems.push(...leftovers(nodeDisk, checkpoint).map((file) => `left behind: checkpoint/${file}`));
    } else {
      problems.push(`the restart failed: ${restarted.kind === 'failed' ? restarted.message : 'it was killed'}`);
    }
    const keeps = this.options.keep && problems.length > 0;
    if (!keeps) this.remove(name);
    return { point, killed: crashed.kind === 'killed', problems, kept: keeps ? join(this.folder, name) : null };
  }

  private outputOf(name: string): OutputHashes {
    const { out, rejects } = placesIn(join(this.folder, name));
    const aside = Object.entries(outputHashes(nodeDisk, rejects, queryIdOf(nodeDisk, out)));
    const named = aside.map(([file, hash]) => [join('rejects', file), hash]);
    return { ...outputHashes(nodeDisk, out), ...Object.fromEntries(named) };
  }

  private remove(name: string): void {
    const folder = join(this.folder, name);
    if (exists(nodeDisk, folder)) removeTree(nodeDisk, folder);
  }
}

function countsOf(all: readonly CrashPoint[], outcomes: readonly CrashOutcome[]): CrashCounts[] {
  const kinds = [...CHANGES, 'half a write'] as const;
  const kindOf = ({ op, half }: CrashPoint) => (half ? 'half a write' : op);
  return kinds.flatMap((op) => {
    const points = all.filter((point) => kindOf(point) === op).length;
    const own = outcomes.filter(({ point }) => kindOf(point) === op);
    const killed = own.filter((outcome) => outcome.killed).length;
    const failed = own.filter(({ problems }) => problems.length > 0).length;
    return points === 0 ? [] : [{ op, points, tried: own.length, killed, failed }];
  });
}
