// Transit data (GTFS): trips, calendar_dates and frequencies are joined by SQL over registered views into a dimension of enriched trips. A
// stream of stop_times files is enriched with it, batch by batch.
// GTFS counts the hours of a service day past midnight: 25:10:00 is ten past one in the night that belongs to the day before. Such times stay
// texts, with the seconds since the start of the service day beside them.
//
//   node examples/gtfs.js [OUT]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetSchema, read, readStream, sql } from '@clickstream-etl/clickstream';

const data = join(import.meta.dirname, 'data', 'gtfs');
const out = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'gtfs-'));

// 1. The static tables, as views
const tables = {
  trips: 'route_id STRING, service_id STRING, trip_id STRING, trip_headsign STRING, direction_id INT',
  calendar_dates: 'service_id STRING, date STRING, exception_type INT',
  frequencies: 'trip_id STRING, start_time STRING, end_time STRING, headway_secs INT',
};
for (const [name, schema] of Object.entries(tables)) {
  read
    .schema(schema)
    .option('header', true)
    .csv(join(data, `${name}.csv`))
    .createOrReplaceTempView(name);
}

// 2. The dimension: a row per trip and day on which it runs (exception type 1: service added)
const enrichedTrips = sql(`
  SELECT t.trip_id, t.route_id, t.trip_headsign, t.direction_id, to_date(d.date, 'yyyyMMdd') AS service_date,
         f.start_time, f.end_time, f.headway_secs
  FROM trips t
  JOIN calendar_dates d ON t.service_id = d.service_id AND d.exception_type = 1
  LEFT JOIN frequencies f ON t.trip_id = f.trip_id`);
const dimension = join(out, 'enriched_trip');
await enrichedTrips.write.parquet(dimension);
read
  .schema(await parquetSchema(dimension))
  .parquet(dimension)
  .createOrReplaceTempView('enriched_trip');

// 3. The stream, enriched
readStream
  .format('csv')
  .schema('trip_id STRING, arrival_time STRING, departure_time STRING, stop_id STRING, stop_sequence INT')
  .options({ header: true, maxFilesPerTrigger: 1 })
  .load(join(data, 'stop_times'))
  .withColumn('arrival', "split(arrival_time, ':')")
  .withColumn('arrival_seconds', 'int(arrival[0]) * 3600 + int(arrival[1]) * 60 + int(arrival[2])')
  .drop('arrival')
  .createOrReplaceTempView('stop_times');
const enriched = sql(`
  SELECT e.service_date, e.route_id, e.trip_headsign, s.*, e.headway_secs,
         date_add(e.service_date, int(s.arrival_seconds DIV 86400)) AS arrival_date
  FROM stop_times s LEFT JOIN enriched_trip e ON s.trip_id = e.trip_id`);

const query = await enriched.writeStream
  .format('csv')
  .options({ header: true, checkpointLocation: join(out, 'checkpoint') })
  .trigger({ availableNow: true })
  .start(join(out, 'enriched_stop_time'));
await query.awaitTermination();

const rows = read.schema(enriched.schema).option('header', true).csv(join(out, 'enriched_stop_time'));
console.table(
  await rows.select('service_date', 'route_id', 'trip_id', 'arrival_time', 'arrival_seconds', 'arrival_date').collect(),
);
console.log(`Results in ${out}`);
