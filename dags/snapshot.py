"""`snapshot_<system>`: at night, what a system has of each kommune is pulled into the lake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from afstem_airflow import (
    LONGEST,
    LONGEST_PULL,
    RETRIED,
    START,
    TEXTS,
    asset_of,
    danish,
    estate,
    keys,
    moment_of,
    pool_of,
    systems,
    told,
)
from airflow.sdk import DAG, Metadata, Param, TriggerRule, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from pipelines.errors import UsageError

OUTCOME = "udfald"


def make_dag(system: str) -> DAG:
    """The DAG that pulls ``system``."""
    first = estate().kilder[system][0]
    asset = asset_of(system)

    @dag(
        dag_id=f"snapshot_{system}",
        description=f"Pull {system} of every kommune into the lake",
        schedule=danish(first.tidsplan),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=LONGEST * 2,
        default_args=RETRIED,
        tags=["afstem"],
        params={"kommuner": Param([], **TEXTS, description="Only these; all when empty")},
    )
    def snapshot() -> None:
        @task
        def kommuner() -> list[str]:
            with told():
                asked = get_current_context()["params"]["kommuner"]
                known = estate().kommuner_of(system, first)
                if unknown := sorted(set(asked) - set(known)):
                    raise UsageError(f"{system} is not pulled for {', '.join(unknown)}; it is for {', '.join(known)}.")
                return [code for code in known if not asked or code in asked]

        @task(pool=pool_of(system), map_index_template="{{ kommunekode }}", execution_timeout=LONGEST_PULL)
        def pull(kommunekode: str) -> None:
            from pipelines.night import pull_one

            context: Any = get_current_context()
            context["kommunekode"] = kommunekode
            with told():
                pulled, error = pull_one(estate(), system, kommunekode, *keys())
                # Told before it is raised, so that a kommune that failed is accounted for too.
                context["ti"].xcom_push(OUTCOME, pulled)
                if error is not None:
                    raise error

        @task(outlets=[asset], trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
        def publish(kommuner: list[str]) -> Iterator[Metadata]:
            from pipelines.night import account, night_of

            with told():
                context: Any = get_current_context()
                night = night_of(moment_of(context)).isoformat()
                # A backfill is no night.
                koersel = context["dag_run"].run_type.value
                yield Metadata(asset, extra={**account(system, night, kommuner, _pulled()), "koersel": koersel})

        @task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
        def outcome(kommuner: list[str]) -> None:
            from pipelines.night import account

            with told():
                made = account(system, "", kommuner, _pulled())
                # An older snapshot may be wrong where the newest has come.
                failed = [each["kommunekode"] for each in made["kommuner"] if each["saetning"] is not None]
                if failed:
                    raise AirflowFailException(
                        f"{len(failed)} of {len(kommuner)} kommuner failed: {', '.join(failed)}."
                    )

        asked = kommuner()
        # Both are last: a night that is not told of has failed, too.
        pull.expand(kommunekode=asked) >> [publish(asked), outcome(asked)]

    made: DAG = snapshot()
    return made


def _pulled() -> list[Any]:
    told_of = get_current_context()["ti"].xcom_pull(task_ids="pull", key=OUTCOME)
    several = told_of if isinstance(told_of, list) else [told_of]
    return [each for each in several if each is not None]


for _system in systems():
    globals()[f"snapshot_{_system}"] = make_dag(_system)
