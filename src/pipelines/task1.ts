import { col, createSession, readJsonSchema, type Session, type StreamingQuery } from '../index.ts';
import { type StreamSettings, sourceOptions, triggerOf } from './stream-settings.ts';

export interface Task1Settings extends StreamSettings {
  /** Path of a JSON Schema of the events: their types, and what must be there. */
  readonly schema: string;
  /** reject, permissive, dropmalformed, failfast: what happens to a record that does not fit. */
  readonly mode: string;
}

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
    .options({ header: true, checkpointLocation: settings.checkpoint, sparkManifest: settings.sparkManifest })
    .trigger(triggerOf(settings))
    .start(settings.out);
}
