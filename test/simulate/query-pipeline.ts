import type { DataFrame, Session, StreamingQuery, TriggerLike } from '../../src/index.ts';
import type { Query, Watermark } from '../conformance/case.ts';
import { buildQuery } from '../conformance/query.ts';
import { randomQuery } from '../model/random-case.ts';
import type { Dice } from '../support/dice.ts';
import { ARCHIVE, CHECKPOINT, type InputShape, OUT, type Pipeline, type RunSettings } from './pipeline.ts';

/** A random query over one input or two, with files as its output. */
export function queryPipeline(dice: Dice): Pipeline {
  const names = dice.chance(0.15) ? ['a', 'b'] : ['in'];
  const query = randomQuery(dice, names);
  const inputs = names.map(
    (name): InputShape => ({
      folder: `/model/${name}`,
      format: dice.pick(['json', 'csv']),
      columns: 'rows',
    }),
  );
  const outputFormat = dice.pick(['json', 'json', 'csv', 'parquet'] as const);
  const sink = randomSink(dice, query, outputFormat);
  const cleanSource = dice.pick(['off', 'off', 'off', 'off', 'delete', 'archive'] as const);
  const conf = {
    noDataBatches: !dice.chance(0.15),
    watermarkPolicy: names.length > 1 && dice.chance(0.5) ? ('max' as const) : ('min' as const),
    keepBatches: dice.pick([1, 2, 100, 100]),
  };
  const pipeline: Pipeline = {
    ...{ name: nameOf(query, sink), inputs, cleanSource, outputFormat, hasFilter: true, ...conf },
    query: (settings) => settled(query, settings),
    outputRow: (row) => row,
    start: (session, settings) => {
      const open = (name: string) =>
        openInput(session, inputs[names.indexOf(name)] as InputShape, settings, cleanSource);
      const table = buildQuery(settled(query, settings), { session, open, failed: new Set() });
      const writer = table.writeStream
        .outputMode(query.outputMode)
        .trigger(triggerOf(settings))
        .option('checkpointLocation', CHECKPOINT)
        .conf({ ...conf, drain: settings.drain });
      return sink.start(writer);
    },
  };
  return pipeline;
}

/** The query with what a run's settings change of it. */
function settled(query: Query, { delayMs, filter }: RunSettings): Query {
  const { filter: _, ...rest } = query;
  const watermark = query.watermark as Watermark | undefined;
  return {
    ...rest,
    ...(filter === undefined ? {} : { filter }),
    ...(watermark === undefined || delayMs === null ? {} : { watermark: { ...watermark, delayMs } }),
  };
}

function openInput(
  session: Session,
  { folder, format }: InputShape,
  { maxFilesPerTrigger, settleMs, latestFirst }: RunSettings,
  cleanSource: Pipeline['cleanSource'],
): DataFrame {
  return session.readStream
    .format(format)
    .schema('ts TIMESTAMP, k STRING, n LONG')
    .options({
      ...{ settle: settleMs, latestFirst, poll: true, cleanSource, mode: 'reject' },
      ...(format === 'csv' ? { header: true } : {}),
      ...(maxFilesPerTrigger === null ? {} : { maxFilesPerTrigger }),
      ...(cleanSource === 'archive' ? { sourceArchiveDir: ARCHIVE } : {}),
    })
    .load(folder);
}

interface RandomSink {
  readonly name: string;
  start(writer: DataFrame['writeStream']): Promise<StreamingQuery>;
}

/** Append mode goes to a file sink or through foreachBatch; the other modes have only the latter. */
function randomSink(dice: Dice, query: Query, format: Pipeline['outputFormat']): RandomSink {
  const isPlain = query.keys === undefined;
  const splitting = {
    partitionBy: (isPlain || query.keys?.includes('k')) && dice.chance(0.2) ? ['k'] : [],
    ...(dice.chance(0.2) ? { maxRowsPerFile: dice.between(1, 3) } : {}),
    sparkManifest: dice.chance(0.2),
  };
  const formatOptions = format === 'csv' ? { header: true } : {};
  if (query.outputMode === 'append' && dice.chance(0.7)) {
    const { partitionBy, ...options } = splitting;
    return {
      name: `files of ${format}`,
      start: (writer) =>
        writer
          .format(format)
          .options({ ...formatOptions, ...options })
          .partitionBy(...partitionBy)
          .start(OUT),
    };
  }
  return {
    name: `foreachBatch to ${format}`,
    start: (writer) =>
      writer
        .option('rejectsPath', OUT)
        .foreachBatch(async (batch) => void (await batch.write[format](OUT, { ...splitting, options: formatOptions })))
        .start(),
  };
}

function triggerOf({ trigger }: RunSettings): TriggerLike {
  switch (trigger.kind) {
    case 'processingTime':
      return { processingTime: `${trigger.intervalMs} milliseconds` };
    case 'once':
      return { once: true };
    case 'availableNow':
      return { availableNow: true };
    case 'default':
      return { processingTime: '0 seconds' };
  }
}

function nameOf(query: Query, { name }: RandomSink): string {
  const window = query.window as { kind: string } | undefined;
  const parts = [
    window === undefined ? null : `${window.kind} windows`,
    query.dedup === undefined ? null : `deduplication ${query.dedup.kind}`,
    query.limit === undefined ? null : 'limit',
    query.keys === undefined ? null : `groups by (${query.keys.join(', ')})`,
  ];
  return `${parts.filter((part) => part !== null).join(', ') || 'rows'}, ${query.outputMode}, ${name}`;
}
