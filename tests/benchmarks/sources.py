"""How long a pull takes: ``python -m tests.benchmarks.sources`` (2 million notes in PostgreSQL, a table of SIARD-DK).

Each is timed in a process of its own, beside ``COPY (the same query) TO STDOUT`` read and thrown away.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

NOTES = 2_000_000
COLUMNS = "notat_id, sag_uuid, oprettet, forfatter, titel, tekst, format"
QUERY = f"SELECT {COLUMNS} FROM journalnotat ORDER BY notat_id"
KEY = b"a key for the benchmark, and no secret"


def fill(url: URL, notes: int) -> None:
    """The notes as the server makes them, about 300 characters each."""
    import psycopg

    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute(
            """CREATE TABLE journalnotat AS
            SELECT 'N' || lpad(nr::text, 9, '0') AS notat_id, md5((nr / 8)::text)::uuid AS sag_uuid,
                timestamptz '2015-01-01 08:00+01' + nr * interval '61 seconds' AS oprettet,
                'Mette Sørensen' AS forfatter, 'Samtale ' || nr % 100 AS titel,
                repeat('Borgeren ringede; vi aftalte "opfølgning". ' || nr || E'\\n', 5) || 'Slut.' AS tekst,
                'text' AS format
            FROM generate_series(1, %(notes)s::bigint) AS nr""".replace("%(notes)s", str(notes))
        )
        connection.execute("ALTER TABLE journalnotat ADD PRIMARY KEY (notat_id)")
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE journalnotat")


def copy(url: URL) -> None:
    """COPY the query to nowhere."""
    import psycopg

    with (
        psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({QUERY}) TO STDOUT") as records,
    ):
        for _ in records:
            pass


def pull(folder: Path) -> None:
    """From the server to a published snapshot."""
    from pipelines.estate import load_estate
    from pipelines.landing.pull import pull as pull_sources

    shutil.rmtree(folder / "lake", ignore_errors=True)
    (outcome,) = pull_sources(load_estate(folder / "estate.yaml"), KEY)
    assert outcome.status == "landet", outcome


def siard(folder: Path) -> None:
    """The reading of one table of an arkiveringsversion, its checksums not counted; prints MB/s of this one thread."""
    from pipelines.sources.siard import open_extract

    table = open_extract(folder / "siard").tables["NOTAT"]
    size = next((folder / "siard").rglob("table1.xml")).stat().st_size
    began = time.process_time()
    rows = sum(batch.num_rows for batch in table.read(lambda _: None))
    took = time.process_time() - began
    print(f"SIARD-DK: {rows:,} rows, {size / 1e6:.0f} MB of XML, {size / 1e6 / took:.0f} MB/s of CPU time")


def make_siard(folder: Path) -> None:
    """An arkiveringsversion with one table of about 250 MB."""
    import polars as pl

    from tests.sources.siard_made import Made, MadeTable

    text = "Borgeren ringede og fortalte; vi aftalte opfølgning & svar. " * 6
    frame = pl.select(nr=pl.int_range(450_000)).select(
        notat_id=pl.format("N{}", "nr"),
        sag_uuid=pl.lit("00000000-0000-4000-8000-000000000001"),
        oprettet=pl.lit("2019-05-12T10:00:00"),
        forfatter=pl.lit("Mette Sørensen"),
        titel=pl.format("Samtale {}", "nr"),
        tekst=pl.format(text + "{}", "nr"),
        format=pl.lit("text"),
    )
    Made({"NOTAT": MadeTable(frame)}).write(folder / "siard")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=NOTES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(".cache/bench-sources"))
    parser.add_argument("--task", choices=["copy", "pull", "siard"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.task:
        url = make_url(os.environ.get("BENCH_DATABASE", "x://"))
        {"copy": lambda: copy(url), "pull": lambda: pull(folder), "siard": lambda: siard(folder)}[options.task]()
        # Not of getrusage, which a child is born with from its parent.
        status = Path("/proc/self/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
        print(f"{options.task}: peak {peak:.0f} MiB")
        return
    from tests.sources.database_servers import start_postgresql

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make_siard(folder)
    (folder / "estate.yaml").write_text(
        "lake: lake\ninbox: inbox\nkommuner: {'0751': {}}\nkilder:\n  edh:\n    art: postgresql\n"
        "    forbindelse: {miljoe: BENCH_DATABASE}\n    kommuner: ['0751']\n    entiteter:\n"
        "      journalnotat: {tabel: journalnotat, noegle: notat_id}\n"
    )
    with closing(start_postgresql()) as servers:
        server = next(servers)
        fill(server.url, options.notes)
        environment = {**os.environ, "BENCH_DATABASE": server.url.render_as_string(hide_password=False)}
        for _ in range(options.runs):
            for task in ("copy", "pull", "siard"):
                began = time.monotonic()
                command = [sys.executable, "-m", "tests.benchmarks.sources", "--folder", str(folder), "--task", task]
                subprocess.run(command, env=environment, check=True)
                print(f"{task}: {time.monotonic() - began:.2f} s", flush=True)


if __name__ == "__main__":
    main()
