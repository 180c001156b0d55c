"""`reconcile`: when the night's snapshots have come, or its frist has, every kommune is reconciled, judged and told."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from afstem_airflow import (
    LONGEST,
    RETRIED,
    START,
    TEXTS,
    asset_of,
    by_itself,
    danish,
    estate,
    keys,
    moment_of,
    systems,
    tell_broken_off,
    told,
    when_failed,
)
from airflow.sdk import (
    AssetAny,
    AssetOrTimeSchedule,
    DeadlineAlert,
    DeadlineReference,
    Param,
    SyncCallback,
    TriggerRule,
    dag,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from pipelines.errors import UsageError
from pipelines.estate import DANISH_TIME

if TYPE_CHECKING:
    from pipelines.night import SystemNight
    from pipelines.reconcile import Seen

_ASSETS = {system: asset_of(system) for system in systems()}
_HOUR, _MINUTE = estate().frist.split(":")
_FRIST = danish(f"{int(_MINUTE)} {int(_HOUR)} * * *")
LOG = logging.getLogger(__name__)
FAILURE = "fejl"


def _deadline() -> DeadlineAlert | None:
    """The alert when a night takes longer than ``AFSTEM_DEADLINE_MINUTES``; without the switch there is none."""
    minutes = os.environ.get("AFSTEM_DEADLINE_MINUTES")
    if not minutes:
        return None
    if not minutes.isdecimal():
        raise UsageError("AFSTEM_DEADLINE_MINUTES must be a whole number of minutes. Put it right, or leave it out.")
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=int(minutes)),
        callback=SyncCallback("afstem_airflow.tell_late", kwargs={"minutes": int(minutes)}),
    )


def _seen(context: Any) -> Seen:
    """The snapshots that the run may rest on: those asked for, extracted before it was due."""
    from pipelines.reconcile import Seen

    return Seen(frozenset(context["params"]["snapshots"]), moment_of(context))


@dag(
    dag_id="reconcile",
    description="Reconcile, judge and report every kommune of the night",
    # Each system begins a run, and the one that finds all of them goes on: were they waited for together, what one
    # told too early or too late would stay and count in the next night.
    schedule=AssetOrTimeSchedule(assets=AssetAny(*_ASSETS.values()), timetable=_FRIST) if _ASSETS else _FRIST,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=LONGEST * 2,
    deadline=_deadline(),
    default_args=RETRIED,
    # Whatever else goes wrong, the verdict tells.
    on_failure_callback=when_failed("Nattens afstemning tog for lang tid og blev stoppet.", "timed_out"),
    tags=["afstem"],
    params={
        "kommuner": Param([], **TEXTS, description="Only these; all when empty"),
        "snapshots": Param([], **TEXTS, description="Rest on these alone, by their ids; on the newest when empty"),
        "genberegn": Param(False, type="boolean", description="Reckon every part again; it must give the same bytes"),
    },
)
def reconcile() -> None:
    """Plan, a task for each kommune, and what is made of all of them."""

    @task(inlets=list(_ASSETS.values()))
    def plan() -> dict[str, Any]:
        from pipelines.lake.opening import open_lake
        from pipelines.night import TOO_NEW, missing_of, waited_for
        from pipelines.notify import is_told
        from pipelines.reconcile import make_plan

        context: Any = get_current_context()
        with told():
            run = context["dag_run"]
            lake = open_lake(estate())
            # Who asks for a run of his own, or of an earlier day, expects no night of it.
            awaited = by_itself(run.run_type)
            if awaited:
                night = _night(context)
                if night is None:
                    raise AirflowSkipException("What has been pulled is of no night: it was a backfill.")
                nights = _nights(context, night)
                waiting = waited_for(estate(), nights)
                if run.run_type == "asset_triggered" and waiting:
                    raise AirflowSkipException(
                        f"{', '.join(waiting)} is not pulled whole yet; {estate().frist} is waited for."
                    )
                if not any(nights.values()) and not lake.snapshots():
                    if context["ti"].get_previous_dagrun() is None:
                        raise AirflowSkipException("Nothing has been pulled yet: the first night is waited for.")
                    raise AirflowFailException(
                        "Nothing has ever been pulled: see to the runs of snapshot_*, and pools."
                    )
            made = make_plan(estate(), lake, _today(context), kommuner=_kommuner(context), seen=_seen(context))
            missing = []
            if awaited:
                # Cleared by somebody, it is done again, that its verdict stands.
                if is_told(lake, made.run_id, night) and context["ti"].try_number == 1:
                    raise AirflowSkipException(f"All that has come stands in run {made.run_id}, and is told.")
                rested_on = {one for code in made.kommuner for one in made.pinned(code)["leverancer"]}
                missing = missing_of(estate(), nights, _kommuner(context), rested_on)
                if run.run_type == "asset_triggered" and any(each.reason == TOO_NEW for each in missing):
                    raise AirflowSkipException(
                        "More has come since this run was begun; what told of it begins another."
                    )
            for each in missing:
                LOG.warning("%s of %s has not come: %s", each.system, each.kommunekode, each.reason)
            return {"run_id": made.run_id, "kommuner": made.kommuner, "mangler": [asdict(each) for each in missing]}

    @task
    def kommuner(plan: dict[str, Any]) -> list[str]:
        return list(plan["kommuner"])

    @task(map_index_template="{{ kommunekode }}")
    def reconcile_kommune(kommunekode: str, plan: dict[str, Any]) -> str:
        from pipelines.lake.opening import open_lake
        from pipelines.reconcile import make_part, open_plan

        context: Any = get_current_context()
        context["kommunekode"] = kommunekode
        try:
            with told():
                lake = open_lake(estate())
                again = bool(context["params"]["genberegn"])
                make_part(lake, open_plan(lake, plan["run_id"]), kommunekode, keys()[1], again=again)
                return kommunekode
        except AirflowFailException as error:
            context["ti"].xcom_push(FAILURE, [kommunekode, str(error)])
            raise

    @task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
    def gather(plan: dict[str, Any]) -> str:
        from pipelines.lake.opening import open_lake
        from pipelines.night import gather_night

        context: Any = get_current_context()
        with told():
            lake = open_lake(estate())
            run = gather_night(
                estate(),
                lake,
                plan["run_id"],
                _today(context),
                started=context["dag_run"].start_date,
                told=_failures(context),
                kommuner=_kommuner(context),
                seen=_seen(context),
                text_key=keys()[1],
            )
            return run.run_id

    @task
    def validate(koersel: str) -> str:
        from pipelines.lake.opening import open_lake
        from pipelines.validate import validate as judge

        with told():
            judge(open_lake(estate()), koersel)
            return koersel

    @task
    def report(koersel: str) -> str:
        from pipelines.lake.opening import open_lake
        from pipelines.report import write_report

        with told():
            return str(write_report(open_lake(estate()), koersel))

    @task
    def notify(koersel: str, plan: dict[str, Any]) -> str:
        from pipelines.lake.opening import open_lake
        from pipelines.night import Missing
        from pipelines.notify import compose, since
        from pipelines.notify import notify as tell

        context: Any = get_current_context()
        missing = [Missing(**each) for each in plan["mangler"]]
        with told():
            lake = open_lake(estate())
            if by_itself(context["dag_run"].run_type):
                ti = context["ti"]
                last_try = ti.try_number > ti.max_tries
                message = tell(estate(), lake, koersel, missing, _night(context), last_try=last_try)
            else:
                # A run that somebody asked for is shown to them, and no other night is told against it.
                message = compose(lake, koersel, since(lake, koersel))
            LOG.info("%s\n%s", message.subject, message.text)
            return koersel

    @task(trigger_rule=TriggerRule.NONE_SKIPPED)
    def verdict(plan: dict[str, Any] | None) -> None:
        from pipelines.lake.opening import open_lake
        from pipelines.night import Missing, verdict_of

        context: Any = get_current_context()
        ti = context["ti"]
        with told():
            made = {name: ti.xcom_pull(task_ids=name) for name in ("gather", "validate", "report")}
            failed = [name for name, result in {"plan": plan, **made}.items() if result is None]
            if plan is None or failed:
                if by_itself(context["dag_run"].run_type):
                    tell_broken_off("Nattens afstemning kom ikke til ende.")
                raise AirflowFailException(f"The night did not come to its end: {failed[0]} failed.")
            missing = [Missing(**each) for each in plan["mangler"]]
            sentences = verdict_of(open_lake(estate()), made["gather"], plan["kommuner"], missing)
            if ti.xcom_pull(task_ids="notify") is None:
                sentences.append("Not everybody was told of it; the log of notify says why.")
            # Its part may stand from before, and be what was to be reckoned again.
            if undone := sorted(set(plan["kommuner"]) - set(_texts(ti.xcom_pull(task_ids="reconcile_kommune")))):
                sentences.append(f"The tasks of {', '.join(undone)} failed; their logs say why.")
            if sentences:
                raise AirflowFailException(" ".join(sentences))

    planned = plan()
    parts = reconcile_kommune.partial(plan=planned).expand(kommunekode=kommuner(planned))
    gathered = gather(planned)
    judged = validate(gathered)
    parts >> gathered
    report(judged) >> notify(judged, planned) >> verdict(planned)


def _today(context: Any) -> date:
    """The run's own date, the Danish one of when it was due."""
    return moment_of(context).astimezone(DANISH_TIME).date()


def _kommuner(context: Any) -> list[str]:
    return list(context["params"]["kommuner"])


def _night(context: Any) -> date | None:
    """The night of the run's frist; of a run that an Asset has begun, that Asset's, however late it comes.

    None when a backfill has begun it.
    """
    from pipelines.night import night_of

    if context["dag_run"].run_type == "asset_triggered":
        extras = [event.extra for events in context["triggering_asset_events"].values() for event in events]
        told_of = [extra for extra in extras if "nat" in extra]
        if named := [extra["nat"] for extra in told_of if extra.get("koersel") != "backfill"]:
            return date.fromisoformat(max(named))
        if told_of:
            return None
    return night_of(moment_of(context))


def _nights(context: Any, night: date) -> dict[str, SystemNight | None]:
    """What each system has told of ``night`` by its Asset; None when it has not been pulled yet."""
    from pipelines.night import told_of

    # It begins at noon of the day before, Danish time.
    began = datetime.combine(night - timedelta(days=1), time(12), DANISH_TIME)
    return {
        system: told_of(system, night, [event.extra for event in context["inlet_events"][asset].after(began)])
        for system, asset in _ASSETS.items()
    }


def _texts(told_of: Any) -> list[str]:
    """What mapped tasks gave, of which there may be one or none."""
    return told_of if isinstance(told_of, list) else [] if told_of is None else [told_of]


def _failures(context: Any) -> dict[str, str]:
    """The kommuner that could not be reconciled, each with why."""
    told_of = context["ti"].xcom_pull(task_ids="reconcile_kommune", key=FAILURE)
    pairs = told_of if told_of and isinstance(told_of[0], list) else [told_of] if told_of else []
    return dict(pairs)


reconcile()
