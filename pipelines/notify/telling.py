"""Telling of a run once: through every channel of the estate, and remembering what was told."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
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
# The file that names what is being told, and the channels that have it while another has failed.
BEING_TOLD = RUNS / "being_told"


@dataclass(frozen=True)
class Sent:
    """What became of one channel: ``error`` is None when the message was sent.

    ``channel``: SHA-256 of what the estate says of it, in hex: one that is put right is another.
    """

    channel: str
    error: AfstemError | None


def notify(
    estate: Estate, lake: Lake, run_id: str, missing: Sequence[Missing] = (), night: date | None = None
) -> Message:
    """Tell what changed since the run told of last, through every channel, and remember that it was told of ``night``.

    Raises, when all channels have been tried, ``InputError`` when one refused and ``NotSent`` when one could not be
    reached; told again, only the channels that failed are sent anything.
    """
    message = compose(lake, run_id, since(lake, run_id), missing)
    what = _named(run_id, night)
    reached = _reached(lake, what)
    outcomes = send_to_all(estate, message, but=reached)
    failed = [sent for sent in outcomes if sent.error is not None]
    if failed:
        reached |= {sent.channel for sent in outcomes if sent.error is None}
        lake.put(BEING_TOLD, "".join([what, *(f"{channel}\n" for channel in sorted(reached))]).encode())
        told = " ".join(str(sent.error) for sent in failed)
        if all(isinstance(sent.error, TransientFailure) for sent in failed):
            raise NotSent(told)
        raise InputError(told)
    lake.put(LAST_TOLD, what.encode())
    if reached:
        # Whoever asks for it to be told once more means every channel.
        lake.put(BEING_TOLD, b"")
    return message


def last_told(lake: Lake) -> str | None:
    """The run that was told of last; None when none has been."""
    told = lake.read(LAST_TOLD)
    return None if told is None else told.decode("ascii").splitlines()[0]


def is_told(lake: Lake, run_id: str, night: date) -> bool:
    """Whether run ``run_id`` is the one told of last, and as that of ``night``."""
    return lake.read(LAST_TOLD) == _named(run_id, night).encode()


def _named(run_id: str, night: date | None) -> str:
    return f"{run_id}\n{'' if night is None else night.isoformat()}\n"


def _reached(lake: Lake, what: str) -> set[str]:
    """The channels that have been sent ``what`` already."""
    written = (lake.read(BEING_TOLD) or b"").decode("ascii")
    return set(written.removeprefix(what).splitlines()) if written.startswith(what) else set()


def since(lake: Lake, run_id: str) -> str | None:
    """The run that ``run_id`` is held against: the one told of last, else the one before it; None when it is the first.

    Raises ``UsageError`` when there is no run ``run_id``.
    """
    if (told := last_told(lake)) is not None:
        try:
            return open_record(lake, told).run_id
        except UsageError:
            # It was removed since; the one before is the nearest to it.
            pass
    before = run_before(lake, run_id)
    return None if before is None else before.run_id


def send_to_all(estate: Estate, message: Message, but: Collection[str] = ()) -> list[Sent]:
    """Send ``message`` through every channel of ``estate`` ``but`` some; one that fails stops no other."""
    outcomes = []
    for varsling in estate.varsling:
        channel = hashlib.sha256(varsling.model_dump_json().encode()).hexdigest()
        if channel in but or (varsling.kun_ved_aendring and not message.news):
            continue
        try:
            send(message, varsling, estate.path.parent)
            outcomes.append(Sent(channel, None))
        except AfstemError as error:
            outcomes.append(Sent(channel, error))
    return outcomes
