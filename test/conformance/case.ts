/** The case format of FORMAT.md, as types. */

export interface CaseFile {
  readonly formatVersion: number;
  readonly group: string;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly id: string;
  readonly title?: string;
  readonly conf?: Conf;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly query: Query;
  readonly sink?: SinkChoice;
  readonly trigger?: TriggerChoice;
  readonly steps: readonly Step[];
}

export type Row = Readonly<Record<string, unknown>>;

export interface Conf {
  readonly noDataBatches?: boolean;
  readonly watermarkPolicy?: 'min' | 'max';
  readonly minBatchesToRetain?: number;
}

export interface Input {
  readonly kind: 'memory' | 'files';
  readonly format?: string;
  readonly schema: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface SinkChoice {
  readonly kind: 'memory' | 'file' | 'foreach' | 'foreachBatch';
  readonly format?: string;
  readonly failOnBatch?: number;
}

export interface TriggerChoice {
  readonly kind: 'default' | 'processingTime' | 'once' | 'availableNow' | 'continuous';
  readonly intervalMs?: number;
}

/** `{col}`, `{batchTimestampMs: true}`, a literal, or `[op, ...operands]`. */
export type Expression = unknown;

export interface Watermark {
  readonly column: string;
  readonly delayMs: number;
}

export interface Window {
  readonly kind: 'tumbling' | 'sliding' | 'session';
  readonly column: string;
  readonly durationMs?: number;
  readonly slideMs?: number;
  readonly offsetMs?: number;
  readonly gapMs?: number;
  readonly gapByKey?: {
    readonly column: string;
    readonly cases: Readonly<Record<string, number | null>>;
    readonly default: number | null;
  };
}

export interface Aggregate {
  readonly fn: string;
  readonly arg: string;
  readonly as: string;
  readonly distinct?: boolean;
}

export interface Dedup {
  readonly kind: 'global' | 'withinWatermark';
  readonly columns: readonly string[] | null;
}

/** One aggregation: the first of a query, or one of `then`. */
export interface Stage {
  readonly window?: Window | readonly Window[];
  readonly keys?: readonly string[];
  readonly aggregates?: readonly Aggregate[];
  readonly dedup?: Dedup;
}

export interface Join {
  readonly type: 'inner' | 'leftOuter' | 'rightOuter' | 'fullOuter' | 'leftSemi' | 'leftAnti' | 'cross';
  readonly streamSide: 'left' | 'right';
  readonly on: readonly (readonly [string, string])[];
  readonly static: { readonly schema: Readonly<Record<string, string>>; readonly rows: readonly Row[] };
}

export interface Query extends Stage {
  readonly from: string | readonly string[];
  readonly preFilter?: Expression;
  readonly watermark?: Watermark | readonly Watermark[];
  readonly watermarks?: Readonly<Record<string, Watermark>>;
  readonly filter?: Expression;
  readonly join?: Join;
  readonly limit?: number;
  readonly then?: readonly Stage[];
  readonly having?: Expression;
  readonly orderBy?: readonly { readonly col: string; readonly desc?: boolean }[];
  readonly limitAfter?: number;
  readonly output?: readonly string[];
  readonly outputMode: 'append' | 'update' | 'complete';
  readonly failOnce?: readonly Expression[];
  readonly unsupported?: readonly string[];
}

/** One key, the step's name, with its argument. */
export type Step = Readonly<Record<string, unknown>>;

export interface StartStep {
  readonly trigger?: TriggerChoice;
  readonly conf?: Conf;
  readonly query?: Query;
  readonly clockMs?: number;
}

export interface ExpectErrorStep {
  readonly kind: string;
  readonly when: 'define' | 'start' | 'run';
  readonly start?: StartStep;
  readonly delayTexts?: readonly string[];
}
