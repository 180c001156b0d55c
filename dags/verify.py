"""`verify`: weekly, every file of the lake is held against its checksum."""

from __future__ import annotations

import logging
from typing import Any

from afstem_airflow import LONGEST, RETRIED, START, TEXTS, danish, estate, told, when_failed
from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from pipelines.errors import LakeDamaged

LOG = logging.getLogger(__name__)


@dag(
    dag_id="verify",
    description="Hold every file of the lake against its checksum",
    schedule=danish("0 12 * * 6"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=LONGEST * 2,
    default_args=RETRIED,
    on_failure_callback=when_failed("Søens filer er ikke, som de blev lagt, eller de kunne ikke efterses."),
    tags=["afstem"],
    params={"kommuner": Param([], **TEXTS, description="Only these; all when empty")},
)
def verify() -> None:
    """One task: the lake is read once."""

    @task
    def verify_files() -> int:
        from pipelines.lake.opening import open_lake
        from pipelines.upkeep import verify_lake

        context: Any = get_current_context()
        with told():
            found = verify_lake(open_lake(estate()), kommuner=context["params"]["kommuner"])
            if found.nothing:
                # A lake that is new; or another than it should be, which must not look verified.
                raise AirflowSkipException("The lake holds nothing of what was asked for: nothing was verified.")
            for word in ("changed", "missing", "unreadable", "unnamed", "unfinished"):
                for path in getattr(found, word):
                    LOG.warning("%s: %s", word, path)
            if not found.sound:
                faults = {*found.changed, *found.missing, *found.unreadable, *found.unnamed}
                raise LakeDamaged(f"{len(faults)} files of the lake are not as they were published: see this log.")
            return found.looked_at

    verify_files()


verify()
