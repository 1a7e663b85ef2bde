// A fact with two dimensions, date and product, with history: a product's row says from when until when it was so, and a sale finds the row that
// was right at the time of the sale. Sales are a stream; one that is delivered twice within a day counts once.
//
//   node examples/star-schema.js [OUT]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read, readStream, sql } from '@clickstream-etl/clickstream';

const data = join(import.meta.dirname, 'data', 'shop');
const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'star-schema-'));

// The product dimension: each change begins a row, which ends where the product's next change begins (null: still so)
read
  .schema('product_id INT, name STRING, category STRING, price DECIMAL(10,2), changed_at TIMESTAMP')
  .option('header', true)
  .csv(join(data, 'product_changes.csv'))
  .createOrReplaceTempView('changes');
const products = sql(`
  SELECT c.product_id, c.changed_at AS valid_from, min(n.changed_at) AS valid_until,
         first(c.name) AS name, first(c.category) AS category, first(c.price) AS price
  FROM changes c LEFT JOIN changes n ON n.product_id = c.product_id AND n.changed_at > c.changed_at
  GROUP BY c.product_id, c.changed_at`);
products.createOrReplaceTempView('dim_product');

// The date dimension: a row per day
const dates = sql(`SELECT explode(sequence(DATE'2026-01-01', DATE'2026-01-31')) AS date`).selectExpr(
  'date',
  "date_format(date, 'yyyy-MM') AS month",
  "date_format(date, 'EEEE') AS weekday",
  'dayofweek(date) IN (1, 7) AS weekend',
);
dates.createOrReplaceTempView('dim_date');

// The fact: sales with the keys of both dimensions and what was true then
readStream
  .format('json')
  .schema('sale_id LONG, product_id INT, quantity INT, sold_at TIMESTAMP')
  .load(join(data, 'sales'))
  .withWatermark('sold_at', '1 day')
  .dropDuplicatesWithinWatermark(['sale_id'])
  .createOrReplaceTempView('sales');
const facts = sql(`
  SELECT s.sale_id, s.sold_at, d.date, d.weekday, s.product_id, p.valid_from AS product_valid_from, p.category,
         s.quantity, s.quantity * p.price AS revenue, d.month
  FROM sales s
  LEFT JOIN dim_product p
    ON s.product_id = p.product_id AND s.sold_at >= p.valid_from AND (p.valid_until IS NULL OR s.sold_at < p.valid_until)
  LEFT JOIN dim_date d ON CAST(s.sold_at AS date) = d.date`);

await products.write.parquet(join(out, 'dim_product'));
await dates.write.parquet(join(out, 'dim_date'));
const query = await facts.writeStream
  .format('json')
  .partitionBy('month')
  .option('checkpointLocation', join(out, 'checkpoint'))
  .trigger({ availableNow: true })
  .start(join(out, 'fact_sales'));
await query.awaitTermination();

const written = read.schema(facts.schema).json(join(out, 'fact_sales'));
console.table(
  await written.select('sale_id', 'date', 'product_id', 'category', 'revenue', 'month').orderBy('sale_id').collect(),
);
console.log(`Results in ${out}`);
