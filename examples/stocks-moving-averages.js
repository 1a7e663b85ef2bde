// Moving averages of stock prices over sliding windows of event time: two queries at once in one process, each with its own checkpoint.
//   fast: windows of 3 seconds, one every second, trades up to 5 seconds late
//   slow: windows of 10 seconds, one every 5 seconds
//
//   node examples/stocks-moving-averages.js [OUT]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { avg, col, count, max, min, parquetSchema, read, readStream, sql, window } from '@clickstream-etl/clickstream';

const data = join(import.meta.dirname, 'data', 'stocks');
const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'stocks-averages-'));

const trades = readStream
  .format('csv')
  .schema('name STRING, side STRING, price DOUBLE, quantity INT, millis LONG, time STRING')
  .option('mode', 'dropmalformed')
  .load(data)
  .where('price > 0 AND quantity > 0')
  .selectExpr('upper(trim(name)) AS stockName', 'price', 'timestamp_millis(millis) AS eventTime');

function movingAverages(duration, slide) {
  return trades
    .withWatermark('eventTime', '5 seconds')
    .groupBy(window('eventTime', duration, slide), 'stockName')
    .agg(avg('price').as('avgPrice'), min('price').as('minPrice'), max('price').as('maxPrice'), count().as('trades'))
    .select(
      col('window.start').as('start'),
      col('window.end').as('end'),
      'stockName',
      'avgPrice',
      'minPrice',
      'maxPrice',
      'trades',
    );
}

const start = (table, name) =>
  table.writeStream
    .format('parquet')
    .queryName(name)
    .option('checkpointLocation', join(out, 'checkpoints', name))
    .trigger({ availableNow: true })
    .conf({ drain: true }) // the data ends here: close the last windows too
    .start(join(out, name));

const queries = await Promise.all([
  start(movingAverages('3 seconds', '1 second'), 'fast'),
  start(movingAverages('10 seconds', '5 seconds'), 'slow'),
]);
await Promise.all(queries.map((query) => query.awaitTermination()));

// Both results are Parquet files. Read one back, with SQL.
const slow = join(out, 'slow');
read
  .schema(await parquetSchema(slow))
  .parquet(slow)
  .createOrReplaceTempView('slow');
const rio = await sql(`
  SELECT start, date_format(end, 'HH:mm:ss') AS until, round(avgPrice, 2) AS avgPrice, minPrice, maxPrice, trades
  FROM slow WHERE stockName = 'RIO' ORDER BY start`).collect();
console.table(rio);
console.log(`Results in ${out}`);
