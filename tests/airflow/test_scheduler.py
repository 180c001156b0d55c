"""A real scheduler runs forty kommuner, on one machine and on two workers, one of which is killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from pipelines.contract import kommuner
from pipelines.demo.airflow import Airflow, free_port, stop
from pipelines.estate import DANISH_TIME
from tests.airflow.site import afstem, made, settings
from tests.lake.test_objects import in_folder, timeless
from tests.ledger.clean import Clean
from tests.packages import require_program
from tests.sources.database_servers import DatabaseServer, postgresql
from tests.sources.file_servers import HOST

__all__ = ["postgresql"]
pytestmark = pytest.mark.airflow

FORTY = sorted(kommuner())[:40]
SYSTEMS = ("edh", "kmd_sag", "ky")


def forty(folder: Path) -> Path:
    worlds = []
    for code in FORTY:
        world = Clean()
        world.kommunekode = code
        worlds.append(world)
    # One has lost a note, so that the verdict is not clean.
    worlds[7].new["journalnotat"].pop()
    return made(folder, *worlds)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The lake that the commands make of the same estate."""
    estate = forty(tmp_path_factory.mktemp("hand") / "estate")
    today = datetime.now(UTC).astimezone(DANISH_TIME).date().isoformat()
    for command in (["pull"], ["reconcile", "--date", today], ["validate"], ["report"]):
        done = afstem(*command, "--estate", estate)
        assert done.returncode in (0, 1), done.stderr
    return published(estate)


def published(estate: Path) -> dict[str, Any]:
    """What is published, but for the file that names what was told last, which the commands did not."""
    held = timeless(in_folder(estate.parent / "lake"))
    return {name: content for name, content in held.items() if not name.endswith("last_told")}


def counted(airflow: Airflow, run: dict[str, Any]) -> dict[str, Counter[str]]:
    states: dict[str, Counter[str]] = {}
    for task in airflow.tasks(run["dag_id"], run["dag_run_id"]):
        states.setdefault(task["task_id"], Counter())[task["state"]] += 1
    return states


def test_one_machine_runs_forty_kommuner(tmp_path: Path, by_hand: dict[str, Any], browser: Browser) -> None:
    estate = forty(tmp_path / "estate")
    airflow = Airflow(tmp_path / "home", estate, settings())
    airflow.prepare()
    with airflow.running():
        run = airflow.night()
        states = counted(airflow, run)
        assert states["reconcile_kommune"] == {"success": 40}
        assert [states[task] for task in ("report", "notify")] == [{"success": 1}] * 2
        assert states["verdict"] == {"failed": 1}
        user, password = airflow.login()
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{airflow.url}/dags/reconcile/runs/{run['dag_run_id']}")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.goto(f"{airflow.url}/dags/reconcile/runs/{run['dag_run_id']}")
        page.wait_for_selector("text=reconcile_kommune", timeout=60_000)
        page.wait_for_selector("text=verdict", timeout=60_000)
        if folder := os.environ.get("AFSTEM_SCREENSHOTS"):
            page.wait_for_timeout(3_000)
            page.screenshot(path=f"{folder}/grid.png")
    assert published(estate) == by_hand
    # All of it is gone with it.
    left = subprocess.run(["pgrep", "-f", str(airflow.home)], capture_output=True, text=True, check=False).stdout
    assert left == ""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[int]:
    program = require_program(["redis-server"], ["redis-server"])
    port = free_port()
    command = [program, "--port", str(port), "--bind", HOST, "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        time.sleep(1)
        assert process.poll() is None
        yield port
        stop(process)


def test_workers_of_celery_run_them_and_one_that_is_killed_is_made_up_for(
    tmp_path: Path, by_hand: dict[str, Any], postgresql: DatabaseServer, redis: int
) -> None:
    estate = forty(tmp_path / "estate")
    database = postgresql.url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    celery = {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{database}",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://{HOST}:{redis}/0",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
        "AIRFLOW__API_AUTH__JWT_SECRET": "5a" * 32,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "C_FORCE_ROOT": "1",
    }
    airflow = Airflow(tmp_path / "home", estate, {**settings(), **celery})
    airflow.prepare()
    workers = [f"celery worker --celery-hostname {name}@%h --skip-serve-logs" for name in ("one", "two")]
    with airflow.running("api-server", "scheduler", "dag-processor", *workers) as processes:
        killed = processes[-1]
        _wait_for_work(airflow)
        os.killpg(killed.pid, signal.SIGKILL)
        run = airflow.night()
        states = counted(airflow, run)
        assert states["reconcile_kommune"] == {"success": 40}
        tries = [task["try_number"] for system in SYSTEMS for task in _pulled(airflow, system)]
        tries += [task["try_number"] for task in airflow.tasks("reconcile", run["dag_run_id"])]
        assert max(tries) > 1, "the killed worker was at nothing"
        assert killed.poll() is not None
    assert published(estate) == by_hand


def _pulled(airflow: Airflow, system: str) -> list[dict[str, Any]]:
    run = airflow.run_of(f"snapshot_{system}", "scheduled")
    return airflow.tasks(f"snapshot_{system}", run["dag_run_id"])


def _wait_for_work(airflow: Airflow) -> None:
    """Until the second worker is at the work of a kommune."""
    for _ in range(300):
        told = airflow.ask("dags/~/dagRuns/~/taskInstances?state=running&limit=100")["task_instances"]
        if any(re.match("two@", task["hostname"] or "") or task["task_id"] == "pull" for task in told):
            return
        time.sleep(0.2)
    raise AssertionError("no kommune was begun")
