import type { QuerySettings } from '../engine/query-parts.ts';
import type { StreamingQuery } from '../engine/streaming-query.ts';
import type { Trigger } from '../engine/trigger.ts';
import { configError, didYouMean } from '../errors.ts';
import type { OutputMode } from '../sink.ts';
import type { ForeachWriter } from '../sinks/foreach.ts';
import type { ForeachBatchFunction } from '../sinks/foreach-batch.ts';
import { type QueryDefinition, startQuery } from './build.ts';
import type { DataFrame } from './data-frame.ts';
import type { Options } from './formats.ts';
import { checkConf, type QueryConf } from './query-conf.ts';
import type { SinkSpec } from './sink-spec.ts';
import { type TriggerLike, triggerOf } from './trigger.ts';

interface WriterState {
  readonly sink?: SinkSpec;
  readonly outputMode?: OutputMode;
  readonly options?: Options;
  readonly trigger?: Trigger;
  readonly name?: string;
  readonly partitionBy?: readonly string[];
  readonly settings?: Partial<QuerySettings>;
}

/**
 * Describes where a stream goes, with Spark's names (Spark: DataStreamWriter). Immutable until `start`.
 *
 * @example
 * await table.writeStream.format('csv').option('checkpointLocation', 'checkpoints/a').trigger({ availableNow: true }).start('out')
 */
export class DataStreamWriter {
  constructor(
    private readonly table: DataFrame,
    private readonly state: WriterState,
  ) {}

  /** csv, json, text, parquet (files), console, memory. */
  format(name: string): DataStreamWriter {
    return this.with({ sink: { kind: 'format', format: name.toLowerCase() } });
  }

  /** Calls `call(batch, batchId)` once per batch, batches without rows included; again with the same id and rows after a crash. */
  foreachBatch(call: ForeachBatchFunction): DataStreamWriter {
    if (typeof call !== 'function')
      throw configError('OPTION_INVALID', 'foreachBatch needs a function (batch, batchId).');
    return this.with({ sink: { kind: 'foreachBatch', call } });
  }

  /** Gives every row to a writer: `open(partitionId, epochId)`, `process(row)`, `close(error)`. */
  foreach(writer: ForeachWriter | ForeachWriter['process']): DataStreamWriter {
    return this.with({
      sink: { kind: 'foreach', writer: typeof writer === 'function' ? { process: writer } : writer },
    });
  }

  /** append (default), update or complete. */
  outputMode(mode: OutputMode): DataStreamWriter {
    const modes = ['append', 'update', 'complete'];
    if (!modes.includes(mode)) {
      throw configError(
        'STREAMING_OUTPUT_MODE.INVALID',
        `outputMode: "${mode}" is no output mode.${didYouMean(mode, modes)} Modes: ${modes.join(', ')}.`,
      );
    }
    return this.with({ outputMode: mode });
  }

  option(name: string, value: unknown): DataStreamWriter {
    return this.options({ [name]: value });
  }

  options(options: Options): DataStreamWriter {
    return this.with({ options: { ...this.state.options, ...options } });
  }

  /** `{ processingTime: '10 seconds' }`, `{ availableNow: true }`, `{ once: true }`, `{ continuous: '1 second' }`. */
  trigger(trigger: TriggerLike): DataStreamWriter {
    return this.with({ trigger: triggerOf(trigger) });
  }

  queryName(name: string): DataStreamWriter {
    return this.with({ name });
  }

  /** Columns that become folders (`col=value`). */
  partitionBy(...columns: string[]): DataStreamWriter {
    return this.with({ partitionBy: columns });
  }

  /** Settings of the engine, for this query. Errors: OPTION_UNKNOWN, OPTION_INVALID. */
  conf(conf: QueryConf): DataStreamWriter {
    return this.with({ settings: { ...this.state.settings, ...checkConf(conf) } });
  }

  /**
   * Starts the query: recovers from its checkpoint, or begins anew. Errors are thrown before any batch ran.
   * @param path the output folder, for file formats
   */
  async start(path?: string): Promise<StreamingQuery> {
    const { definition } = path === undefined ? this : this.option('path', path);
    return await startQuery(definition);
  }

  /** What was described so far, as data. */
  get definition(): QueryDefinition {
    return {
      session: this.table.session,
      plan: this.table.plan,
      sink: this.state.sink ?? { kind: 'format', format: 'parquet' },
      outputMode: this.state.outputMode ?? 'append',
      options: this.state.options ?? {},
      trigger: this.state.trigger ?? { kind: 'default' },
      name: this.state.name ?? null,
      partitionBy: this.state.partitionBy ?? [],
      settings: this.state.settings ?? {},
    };
  }

  private with(change: WriterState): DataStreamWriter {
    return new DataStreamWriter(this.table, { ...this.state, ...change });
  }
}
