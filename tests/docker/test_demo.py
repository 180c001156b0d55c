"""The demo profile's sources are filled and pulled from: a real PostgreSQL, SFTP server and server of S3."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from tests.airflow.site import afstem
from tests.sources.database_servers import DatabaseServer, postgresql
from tests.sources.file_servers import S3Server, SftpServer, s3_server, sftp_server

__all__ = ["postgresql", "s3_server", "sftp_server"]

DEMO = Path(__file__).resolve().parents[2] / "docker" / "demo"


def fill(script: Path, senders: Path, estate: Path, host_key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, script, senders, estate, host_key], env=os.environ, capture_output=True, text=True, check=False
    )


def test_the_demo_is_pulled_from_where_it_was_put(
    postgresql: DatabaseServer,
    s3_server: S3Server,
    sftp_server: SftpServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    senders, estate = sftp_server.root / "demo" / "afsendere", tmp_path / "estate.yaml"
    senders.mkdir(parents=True)
    address = postgresql.url.set(drivername="postgresql").render_as_string(hide_password=False)
    login = s3_server.credentials
    secret = quote(str(login.password), safe="")
    monkeypatch.setenv("AFSTEM_KILDER", address)
    monkeypatch.setenv("LAKE", f"s3://{login.username}:{secret}@/?region={login.query['region']}")
    monkeypatch.setenv("SFTP", sftp_server.credentials.render_as_string(hide_password=False))
    # What the containers are called is here this machine's servers, and the connections are the environment's.
    here = {
        "http://lake-s3:9000": s3_server.endpoint,
        "/opt/airflow/lake": str(tmp_path / "kopi"),
        "/etc/afstem/": f"{tmp_path}/",
        "sftp://kilder-sftp:22/afsendere": sftp_server.url(senders),
        "airflow: afstem_lake": "miljoe: LAKE",
        "airflow: afstem_kilder": "miljoe: AFSTEM_KILDER",
        "airflow: afstem_sftp": "miljoe: SFTP",
    }
    template = (DEMO / "estate.yaml").read_text(encoding="utf-8")
    for there, instead in here.items():
        assert there in template
        template = template.replace(there, instead)
    (tmp_path / "docker").mkdir()
    script = Path(shutil.copy(DEMO / "fill.py", tmp_path / "docker"))
    script.with_name("estate.yaml").write_text(template, encoding="utf-8")
    done = fill(script, senders, estate, sftp_server.host_key)
    assert done.returncode == 0, done.stderr
    written = yaml.safe_load(estate.read_text(encoding="utf-8"))
    assert written["kilder"]["ksd"]["sted"]["vaertsnoegle"] == sftp_server.host_key
    for command in ("land", "pull"):
        told = afstem(command, "--estate", estate)
        assert told.returncode == 0, told.stdout + told.stderr
    run = afstem("reconcile", "--estate", estate)
    assert run.returncode == 1, run.stderr
    assert afstem("validate", "--estate", estate).returncode == 1
    # An estate that the demo has not made is left alone.
    other = tmp_path / "anden" / "estate.yaml"
    other.parent.mkdir()
    other.write_text("lake: lake\n", encoding="utf-8")
    refused = fill(script, senders, other, sftp_server.host_key)
    assert (refused.returncode, other.read_text(encoding="utf-8")) == (1, "lake: lake\n")
    assert "left alone" in refused.stderr
