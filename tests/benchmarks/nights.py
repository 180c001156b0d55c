"""How long a night takes in Airflow: ``python -m tests.benchmarks.nights`` (40 kommuner of 50,000 notes a side).

The same night by the commands, one after the other, and by 1, 2 and 4 workers of Celery on this machine, each with one
task at a time. Then every kommune's pull once more, when the lake has it already and there is next to nothing to do:
what a mapped task costs beside its work.
"""

from __future__ import annotations

import argparse
import shutil
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.contract import kommuner
from pipelines.demo.airflow import Airflow, pull_from_inbox
from pipelines.estate import load_estate
from pipelines.night import pull_one
from tests.airflow.site import KEY, afstem, celery_settings, celery_worker, running_redis
from tests.benchmarks import made
from tests.sources.database_servers import start_postgresql


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=50_000, help="notes a side and kommune (default 50,000)")
    parser.add_argument("--kommuner", type=int, default=40, help="how many (default 40)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], help="of Celery (default 1 2 4)")
    parser.add_argument("--folder", type=Path, default=Path(".cache/bench-nights"))
    options = parser.parse_args()
    folder = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    made.make(folder / "estate", options.notes, sorted(kommuner())[: options.kommuner])
    estate = pull_from_inbox(folder / "estate")
    # No more than the workers limits how many are pulled at a time.
    written = estate.read_text(encoding="utf-8").replace(
        "art: leverance", f"samtidige: {max(options.workers)}\n    art: leverance"
    )
    estate.write_text(written, encoding="utf-8")
    by_commands(estate)
    for workers in options.workers:
        by_workers(folder / f"workers-{workers}", estate, workers)


def by_commands(estate: Path) -> None:
    """The night by the commands, and one more pull of what the lake has."""
    _forget(estate)
    began = time.monotonic()
    for command in ("pull", "reconcile", "validate", "report"):
        done = afstem(command, "--estate", estate)
        assert done.returncode in (0, 1), done.stderr
        print(f"by commands: {command} done after {time.monotonic() - began:.1f} s", flush=True)
    opened = load_estate(estate)
    began = time.monotonic()
    for code in opened.kommuner:
        pulled, _ = pull_one(opened, "ksd", code, KEY.encode(), None)
        assert pulled["status"] == "kommet", pulled
    print(f"pull_one of what the lake has: {(time.monotonic() - began) / len(opened.kommuner):.2f} s each", flush=True)


def by_workers(home: Path, estate: Path, workers: int) -> None:
    """The night by ``workers`` workers of Celery."""
    _forget(estate)
    home.mkdir(parents=True)
    with closing(start_postgresql()) as servers, running_redis(home) as redis:
        airflow = Airflow(home / "airflow", estate, celery_settings(next(servers), redis))
        airflow.prepare()
        commands = [celery_worker(f"w{number}", 1) for number in range(workers)]
        with airflow.running("api-server", "scheduler", "dag-processor", *commands):
            night = airflow.night()
            tasks = airflow.tasks("reconcile", night["dag_run_id"])
            for system in made.SYSTEMS:
                run = airflow.run_of(f"snapshot_{system}", "scheduled")
                tasks += airflow.tasks(run["dag_id"], run["dag_run_id"])
            _tell(f"{workers} workers, the night", tasks)
            for task in ("pull", "reconcile_kommune", "gather", "validate", "report", "notify"):
                _tell(f"{workers} workers, {task}", [each for each in tasks if each["task_id"] == task])
            again = airflow.trigger("snapshot_ksd")
            airflow.run_of("snapshot_ksd", "manual")
            known = [each for each in airflow.tasks("snapshot_ksd", again) if each["task_id"] == "pull"]
            _tell(f"{workers} workers, pull of what the lake has", known)


def _tell(name: str, tasks: list[dict[str, Any]]) -> None:
    assert tasks, name
    assert name.endswith("night") or {each["state"] for each in tasks} == {"success"}, name
    begins, ends = ([datetime.fromisoformat(each[key]) for each in tasks] for key in ("start_date", "end_date"))
    span = (max(ends) - min(begins)).total_seconds()
    print(f"{name}: {len(tasks)} tasks, {span:.1f} s from first to last, {span / len(tasks):.2f} s each", flush=True)


def _forget(estate: Path) -> None:
    for name in ("lake", "inbox"):
        shutil.rmtree(estate.parent / name, ignore_errors=True)


if __name__ == "__main__":
    main()
