// The clickstream pair on the public API, two queries that run one after the other: nested JSON events are flattened to CSV; the CSV is counted and
// summed in windows of event time, as Parquet. Events that do not fit the schema are set aside in `_rejects/`, with file, place and reason.
// `clickstream task1` and `clickstream task2` are the same two with options.
//
//   node examples/clickstream.js [OUT]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { avg, col, count, parquetSchema, read, readStream, sum, window } from '@clickstream-etl/clickstream';

const data = join(import.meta.dirname, 'data', 'clicks');
const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'clickstream-'));
const [csv, parquet] = [join(out, 'csv_files'), join(out, 'parquet_files')];

const flatten = await readStream
  .format('json')
  .schema(`
    Analytics STRUCT<Clicks: LONG NOT NULL, Impressions: LONG NOT NULL> NOT NULL,
    Sales STRUCT<Quantity: LONG NOT NULL, Total_Price: DOUBLE NOT NULL> NOT NULL,
    Datetime TIMESTAMP NOT NULL`)
  .load(data)
  .select(
    col('Datetime').as('datetime'),
    col('Analytics.Clicks').as('clicks'),
    col('Analytics.Impressions').as('impressions'),
    col('Sales.Quantity').as('quantity'),
    col('Sales.Total_Price').as('total_price'),
  )
  .writeStream.format('csv')
  .options({ header: true, checkpointLocation: join(out, 'checkpoints', 'flatten') })
  .trigger({ availableNow: true })
  .start(csv);
await flatten.awaitTermination();
console.log(
  `flatten: ${flatten.lastProgress.numInputRows} events in, ${flatten.lastProgress.sink.numOutputRows} rows out`,
);

const aggregate = await readStream
  .format('csv')
  .schema('datetime TIMESTAMP, clicks LONG, impressions LONG, quantity LONG, total_price DOUBLE')
  .option('header', true)
  .load(csv)
  .withWatermark('datetime', '30 seconds')
  .groupBy(window('datetime', '10 seconds'))
  .agg(
    count().as('events'),
    sum('clicks').as('clicks'),
    sum('impressions').as('impressions'),
    sum('quantity').as('quantity'),
    avg('total_price').as('avg_price'),
  )
  .writeStream.foreachBatch(async (batch) => {
    await batch.write.parquet(parquet);
  })
  .option('checkpointLocation', join(out, 'checkpoints', 'aggregate'))
  .trigger({ availableNow: true })
  .conf({ drain: true }) // the data ends here: close the windows that the watermark has not passed yet
  .start();
await aggregate.awaitTermination();

const windows = read.schema(await parquetSchema(parquet)).parquet(parquet);
console.table(
  await windows.selectExpr('window.start', 'events', 'clicks', 'impressions', 'quantity', 'avg_price').collect(),
);
console.log(`Results in ${out}`);
