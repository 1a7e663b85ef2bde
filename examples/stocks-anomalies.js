// Price anomalies: a trade whose price is further than K standard deviations from the mean of its stock in its window. One foreachBatch writes
// to two places: every window with its statistics to Parquet, every anomaly to JSON.
//
//   node examples/stocks-anomalies.js [OUT [K]]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  avg,
  col,
  collectList,
  count,
  readStream,
  stddevPop,
  struct,
  tableOf,
  window,
} from '@clickstream-etl/clickstream';

const data = join(import.meta.dirname, 'data', 'stocks');
const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'stocks-anomalies-'));
const k = Number(process.argv[3] ?? 2);

const windows = readStream
  .format('csv')
  .schema('name STRING, side STRING, price DOUBLE, quantity INT, millis LONG, time STRING')
  .option('mode', 'dropmalformed')
  .load(data)
  .where('price > 0 AND quantity > 0')
  .selectExpr('upper(trim(name)) AS stockName', 'price', 'timestamp_millis(millis) AS eventTime')
  .withWatermark('eventTime', '5 seconds')
  .groupBy(window('eventTime', '20 seconds'), 'stockName')
  .agg(
    avg('price').as('mean'),
    stddevPop('price').as('deviation'),
    count().as('trades'),
    collectList(struct('eventTime', 'price')).as('all'),
  )
  .withColumn('start', col('window.start'))
  .withColumn('anomalies', `filter(all, trade -> abs(trade.price - mean) > ${k} * deviation)`)
  .drop('window', 'all');

const query = await windows.writeStream
  .foreachBatch(async (batch) => {
    const { rows } = await batch.write.parquet(join(out, 'windows'));
    if (rows === 0) return;
    const anomalies = tableOf(batch).selectExpr('stockName', 'mean', 'deviation', 'explode(anomalies) AS trade');
    await batch.with(anomalies).write.json(join(out, 'anomalies'));
    console.log(await batch.with(anomalies).showString(50, 0));
  })
  .option('checkpointLocation', join(out, 'checkpoint'))
  .trigger({ availableNow: true })
  .conf({ drain: true })
  .start();
await query.awaitTermination();
console.log(`Results in ${out}`);
