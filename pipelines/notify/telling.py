"""Telling of a run once: through every channel of the estate, and remembering what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.errors import AfstemError, InputError, TransientFailure, UsageError
from pipelines.estate import Estate
from pipelines.inquiry.runs import run_before
from pipelines.lake import RUNS, Lake
from pipelines.night.coming import Missing
from pipelines.notify.channels import NotSent, send
from pipelines.notify.message import Message, compose
from pipelines.run_record import open_record

# The file in the runs' folder that names the run told of last, and the night that it was told of.
LAST_TOLD = RUNS / "last_told"


@dataclass(frozen=True)
class Sent:
    """What became of one channel: ``error`` is None when the message was sent, or when there was nothing to send."""

    art: str
    error: AfstemError | None


def notify(
    estate: Estate, lake: Lake, run_id: str, missing: Sequence[Missing] = (), night: date | None = None
) -> Message:
    """Tell what changed since the run told of last, through every channel, and remember that it was told of ``night``.

    Raises, when all channels have been tried, ``InputError`` when one refused and ``NotSent`` when one could not be
    reached; then nothing is remembered.
    """
    message = compose(lake, run_id, since(lake, run_id), missing)
    failed = [sent for sent in send_to_all(estate, message) if sent.error is not None]
    if failed:
        told = " ".join(str(sent.error) for sent in failed)
        if all(isinstance(sent.error, TransientFailure) for sent in failed):
            raise NotSent(told)
        raise InputError(told)
    lake.put(LAST_TOLD, f"{run_id}\n{'' if night is None else night.isoformat()}\n".encode())
    return message


def is_told(lake: Lake, run_id: str, night: date) -> bool:
    """Whether run ``run_id`` is the one told of last, and as that of ``night``."""
    return lake.read(LAST_TOLD) == f"{run_id}\n{night.isoformat()}\n".encode()


def since(lake: Lake, run_id: str) -> str | None:
    """The run that ``run_id`` is held against: the one told of last, else the one before it; None when it is the first.

    Raises ``UsageError`` when there is no run ``run_id``.
    """
    told = lake.read(LAST_TOLD)
    if told is not None:
        last = told.decode("ascii").splitlines()[0]
        try:
            return open_record(lake, last).run_id
        except UsageError:
            # It was removed since; the one before is the nearest to it.
            pass
    before = run_before(lake, run_id)
    return None if before is None else before.run_id


def send_to_all(estate: Estate, message: Message) -> list[Sent]:
    """Send ``message`` through every channel of ``estate``; one that fails stops no other."""
    outcomes = []
    for varsling in estate.varsling:
        if varsling.kun_ved_aendring and not message.news:
            continue
        try:
            send(message, varsling, estate.path.parent)
            outcomes.append(Sent(varsling.art, None))
        except AfstemError as error:
            outcomes.append(Sent(varsling.art, error))
    return outcomes
