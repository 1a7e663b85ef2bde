// File aggregations over stock trades, complete mode: the greatest price and the average quantity per stock and side, columns renamed, small
// ones filtered out. Every batch gives the whole result again; each is written as files of its own, in a folder per side.
//
//   node examples/stocks-aggregates.js [OUT]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { avg, col, max, readStream, trim } from '@clickstream-etl/clickstream';

const data = join(import.meta.dirname, 'data', 'stocks');
const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'stocks-aggregates-'));

const totals = readStream
  .format('csv')
  .schema('name STRING, side STRING, price DOUBLE, quantity INT, millis LONG, time STRING')
  .options({ maxFilesPerTrigger: 3, mode: 'dropmalformed' })
  .load(data)
  .withColumn('tradeType', trim('side'))
  .withColumnRenamed('name', 'stockName')
  .where("price > 0 AND quantity > 0 AND tradeType IN ('BUY', 'SELL')")
  .groupBy('stockName', 'tradeType')
  .agg(max('price'), avg('quantity'))
  .withColumnRenamed('max(price)', 'maxPrice')
  .withColumnRenamed('avg(quantity)', 'avgQuantity')
  .filter(col('maxPrice').gt(100))
  .orderBy('stockName', 'tradeType');

const query = await totals.writeStream
  .outputMode('complete')
  .foreachBatch(async (batch, batchId) => {
    console.log(`After batch ${batchId}:\n${await batch.showString(30)}`);
    await batch.write.csv(join(out, `totals-${batchId}`), { partitionBy: ['tradeType'], options: { header: true } });
  })
  .option('checkpointLocation', join(out, 'checkpoint'))
  .trigger({ availableNow: true })
  .start();
await query.awaitTermination();
console.log(`Results in ${out}`);
