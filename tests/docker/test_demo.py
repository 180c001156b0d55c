"""The demo profile's sources are filled and pulled from: a real PostgreSQL, and the senders' folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from tests.airflow.site import afstem
from tests.sources.database_servers import DatabaseServer, postgresql

__all__ = ["postgresql"]

FILL = Path(__file__).resolve().parents[2] / "docker" / "demo" / "fill.py"
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMade0fTheTests0000000000000000000000000000"


def test_the_demo_is_pulled_from_where_it_was_put(postgresql: DatabaseServer, tmp_path: Path) -> None:
    senders, estate = tmp_path / "afsendere", tmp_path / "estate.yaml"
    senders.mkdir()
    address = postgresql.url.set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, FILL, senders, estate, HOST_KEY],
        env={"AFSTEM_KILDER": address, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = yaml.safe_load(estate.read_text(encoding="utf-8"))
    assert written["kilder"]["ksd"]["sted"]["vaertsnoegle"] == HOST_KEY
    # What is in containers there is here in folders, and the database's address in a file.
    (tmp_path / "adresse").write_text(address, encoding="utf-8")
    written.update(lake="lake", inbox="demo/inbox")
    del written["objektlager"]
    for system, kilde in written["kilder"].items():
        if kilde["art"] == "postgresql":
            kilde["forbindelse"] = {"fil": "adresse"}
        else:
            kilde["sted"] = {"url": "afsendere"}
        assert system
    estate.write_text(yaml.safe_dump(written), encoding="utf-8")
    for command in ("land", "pull"):
        told = afstem(command, "--estate", estate)
        assert told.returncode == 0, told.stdout + told.stderr
    run = afstem("reconcile", "--estate", estate)
    assert run.returncode == 1, run.stderr
    assert afstem("validate", "--estate", estate).returncode == 1
