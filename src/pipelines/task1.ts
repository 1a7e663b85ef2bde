import { col, createSession, readJsonSchema, type Session, type StreamingQuery } from '../index.ts';
import { engineConf, sourceOptions, type Task1Settings, triggerOf } from './stream-settings.ts';

/** Watches a folder of nested click events (JSON), flattens them, and writes CSV. */
export function task1(
  settings: Task1Settings,
  session: Session = createSession({ timeZone: settings.timezone }),
): Promise<StreamingQuery> {
  const { schema, options } = readJsonSchema(settings.schema);
  return session.readStream
    .format('json')
    .schema(schema)
    .options({ ...sourceOptions(settings), ...options, mode: settings.mode })
    .load(settings.in)
    .select(
      col('Datetime').as('datetime'),
      col('Analytics.Clicks').as('clicks'),
      col('Analytics.Impressions').as('impressions'),
      col('Sales.Quantity').as('quantity'),
      col('Sales.Total_Price').as('total_price'),
    )
    .writeStream.format('csv')
    .options({
      header: true,
      escapeFormulas: settings.escapeFormulas ?? false,
      checkpointLocation: settings.checkpoint,
      sparkManifest: settings.sparkManifest,
    })
    .conf(engineConf(settings))
    .trigger(triggerOf(settings))
    .start(settings.out);
}
