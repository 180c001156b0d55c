"""What the DAGs share: the estate, the Assets, the keys, and how a failure is told to Airflow.

Airflow reads these files over and over, and again in front of every task: what a task calls is imported in the task.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, Context, CronTriggerTimetable, Variable
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk.log import mask_secret

from pipelines.errors import AfstemError, TransientFailure
from pipelines.estate import Estate, load_estate

LOG = logging.getLogger(__name__)
ESTATE_VARIABLE = "AFSTEM_ESTATE"
DANISH = "Europe/Copenhagen"
START = datetime.fromisoformat("2026-01-01T00:00:00+01:00")
# A parameter that is a list of texts.
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
# What takes longer hangs. A pull is given up so early that it is tried again, and told of, before the night's frist.
LONGEST = timedelta(hours=4)
LONGEST_PULL = timedelta(hours=1)
# The default arguments of every task: what may go well when it is tried again, or was lost with its worker, is tried
# three times more, after a minute or two, then two to four, then four to eight; the estate's frist waits no longer.
RETRIED: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=15),
    "execution_timeout": LONGEST,
}


@cache
def estate() -> Estate:
    """The estate of the file that ``AFSTEM_ESTATE`` names, read once in a process."""
    return load_estate(Path(os.environ.get(ESTATE_VARIABLE, "estate.yaml")))


def systems() -> list[str]:
    """The systems that are pulled for at least one kommune."""
    return [system for system, kilder in estate().kilder.items() if estate().kommuner_of(system, kilder[0])]


def asset_of(system: str) -> Asset:
    """The Asset of ``system``: its snapshots of one night."""
    return Asset(name=f"afstem_{system}", uri=f"afstem://snapshots/{system}", group="afstem")


def pool_of(system: str) -> str:
    """The pool that limits how many kommuner of ``system`` are pulled at a time; `afstem pools` makes it."""
    return f"afstem_{system}"


def danish(cron: str) -> CronTriggerTimetable:
    """``cron`` in Danish time."""
    return CronTriggerTimetable(cron, timezone=DANISH)


def keys() -> tuple[bytes, bytes | None]:
    """The key of the pseudonyms and that of the note texts.

    From the Variables ``afstem_key`` and ``afstem_text_key``, which a secrets backend may hold; else from the
    environment. Raises ``UsageError`` when one has not the right form, ``AirflowException`` when one that is needed
    is not there.
    """
    from pipelines.landing import read_key, read_text_key

    written = {name: _secret(name) for name in ("afstem_key", "afstem_text_key")}
    wanted = ["afstem_key", "afstem_text_key"] if estate().krypter_tekster else ["afstem_key"]
    if lacking := [name for name in wanted if not written[name]]:
        # A secrets backend that does not answer looks like one that holds nothing.
        names = " and ".join(f"no Variable {name} and no {name.upper()}" for name in lacking)
        raise AirflowException(f"There is {names}, or what holds it does not answer.")
    return read_key(written["afstem_key"]), read_text_key(written["afstem_text_key"])


def moment_of(context: Context) -> datetime:
    """When the DAG run was due: the same each time that one of its tasks is done again. UTC."""
    run: Any = context["dag_run"]
    moment: datetime = run.logical_date or run.run_after
    return moment


@contextmanager
def told() -> Iterator[None]:
    """Tell Airflow by type whether trying again may help.

    What may is raised as it is; bad input and verdicts fail at once. Of what nobody foresaw only its kind and its
    place are told: its message may quote a row.
    """
    try:
        yield
    except TransientFailure as error:
        raise AirflowException(str(error)) from None
    except AfstemError as error:
        raise AirflowFailException(str(error)) from None
    except (AirflowException, AirflowFailException, AirflowSkipException):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, no word of it may reach a log
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        raise AirflowException(f"{type(error).__name__} at {places}") from None


def by_itself(run_type: str) -> bool:
    """Whether nobody asked for the run: it is a night's, and is told of."""
    return run_type in ("scheduled", "asset_triggered")


def tell_late(context: Mapping[str, Any], minutes: int) -> None:
    """Tell, through every channel of the estate, that a night is not done after ``minutes``.

    Airflow asks for it also when the night was done in time and its verdict failed, and of runs that somebody asked
    for. ``context``: what Airflow gives, the run in words.
    """
    from pipelines.notify import late, send_to_all

    run = context["dag_run"]
    if run["end_date"] is not None or not by_itself(run["run_type"]):
        return
    with told():
        for sent in send_to_all(estate(), late(minutes)):
            if sent.error is not None:
                raise sent.error


def tell_broken_off(said: str) -> None:
    """Tell through every channel that something came to no end; ``said``: what, in Danish. What fails is logged."""
    from pipelines.notify import broken_off, send_to_all

    for sent in send_to_all(estate(), broken_off(said)):
        if sent.error is not None:
            LOG.warning("%s", sent.error)


def when_failed(said: str, reason: str | None = None) -> Callable[[Any], None]:
    """What a DAG does when a run of it has failed: tell so by ``said``, in Danish.

    ``reason``: only when Airflow gives this one, as ``timed_out``.
    """

    def tell(context: Any) -> None:
        run = context.get("dag_run")
        # Of a run whose first task never began, Airflow gives no more than its id.
        if reason in (None, context.get("reason")) and (run is None or by_itself(run.run_type)):
            tell_broken_off(said)

    return tell


def _secret(name: str) -> str:
    value = Variable.get(name, default=None) or os.environ.get(name.upper(), "")
    if value:
        mask_secret(value)
    return str(value)
