// DuckDB's side of the benchmarks: the same work as one SQL statement, as a whole process. node duckdb.js flatten|window|keyed IN OUT
import { DuckDBInstance } from '@duckdb/node-api';

const [work, input, output] = process.argv.slice(2);
const CLICKS =
  "{Analytics:'STRUCT(Clicks BIGINT, Impressions BIGINT)',Sales:'STRUCT(Quantity BIGINT, Total_Price DOUBLE)',Datetime:'TIMESTAMP'}";
const ROWS = "{datetime:'TIMESTAMP',clicks:'BIGINT',impressions:'BIGINT',quantity:'BIGINT',total_price:'DOUBLE'}";

const STATEMENTS = {
  flatten: `copy (select Datetime datetime, Analytics.Clicks clicks, Analytics.Impressions impressions, Sales.Quantity quantity,
      Sales.Total_Price total_price from read_json('${input}/*.json', columns=${CLICKS}, format='newline_delimited'))
    to '${output}' (header)`,
  window: `copy (select time_bucket(interval '10 seconds', datetime) window_start, count(*) events, sum(clicks) clicks,
      sum(impressions) impressions, sum(quantity) quantity, sum(total_price) total_price, avg(total_price) avg_price
      from read_csv('${input}/*.csv', header=true, columns=${ROWS}) group by 1 order by 1)
    to '${output}' (format parquet)`,
};

const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
await connection.run(STATEMENTS[work]);
