"""The image as its Dockerfile makes it, in an empty Debian: what it installs, whom it runs as, what it can do."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from pipelines.demo.airflow import free_port
from tests.docker.dockerfile import Stage, build
from tests.packages import require_program
from tests.sources.database_servers import DatabaseServer, postgresql

__all__ = ["postgresql"]
pytestmark = pytest.mark.airflow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def image() -> Iterator[Stage]:
    debootstrap = require_program(["debootstrap"], ["debootstrap"])
    with tempfile.TemporaryDirectory(prefix="image-", ignore_cleanup_errors=True) as folder:
        base = Path(folder) / "base"
        done = subprocess.run(
            [debootstrap, "--variant=minbase", "bookworm", str(base)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        yield build(ROOT / "docker" / "Dockerfile", ROOT, base, Path(folder))


def test_it_runs_the_command_and_airflow_as_nobody_special(image: Stage) -> None:
    assert image.run(["id", "-u"]).stdout.strip() == "50000"
    told = image.run([*image.entrypoint, *image.command])
    assert (told.returncode, "Reconcile what the old case systems held" in told.stdout) == (0, True), told.stderr
    version = image.run([*image.entrypoint, "airflow", "version"])
    assert (version.returncode, version.stdout.strip().splitlines()[-1]) == (0, "3.3.2"), version.stderr
    for executor in ("celery.executors.celery_executor", "cncf.kubernetes.executors.kubernetes_executor"):
        assert image.run(["python", "-c", f"import airflow.providers.{executor}"]).returncode == 0


def test_it_reconciles(image: Stage) -> None:
    told = image.run([*image.entrypoint, "afstem", "demo", "--cases", "300", "--folder", "/tmp/demo"])
    assert told.returncode == 0, told.stdout + told.stderr
    assert "missed          0" in told.stdout


@pytest.fixture
def estate(image: Stage) -> Path:
    path = image.root / "etc" / "afstem" / "estate.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        'lake: /tmp/lake\ninbox: /tmp/inbox\nkommuner:\n  "0751": {overgang: {ksd: 2020-06-03T08:00:00+02:00}}\n'
        "kilder:\n  ksd: {art: leverance, samtidige: 3, sted: {url: /tmp/ud}}\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.usefixtures("estate")
def test_what_compose_begins_with_makes_the_database_and_its_pools(image: Stage, postgresql: DatabaseServer) -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    address = postgresql.url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    database = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": address}
    begun = image.run([*image.entrypoint, *compose["services"]["airflow-init"]["command"]], **database)
    assert begun.returncode == 0, begun.stdout[-2000:] + begun.stderr[-2000:]
    told = image.run([*image.entrypoint, "airflow", "pools", "get", "afstem_ksd", "--output", "json"], **database)
    (pool,) = json.loads(told.stdout.splitlines()[-1])
    assert (pool["pool"], pool["slots"]) == ("afstem_ksd", "3")
    # And the server that answers people lets in who knows the password, whatever stands in it.
    password, port = 'kode"ord\\4711', free_port()
    command = [*image.entrypoint, *compose["services"]["airflow-apiserver"]["command"]]
    environment = {
        **database,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": "/opt/airflow/passwords.json",
        "ADMIN_PASSWORD": password,
    }
    with ThreadPoolExecutor() as pool_of_one:
        # A compose file writes $$ for $.
        words = ["timeout", "60", *(word.replace("$$", "$") for word in command)]
        served = pool_of_one.submit(image.run, words, **environment)
        assert _let_in(port, password), served.result().stdout[-2000:]
        assert not _let_in(port, "kodeord", seconds=0)


def _let_in(port: int, password: str, seconds: int = 50) -> bool:
    body = json.dumps({"username": "admin", "password": password}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/auth/token", body, {"Content-Type": "application/json"}, method="POST"
    )
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 201)
        except OSError:
            if time.monotonic() >= until:
                return False
            time.sleep(1)


@pytest.mark.usefixtures("estate")
def test_it_sees_the_dags(image: Stage) -> None:
    script = (
        "import sys; sys.path.insert(0, '/opt/afstem/dags')\n"
        "from airflow.dag_processing.dagbag import DagBag\n"
        "bag = DagBag('/opt/afstem/dags'); print(bag.import_errors, sorted(bag.dags))"
    )
    told = image.run(["python", "-c", script])
    assert "{} ['reconcile', 'retention', 'snapshot_ksd', 'verify']" in told.stdout, told.stdout + told.stderr


def test_nothing_that_builds_is_left_in_it_and_its_code_cannot_be_changed(image: Stage) -> None:
    for tool in ("gcc", "cc", "make", "git", "curl"):
        assert image.run(["sh", "-c", f"command -v {tool}"]).returncode != 0, tool
    assert image.run(["sh", "-c", "echo > /opt/afstem/pipelines/new.py"]).returncode != 0
    assert image.run(["sh", "-c", "echo > /opt/airflow/its-own"]).returncode == 0
