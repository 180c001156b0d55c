"""The image as its Dockerfile makes it, in an empty Debian: what it installs, whom it runs as, what it can do."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.dockerfile import Stage, build
from tests.packages import require_program

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


def test_it_sees_the_dags(image: Stage) -> None:
    estate = image.root / "etc" / "afstem"
    estate.mkdir(exist_ok=True)
    (estate / "estate.yaml").write_text(
        'lake: /tmp/lake\ninbox: /tmp/inbox\nkommuner:\n  "0751": {overgang: {ksd: 2020-06-03T08:00:00+02:00}}\n'
        "kilder:\n  ksd: {art: leverance, sted: {url: /tmp/ud}}\n",
        encoding="utf-8",
    )
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
