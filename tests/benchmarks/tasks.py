"""What is timed, each in a process of its own: ``python -m tests.benchmarks.tasks NAME FOLDER``."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import duckdb

from pipelines.estate import load_estate
from pipelines.lake import Lake
from tests.benchmarks.made import BEFORE

KEY = b"a key for the benchmark, and no secret"


def land(folder: Path) -> None:
    """The delivery of KMD Sag, from CSV to published snapshot."""
    from pipelines.landing import land as land_deliveries

    shutil.rmtree(folder / "lake-timed", ignore_errors=True)
    inbox = folder / "inbox-timed"
    inbox.mkdir(exist_ok=True)
    if not (inbox / "kmd_sag").exists():
        shutil.copytree(folder / "inbox" / "kmd_sag", inbox / "kmd_sag", copy_function=_hard_link)
    estate = load_estate(folder / "estate.yaml")
    timed = estate.model_copy(update={"lake": folder / "lake-timed", "inbox": inbox})
    outcomes = land_deliveries(timed, KEY)
    assert [outcome.status for outcome in outcomes] == ["landet"], outcomes


def copy(folder: Path) -> None:
    """The same CSV files, copied to Parquet by DuckDB."""
    place = folder / "inbox" / "kmd_sag" / "0751" / BEFORE.strftime("%Y%m%dT%H%M%SZ")
    for entity in ("sag", "journalnotat"):
        target = folder / f"copied-{entity}.parquet"
        duckdb.execute(
            f"COPY (FROM read_csv('{place / entity}.csv', delim = ';', header = true)) "
            f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )


def scan(folder: Path) -> None:
    """Every column that the ledger reads, read and thrown away."""
    lake = Lake(folder / "lake")
    columns = {
        "sag": "sag_uuid sagsnummer titel part_id kle_emne kle_facet fremdrift fremdrift_fra oprettet ydelse_til "
        "sagstype fagsystem",
        "journalnotat": "sag_uuid fingeraftryk oprettet",
        "noeglepose": "ny_sag_uuid edh_sag_uuid dannet",
    }
    for snapshot in lake.snapshots():
        for entity, names in columns.items():
            path = snapshot.path(entity)
            if path is not None:
                hashes = ", ".join(f"max(hash({name}))" for name in names.split())
                duckdb.execute(f"SELECT {hashes} FROM read_parquet('{path}')").fetchall()


def reconcile(folder: Path) -> None:
    """From snapshots to written run."""
    from pipelines.reconcile import reconcile as make_run

    estate = load_estate(folder / "estate.yaml")
    lake = Lake(estate.lake)
    shutil.rmtree(lake.runs_folder, ignore_errors=True)
    run = make_run(estate, lake, today=date(2026, 11, 23))
    print(run.findings)


def _hard_link(source: str, target: str) -> str:
    Path(target).hardlink_to(source)
    return target


if __name__ == "__main__":
    {task.__name__: task for task in (land, copy, scan, reconcile)}[sys.argv[1]](Path(sys.argv[2]))
