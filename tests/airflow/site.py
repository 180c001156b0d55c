"""Airflow in a folder of its own, and an estate whose systems it pulls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from pipelines.demo.airflow import HOST, Airflow, free_port, pull_from_inbox, stop
from tests.ledger.world import World, write
from tests.packages import require_program
from tests.sources.database_servers import DatabaseServer

KEY = "5e" * 24
# A script that imports the DAGs as Airflow does, and says what became of them in JSON on its last line.
_RUN_DAGS = """
import json, sys

sys.path.insert(0, sys.argv[1])
from airflow.dag_processing.dagbag import DagBag

bag = DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
told = {}
for dag_id, conf in json.loads(sys.argv[2]):
    run = bag.dags[dag_id].test(run_conf=conf)
    tasks = {}
    for ti in run.get_task_instances():
        tasks.setdefault(ti.task_id, []).append([ti.map_index, str(ti.state), ti.try_number])
    told[dag_id] = {"state": str(run.state), "tasks": tasks}
print()
print(json.dumps(told))
"""


def made(folder: Path, *worlds: World) -> Path:
    """The estate of ``worlds``, each system a source of deliveries."""
    write(folder, *worlds)
    return pull_from_inbox(folder)


def tells_a_webhook(estate: Path) -> Path:
    """``estate``, which from now on is told of through the webhook that AFSTEM_WEBHOOK names."""
    written = yaml.safe_load(estate.read_text(encoding="utf-8"))
    varsling = [{"art": "slack", "forbindelse": {"miljoe": "AFSTEM_WEBHOOK"}}]
    estate.write_text(yaml.safe_dump({**written, "varsling": varsling}, allow_unicode=True), encoding="utf-8")
    return estate


def settings() -> dict[str, str]:
    return {"AIRFLOW_VAR_AFSTEM_KEY": KEY}


@contextmanager
def running_redis(folder: Path) -> Iterator[int]:
    """A Redis server; its port."""
    program = require_program(["redis-server"], ["redis-server"])
    port = free_port()
    command = [program, "--port", str(port), "--bind", HOST, "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            time.sleep(1)
            assert process.poll() is None
            yield port
        finally:
            stop(process)


def celery_settings(database: DatabaseServer, redis: int) -> dict[str, str]:
    """What makes Airflow give its tasks to Celery's workers, and notice within a minute or two that one is gone."""
    url = database.url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    return {
        **settings(),
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{url}",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://{HOST}:{redis}/0",
        "AIRFLOW__API_AUTH__JWT_SECRET": "5a" * 32,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "90",
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
        # Where the tests are run as root.
        "C_FORCE_ROOT": "1",
    }


def celery_worker(name: str, concurrency: int) -> str:
    """The command that starts a worker."""
    return f"celery worker --celery-hostname {name}@%h --concurrency {concurrency} --skip-serve-logs"


def run_dags(airflow: Airflow, *dags: tuple[str, dict[str, Any]]) -> tuple[dict[str, Any], str]:
    """Run each DAG with its parameters in one process, without a scheduler: what became of each, and all it said."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN_DAGS, airflow.environment["AIRFLOW__CORE__DAGS_FOLDER"], json.dumps(dags)],
        env=airflow.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-4000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told, said


def afstem(*arguments: str | Path, key: str = KEY) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    program = Path(sys.executable).with_name("afstem")
    return subprocess.run(
        [program, *map(str, arguments)],
        env={**os.environ, "AFSTEM_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )


def states(told: dict[str, Any], task: str) -> list[str]:
    return [state for _, state, _ in sorted(told["tasks"][task])]
