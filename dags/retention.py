"""`retention`: weekly, what nothing needs any more is told, and then removed, by the estate's bevaring."""

from __future__ import annotations

import logging
from typing import Any

from afstem_airflow import LONGEST, RETRIED, START, danish, estate, moment_of, told, when_failed
from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from pipelines.estate import DANISH_TIME

LOG = logging.getLogger(__name__)


@dag(
    dag_id="retention",
    description="Remove from the lake what nothing needs any more",
    # A day after verify, which would miss what goes while it looks.
    schedule=danish("0 12 * * 0"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=LONGEST * 2,
    default_args=RETRIED,
    on_failure_callback=when_failed("Oprydningen i søen kom ikke til ende."),
    tags=["afstem"],
    params={"kun_vis": Param(False, type="boolean", description="Tell what would go, and remove nothing")},
)
def retention() -> None:
    """What goes is decided and told by one task, and removed by the next."""

    @task
    def decide() -> list[list[str]]:
        from pipelines.lake.opening import open_lake
        from pipelines.upkeep import plan_retention

        context: Any = get_current_context()
        with told():
            if estate().bevaring is None:
                raise AirflowSkipException("The estate has no bevaring, so everything is kept.")
            plan = plan_retention(estate(), open_lake(estate()), moment_of(context).astimezone(DANISH_TIME).date())
            going = [thing for thing in plan.things if not thing.kept]
            for thing in going:
                LOG.info("%s %s goes: %s", thing.kind, thing.name, thing.why)
            LOG.info("%d things, %d of them go.", len(plan.things), len(going))
            return [[thing.kind, thing.name, thing.why] for thing in going]

    @task
    def remove(going: list[list[Any]]) -> int:
        from pipelines.lake.opening import open_lake
        from pipelines.upkeep import Kept, RetentionPlan, apply_retention

        context: Any = get_current_context()
        if context["params"]["kun_vis"]:
            raise AirflowSkipException("Only told, as was asked.")
        with told():
            today = moment_of(context).astimezone(DANISH_TIME).date()
            plan = RetentionPlan(tuple(Kept(kind, name, False, why) for kind, name, why in going))
            return len(apply_retention(estate(), open_lake(estate()), plan, today))

    remove(decide())


retention()
