"""polars' side, lazy and streaming: python3 polars.py flatten|window|keyed IN OUT"""

import sys

# This file has the library's name; its folder must not be looked into first.
HERE = sys.path.pop(0)
import polars as pl  # noqa: E402

sys.path.append(HERE)
import peak_memory  # noqa: E402, F401

WORK, INPUT, OUTPUT = sys.argv[1:4]
NESTED = {
    "Analytics": pl.Struct({"Clicks": pl.Int64, "Impressions": pl.Int64}),
    "Sales": pl.Struct({"Quantity": pl.Int64, "Total_Price": pl.Float64}),
    "Datetime": pl.String,
}
NUMBERS = {"clicks": pl.Int64, "impressions": pl.Int64, "quantity": pl.Int64, "total_price": pl.Float64}


def flatten():
    analytics, sales = pl.col("Analytics").struct, pl.col("Sales").struct
    pl.scan_ndjson(f"{INPUT}/*.json", schema=NESTED).select(
        pl.col("Datetime").alias("datetime"),
        analytics.field("Clicks").alias("clicks"),
        analytics.field("Impressions").alias("impressions"),
        sales.field("Quantity").alias("quantity"),
        sales.field("Total_Price").alias("total_price"),
    ).sink_csv(OUTPUT)


def aggregate(keys):
    columns = {**({"page": pl.String} if "page" in keys else {}), "datetime": pl.String, **NUMBERS}
    time = pl.col("datetime").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="us", strict=True)
    pl.scan_csv(f"{INPUT}/*.csv", schema=columns).with_columns(time.dt.truncate("10s").alias("window_start")).group_by(
        keys
    ).agg(
        pl.len().cast(pl.Int64).alias("events"),
        pl.col("clicks", "impressions", "quantity", "total_price").sum(),
        pl.col("total_price").mean().alias("avg_price"),
    ).sink_parquet(OUTPUT)


{
    "flatten": flatten,
    "window": lambda: aggregate(["window_start"]),
    "keyed": lambda: aggregate(["window_start", "page"]),
}[WORK]()
