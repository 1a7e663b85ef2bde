"""Spark's side: the whole stream task with Trigger.AvailableNow, on two cores. python3 spark.py flatten|window IN OUT CHECKPOINT

The last line is JSON: seconds from the start of the query to its end, without the start of Python and the JVM.
"""

import json
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

WORK, INPUT, OUTPUT, CHECKPOINT = sys.argv[1:5]
NESTED = "Analytics STRUCT<Clicks: LONG, Impressions: LONG>, Sales STRUCT<Quantity: LONG, Total_Price: DOUBLE>, Datetime TIMESTAMP"
FLAT = "datetime TIMESTAMP, clicks LONG, impressions LONG, quantity LONG, total_price DOUBLE"

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "6g")
    .config("spark.sql.session.timeZone", "UTC")
    # The default of 200 is for clusters and would cost a local run most of its time.
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.log.level", "ERROR")
    .config("spark.ui.showConsoleProgress", "false")
    .getOrCreate()
)


def flatten():
    events = spark.readStream.schema(NESTED).option("multiLine", WORK == "arrays").json(INPUT)
    rows = events.select(
        f.col("Datetime").alias("datetime"),
        f.col("Analytics.Clicks").alias("clicks"),
        f.col("Analytics.Impressions").alias("impressions"),
        f.col("Sales.Quantity").alias("quantity"),
        f.col("Sales.Total_Price").alias("total_price"),
    )
    return rows.writeStream.format("csv").option("header", True).option("path", OUTPUT)


def window():
    """In update mode, as Spark has no way to close the last windows of a bounded run: every window comes out once."""
    rows = spark.readStream.schema(FLAT).option("header", True).csv(INPUT)
    windows = (
        rows.withWatermark("datetime", "30 seconds")
        .groupBy(f.window("datetime", "10 seconds"))
        .agg(
            f.count("*").alias("events"),
            f.sum("clicks").alias("clicks"),
            f.sum("impressions").alias("impressions"),
            f.sum("quantity").alias("quantity"),
            f.sum("total_price").alias("total_price"),
            f.avg("total_price").alias("avg_price"),
        )
        .select(f.col("window.start").alias("window_start"), "events", "clicks", "impressions", "quantity", "total_price", "avg_price")
    )
    return windows.writeStream.outputMode("update").foreachBatch(
        lambda batch, batch_id: batch.write.mode("append").parquet(OUTPUT)
    )


writer = {"flatten": flatten, "arrays": flatten, "window": window}[WORK]()
started = time.perf_counter()
query = writer.option("checkpointLocation", CHECKPOINT).trigger(availableNow=True).start()
query.awaitTermination()
seconds = time.perf_counter() - started
spark.stop()
print(json.dumps({"seconds": seconds}))
