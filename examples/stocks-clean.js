// Cleaning and validation of stock trades: trims and normalises texts, types every column, leaves out what cannot be a trade, and writes
// one folder per stock. Lines that do not even fit the schema are set aside in `_rejects/`, with file, line and reason.
//
//   node examples/stocks-clean.js [OUT]
//
// More data: npx clickstream generate stocks --files 10 --out examples/data/stocks
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { col, readStream, trim, upper } from '@clickstream-etl/clickstream';

const data = join(import.meta.dirname, 'data', 'stocks');
const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'stocks-clean-'));

const trades = readStream
  .format('csv')
  .schema('name STRING, side STRING, price DOUBLE, quantity INT, millis LONG, time STRING')
  .options({ maxFilesPerTrigger: 2, mode: 'reject' })
  .load(data);

const clean = trades
  .select(
    upper(trim('name')).as('stockName'),
    trim('side').as('tradeType'),
    'price',
    'quantity',
    col('millis').divide(1000).cast('timestamp').as('eventTime'),
  )
  .where("stockName RLIKE '^[A-Z]{3}$' AND tradeType IN ('BUY', 'SELL') AND price > 0 AND quantity > 0");

const query = await clean
  .repartition(1)
  .writeStream.format('csv')
  .partitionBy('stockName')
  .options({ header: true, checkpointLocation: join(out, 'checkpoint') })
  .trigger({ availableNow: true })
  .start(join(out, 'trades'));
await query.awaitTermination();

for (const { batchId, numInputRows, sink } of query.recentProgress) {
  console.log(`batch ${batchId}: ${numInputRows} lines in, ${sink.numOutputRows} trades out`);
}
console.log(`Results in ${out}`);
