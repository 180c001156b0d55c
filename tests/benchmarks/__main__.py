"""``make bench``: how long the main job takes, beside a bare scan and a peer, in one run.

Prints the machine, the versions, and of five runs each the median, the span and the peak memory.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars
import pyarrow

from pipelines.estate import load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from tests.benchmarks import made
from tests.benchmarks.tasks import KEY

PEER_PYTHON = ".cache/peers/bin/python"
TIMEOUT = 600.0


@dataclass(frozen=True)
class Timing:
    """Wall seconds of each run, and the largest resident memory of any, in MiB; no seconds: it did not finish."""

    name: str
    seconds: list[float]
    peak: float

    @property
    def median(self) -> float:
        """The median, in seconds; infinite when it did not finish."""
        return statistics.median(self.seconds) if self.seconds else float("inf")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000_000, help="notes a side (default 10 million)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--folder", type=Path, default=Path(".cache/bench"), help="where the deliveries are made")
    options = parser.parse_args()
    folder = options.folder.resolve() / str(options.notes)
    _prepare(folder, options.notes)
    task = [sys.executable, "-m", "tests.benchmarks.tasks"]
    notes = [str(snapshot.path("journalnotat")) for snapshot in Lake(folder / "lake").snapshots()]
    timings = [
        _time("DuckDB copies the CSV of KMD Sag to Parquet", [*task, "copy", str(folder)], options.runs),
        _time("afstem land, the same delivery", [*task, "land", str(folder)], options.runs),
        _time("DuckDB scans the columns the ledger reads", [*task, "scan", str(folder)], options.runs),
        _time("afstem reconcile, snapshots to written run", [*task, "reconcile", str(folder)], options.runs),
        _time(
            "datacompy (Polars), the two note tables", [PEER_PYTHON, "tests/benchmarks/peer.py", *notes], options.runs
        ),
    ]
    _tell(options.notes, timings)


def _prepare(folder: Path, notes: int) -> None:
    """Deliveries and lake, made once and kept."""
    if (folder / "ready").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Making {notes:,} notes a side …", file=sys.stderr)
    made.make(folder, notes)
    outcomes = land(load_estate(folder / "estate.yaml"), KEY)
    if [outcome.status for outcome in outcomes] != ["landet", "landet"]:
        raise SystemExit(f"the benchmark's own deliveries did not land: {outcomes}")
    (folder / "ready").touch()


def _time(name: str, command: list[str], runs: int) -> Timing:
    seconds, peak = [], 0.0
    for number in range(runs + 1):
        print(f"{name}: {'warm-up' if not number else f'run {number} of {runs}'}", file=sys.stderr)
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        if status or took > TIMEOUT:
            return Timing(name, [], usage.ru_maxrss / 1024)
        peak = max(peak, usage.ru_maxrss / 1024)
        if number:
            seconds.append(took)
    return Timing(name, seconds, peak)


def _tell(notes: int, timings: list[Timing]) -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"\n{notes:,} notes a side, {notes // made.NOTES_PER_CASE:,} cases; 0.1 % lost, 0.1 % changed.")
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, Python {platform.python_version()},")
    print(f"DuckDB {duckdb.__version__}, Polars {polars.__version__}, PyArrow {pyarrow.__version__}.")
    print("Whole processes, start of Python included.\n")
    print("| | median | span | peak memory |\n|---|---|---|---|")
    for timing in timings:
        if timing.seconds:
            span = f"{min(timing.seconds):.2f}–{max(timing.seconds):.2f} s"
            print(f"| {timing.name} | {timing.median:.2f} s | {span} | {timing.peak:,.0f} MiB |")
        else:
            print(f"| {timing.name} | did not finish | | {timing.peak:,.0f} MiB |")
    copy, landing, scan, reconcile, peer = (timing.median for timing in timings)
    print(f"\nLanding takes {landing / copy:.2f} times DuckDB's copy.")
    print(f"Reconciling takes {reconcile / scan:.2f} times the bare scan; the peer takes {peer / reconcile:.1f} times")
    print("as long as reconciling.")


if __name__ == "__main__":
    main()
