import {
  avg,
  col,
  count,
  createSession,
  type MicroBatch,
  type Session,
  type StreamingQuery,
  sum,
  window,
} from '../index.ts';
import { engineConf, sourceOptions, type Task2Settings, triggerOf } from './stream-settings.ts';

const EVENT =
  'datetime TIMESTAMP NOT NULL, clicks LONG NOT NULL, impressions LONG NOT NULL, quantity LONG NOT NULL, total_price DOUBLE NOT NULL';

/** Watches a folder of flat click events (CSV), aggregates them over windows of event time, and writes Parquet. */
export function task2(
  settings: Task2Settings,
  session: Session = createSession({ timeZone: settings.timezone }),
): Promise<StreamingQuery> {
  const { checkpoint, out, sparkManifest, parquetWriter } = settings;
  const writeWindows = async (batch: MicroBatch, batchId: number): Promise<void> => {
    if (settings.console) process.stdout.write(await batch.consoleString());
    await batch.write.parquet(out, { batchId, sparkManifest, options: { parquetWriter } });
  };
  return session.readStream
    .format('csv')
    .schema(EVENT)
    .options({ header: true, ...sourceOptions(settings) })
    .load(settings.in)
    .withWatermark('datetime', settings.watermark)
    .groupBy(window('datetime', settings.window, settings.slide ?? settings.window))
    .agg(
      count().as('events'),
      sum('clicks').as('clicks'),
      sum('impressions').as('impressions'),
      sum('quantity').as('quantity'),
      sum('total_price').as('total_price'),
      avg('total_price').as('avg_price'),
    )
    .select(
      col('window.start').as('window_start'),
      col('window.end').as('window_end'),
      ...['events', 'clicks', 'impressions', 'quantity', 'total_price', 'avg_price'].map(col),
    )
    .writeStream.foreachBatch(writeWindows)
    .options({ checkpointLocation: checkpoint, rejectsPath: out })
    .conf({ drain: settings.drain, ...engineConf(settings, settings.maxFutureSkew) })
    .trigger(triggerOf(settings))
    .start();
}
