import type { Exclusion } from '../checkpoint/exclusions.ts';
import type { OffsetEntry } from '../checkpoint/offsets.ts';
import { splitName } from '../checkpoint/splits.ts';
import type { Clock } from '../clock.ts';
import type { Offset, Source } from '../source.ts';
import type { EventTimeStats, OperatorAccount } from './batch-run.ts';
import type { CurrentRun } from './current-run.ts';
import type { WatermarkJump } from './future-events.ts';
import type { StateProgress } from './operator.ts';

/** What one executed batch leaves for reports. */
export interface BatchReport {
  readonly entry: OffsetEntry;
  readonly run: CurrentRun;
  /** Logged splits that the batch was run without. */
  readonly leftOut: readonly Exclusion[];
  readonly operators: readonly StateProgress[];
  readonly jump: WatermarkJump | null;
  readonly startOffsets: readonly Offset[];
  readonly isReplay: boolean;
  readonly durations: Durations;
}

export interface Durations {
  readonly startMs: number;
  /** Milliseconds by phase, Spark's names. */
  readonly phases: Readonly<Record<string, number>>;
}

export interface PhaseTimer {
  time<T>(phase: string, work: () => Promise<T>): Promise<T>;
  finish(): Durations;
}

export function startTimer(clock: Clock): PhaseTimer {
  const startMs = clock.nowMs();
  const started = clock.monotonicMs();
  const phases: Record<string, number> = {};
  return {
    async time(phase, work) {
      const before = clock.monotonicMs();
      try {
        return await work();
      } finally {
        phases[phase] = (phases[phase] ?? 0) + clock.monotonicMs() - before;
      }
    },
    finish: () => ({ startMs, phases: { ...phases, triggerExecution: clock.monotonicMs() - started } }),
  };
}

/** Spark's StreamingQueryProgress, field for field (progress.scala), with `account` and `futureEvents` added. */
export interface StreamingQueryProgress {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  readonly timestamp: string;
  readonly batchId: number;
  readonly batchDuration: number;
  readonly numInputRows: number;
  readonly inputRowsPerSecond?: number;
  readonly processedRowsPerSecond?: number;
  readonly durationMs: Readonly<Record<string, number>>;
  readonly eventTime: Readonly<Record<string, string>>;
  readonly stateOperators: readonly StateOperatorProgress[];
  readonly sources: readonly SourceProgress[];
  readonly sink: { readonly description: string; readonly numOutputRows: number };
  /** Ours: where every row went, per operator; rows in = passed + filtered + late + duplicate + rejected. */
  readonly account: {
    readonly operators: readonly (OperatorAccount & { readonly operator: string })[];
    /** Files that an operator set aside: none of their rows is counted above. Left out when there are none. */
    readonly quarantined?: readonly string[];
  };
  /** Ours: event times ahead of the batch's time. Left out when there is nothing to tell. */
  readonly futureEvents?: FutureEventsProgress;
}

export interface FutureEventsProgress {
  /** Rows past `maxFutureSkew`; they did not move the watermark. */
  readonly rowsHeldBack: number;
  /** The watermark went more than a day past the batch's time. Times as ISO text. */
  readonly watermarkJump?: { readonly from: string; readonly to: string; readonly batchTime: string };
}

export interface StateOperatorProgress {
  readonly operatorName: string;
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly numRowsRemoved: number;
  readonly numRowsDroppedByWatermark: number;
  readonly customMetrics: Readonly<Record<string, number>>;
}

export interface SourceProgress {
  readonly description: string;
  readonly startOffset: unknown;
  readonly endOffset: unknown;
  readonly latestOffset: unknown;
  readonly numInputRows: number;
  /**
   * Ours: `numFiles`, `numRowsWithRepeatedNames` where there are any (see `RepeatedName`), and what the source found since the run began
   * (`Source.metrics`).
   */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface ProgressIdentity {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  readonly sources: readonly { readonly description: string; readonly source: Pick<Source, 'metrics'> }[];
  readonly sinkDescription: string;
  readonly hasWatermark: boolean;
}

/** `sinceLastTriggerMs`: from the start of the trigger before to this one's; null for the first. */
export function progressOf(
  report: BatchReport,
  identity: ProgressIdentity,
  sinceLastTriggerMs: number | null,
): StreamingQueryProgress {
  const { entry, run, durations } = report;
  const rows = run.inputRows.reduce((sum, count) => sum + count, 0);
  const durationMs = Object.fromEntries(
    Object.entries(durations.phases)
      .map(([phase, ms]): [string, number] => [phase, Math.round(ms)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return {
    id: identity.id,
    runId: identity.runId,
    name: identity.name,
    timestamp: isoMs(durations.startMs),
    batchId: entry.batchId,
    batchDuration: durationMs.triggerExecution ?? 0,
    numInputRows: rows,
    inputRowsPerSecond: sinceLastTriggerMs === null ? 0 : perSecond(rows, sinceLastTriggerMs),
    processedRowsPerSecond: perSecond(rows, Math.max(1, durations.phases.triggerExecution ?? 0)),
    durationMs,
    eventTime: eventTimeOf(report, identity.hasWatermark),
    stateOperators: report.operators.map(stateOperatorOf),
    sources: identity.sources.map(({ description, source }, index) => ({
      description,
      startOffset: report.startOffsets[index],
      endOffset: entry.sources[index]?.offset,
      latestOffset: entry.sources[index]?.offset,
      numInputRows: run.inputRows[index] ?? 0,
      metrics: { numFiles: filesRead(report, index), ...repeatedNamesOf(report, index), ...source.metrics?.() },
    })),
    sink: { description: identity.sinkDescription, numOutputRows: run.outputRows },
    account: {
      operators: [...run.accounts].reverse().map(([operator, account]) => ({ operator, ...account })),
      ...quarantinedOf(report),
    },
    ...futureEventsOf(report),
  };
}

function filesRead({ entry, leftOut }: BatchReport, index: number): number {
  const names = new Set(leftOut.map(({ split }) => JSON.stringify(split)));
  const splits = entry.sources[index]?.splits ?? [];
  return names.size === 0 ? splits.length : splits.filter((split) => !names.has(JSON.stringify(split))).length;
}

function repeatedNamesOf({ run }: BatchReport, index: number): { readonly numRowsWithRepeatedNames?: number } {
  const rows = run.repeatedNames[index]?.rows ?? 0;
  return rows === 0 ? {} : { numRowsWithRepeatedNames: rows };
}

function quarantinedOf({ leftOut }: BatchReport): { readonly quarantined?: readonly string[] } {
  const names = leftOut.filter(({ reason }) => reason === 'quarantined').map(({ split }) => splitName(split));
  return names.length === 0 ? {} : { quarantined: names };
}

function futureEventsOf({ run, jump }: BatchReport): { readonly futureEvents?: FutureEventsProgress } {
  const rowsHeldBack = [...run.eventTimes.values()].reduce((sum, { ahead }) => sum + ahead, 0);
  if (rowsHeldBack === 0 && jump === null) return {};
  if (jump === null) return { futureEvents: { rowsHeldBack } };
  const { fromMs, toMs, batchTimestampMs } = jump;
  const watermarkJump = { from: isoMs(fromMs), to: isoMs(toMs), batchTime: isoMs(batchTimestampMs) };
  return { futureEvents: { rowsHeldBack, watermarkJump } };
}

function stateOperatorOf(state: StateProgress): StateOperatorProgress {
  const { operatorName, numRowsTotal, numRowsUpdated, numRowsRemoved, numRowsDroppedByWatermark } = state;
  const customMetrics: Record<string, number> = { numDroppedDuplicateRows: state.numDroppedDuplicateRows };
  if (state.nextCloseMicros !== null || state.openWindows > 0) customMetrics.openWindows = state.openWindows;
  return { operatorName, numRowsTotal, numRowsUpdated, numRowsRemoved, numRowsDroppedByWatermark, customMetrics };
}

function eventTimeOf({ entry, run }: BatchReport, hasWatermark: boolean): Record<string, string> {
  if (!hasWatermark) return {};
  const stats = [...run.eventTimes.values()].find((seen: EventTimeStats) => seen.count > 0);
  const watermark = isoMs(entry.batchWatermarkMs);
  if (stats === undefined) return { watermark };
  return { avg: isoMs(Math.trunc(stats.sum / stats.count)), max: isoMs(stats.max), min: isoMs(stats.min), watermark };
}

/** Milliseconds as ISO text in UTC. */
export function isoMs(ms: number): string {
  return new Date(ms).toISOString();
}

function perSecond(rows: number, ms: number): number {
  return ms <= 0 ? 0 : Math.round((rows / ms) * 10_000) / 10;
}
