"""One system's part of a night: each kommune pulled on its own, and the outcome of each accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypedDict

from pipelines.errors import AfstemError, InputError, SourceFailed, TransientFailure
from pipelines.estate import Estate
from pipelines.lake.opening import open_lake
from pipelines.landing.outcomes import Outcome
from pipelines.landing.pull import pull

# What the newest that a source holds came to. kommet: it is in the lake; ufuldstaendig: it is not complete yet;
# afvist: it is wrong; fejlet: it could not be had; intet: the source holds nothing.
Status = Literal["kommet", "intet", "ufuldstaendig", "afvist", "fejlet"]


_STATUS: dict[str, Status] = {
    "landet": "kommet",
    "kendt": "kommet",
    # The lake has had a newer one, or retention would have kept it.
    "fjernet": "kommet",
    "ufuldstaendig": "ufuldstaendig",
    "afvist": "afvist",
    "fejlet": "fejlet",
    "tom": "intet",
}


class Pulled(TypedDict):
    """What became of one kommune. ``snapshot``: the newest in the lake, also when it is of an earlier night."""

    kommunekode: str
    status: Status
    snapshot: str | None
    manifest_sha256: str | None
    saetning: str | None


class SystemNight(TypedDict):
    """What became of one system in the night ``nat`` (YYYY-MM-DD), a kommune at a time."""

    system: str
    nat: str
    kommuner: list[Pulled]


def pull_one(
    estate: Estate, system: str, kommunekode: str, key: bytes, text_key: bytes | None
) -> tuple[Pulled, AfstemError | None]:
    """Pull what ``system`` has of ``kommunekode``: what became of it, and the error when something is wrong.

    A ``TransientFailure`` may go well when it is tried again, and is the one given while there is one; any other error
    stays until someone mends it. What else the source held is landed all the same.
    """
    try:
        outcomes = pull(estate, key, systems=[system], kommuner=[kommunekode], text_key=text_key)
    except AfstemError as failure:
        outcomes = [Outcome(f"{system}/{kommunekode}", _status_of(failure), None, failure)]
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    # What is wrong with one snapshot must not keep the next from being tried again.
    error = max(errors, key=lambda each: isinstance(each, TransientFailure), default=None)
    newest = None if isinstance(error, TransientFailure) else _newest(estate, system, kommunekode)
    snapshot, sha256 = newest or (None, None)
    pulled = Pulled(
        kommunekode=kommunekode,
        status=_status(outcomes),
        snapshot=snapshot,
        manifest_sha256=sha256,
        saetning=None if error is None else str(error),
    )
    return pulled, error


def account(system: str, night: str, kommuner: Sequence[str], pulled: Iterable[Pulled]) -> SystemNight:
    """What became of each of ``kommuner``; one whose pull told nothing has failed, and its log says why.

    Raises ``SourceFailed`` when something was told of a kommune that is none of them.
    """
    told = {each["kommunekode"]: each for each in pulled}
    untold = "its task came to no end; see its log"
    outcomes = [
        told.get(code)
        or Pulled(kommunekode=code, status="fejlet", snapshot=None, manifest_sha256=None, saetning=untold)
        for code in kommuner
    ]
    # So there are as many outcomes as kommuner.
    if told.keys() - set(kommuner):
        raise SourceFailed(f"{system}: {len(told)} outcomes of {len(kommuner)} kommuner. Run the night again.")
    return SystemNight(system=system, nat=night, kommuner=outcomes)


def _status(outcomes: Sequence[Outcome]) -> Status:
    # They are told oldest first, and what a source held before tonight says nothing of tonight.
    return _STATUS[outcomes[-1].status]


def _status_of(error: AfstemError) -> Literal["afvist", "fejlet"]:
    return "afvist" if isinstance(error, InputError) else "fejlet"


def _newest(estate: Estate, system: str, kommunekode: str) -> tuple[str, str] | None:
    snapshots = open_lake(estate).snapshots(kommunekode, system)
    return (snapshots[-1].id, snapshots[-1].manifest_sha256) if snapshots else None
