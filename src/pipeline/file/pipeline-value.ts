/** A pipeline file's value, once it has passed its schema. Null stands for what did not, when the rest is looked at all the same. */
export interface PipelineValue {
  readonly name?: string;
  readonly timezone?: string;
  readonly sources: Readonly<Record<string, SourceValue | null>>;
  readonly tables?: Readonly<Record<string, TableValue | null>>;
  readonly sql?: string | null;
  readonly from?: string | null;
  readonly steps?: readonly (StepValue | null)[];
  readonly outputMode?: 'append' | 'update' | 'complete';
  readonly trigger?: Readonly<Record<string, string | boolean>>;
  readonly sink: SinkValue | null;
  readonly checkpoint?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export type OptionValues = Readonly<Record<string, string | number | boolean>>;

export interface TableValue {
  readonly format: string;
  readonly path?: string;
  readonly schema?: string;
  readonly options?: OptionValues;
}

export interface SourceValue extends TableValue {
  readonly watermark?: WatermarkValue;
}

export interface WatermarkValue {
  readonly column: string;
  readonly delay: string;
}

export interface SinkValue {
  readonly format: string;
  readonly path?: string;
  readonly partitionBy?: string | readonly string[];
  readonly options?: OptionValues;
}

/** One method and what it is given. */
export type StepValue = Readonly<Record<string, unknown>>;

/** A value of a `texts` key as a list. */
export function textList(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : (value as readonly string[]);
}
