"""The peer, run by its own environment: datacompy (Polars) on the two note tables that the ledger reads.

The pairs are given to it: the benchmark's new cases keep their old ids, so that the case and the time say
which note should answer which.
"""

import sys

import datacompy
import polars as pl

KEY = ["sag_uuid", "oprettet"]
COLUMNS = [*KEY, "fingeraftryk"]

# datacompy finds no two binary values equal.
as_text = pl.col("fingeraftryk").bin.encode("hex")
before, after = (pl.read_parquet(path, columns=COLUMNS).with_columns(as_text) for path in sys.argv[1:3])
compared = datacompy.PolarsCompare(before, after, join_columns=KEY, df1_name="foer", df2_name="efter")
print(compared.count_matching_rows(), len(compared.df1_unq_rows), len(compared.df2_unq_rows))
