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
# The file that names what was told last or is being told, the run it is held against, and the channels that have it.
BEING_TOLD = RUNS / "being_told"


@dataclass(frozen=True)
class Sent:
    """What became of one channel: ``error`` is None when the message was sent.

    ``channel``: SHA-256 of what the estate says of it, in hex: one that is put right is another.
    """

    channel: str
    error: AfstemError | None


def notify(
    estate: Estate,
    lake: Lake,
    run_id: str,
    missing: Sequence[Missing] = (),
    night: date | None = None,
    *,
    last_try: bool = True,
) -> Message:
    """Tell what changed since the run told of last, through every channel, and remember that it was told of ``night``.

    Raises, when all channels have been tried, ``InputError`` when one refused and ``NotSent`` when one could not be
    reached; told again, only the channels that failed are sent anything, and the same. After a refusal, or the
    ``last_try``, it counts as told all the same if any channel has it: else those would have it anew the next time. A
    night is told once, and not after a later one.
    """
    if night is not None and night.isoformat() < _last_night(lake):
        before = run_before(lake, run_id)
        return compose(lake, run_id, None if before is None else before.run_id, missing)
    what = _named(run_id, night)
    telling = _telling(lake, what)
    held_against = since(lake, run_id) if telling is None else telling.since
    reached = set() if telling is None else telling.reached
    message = compose(lake, run_id, held_against, missing)
    outcomes = send_to_all(estate, message, but=reached)
    failed = [sent for sent in outcomes if sent.error is not None]
    reached |= {sent.channel for sent in outcomes if sent.error is None}
    # Whoever asks, for no night, for it to be told once more means every channel.
    kept = [what, f"{held_against or ''}\n", *(f"{channel}\n" for channel in sorted(reached))]
    lake.put(BEING_TOLD, "".join(kept if failed or night is not None else []).encode())
    told = " ".join(str(sent.error) for sent in failed)
    for_now = failed and all(isinstance(sent.error, TransientFailure) for sent in failed)
    # What nobody has heard is not told.
    if (not for_now or last_try) and (reached or not failed):
        lake.put(LAST_TOLD, what.encode())
    if for_now:
        raise NotSent(told)
    if failed:
        raise InputError(told)
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


def _last_night(lake: Lake) -> str:
    """The night that was told of last, as YYYY-MM-DD; empty when none has been."""
    return "".join((lake.read(LAST_TOLD) or b"").decode("ascii").splitlines()[1:2])


@dataclass(frozen=True)
class _Telling:
    """What a run was held against when it was first told of, and the channels that have it."""

    since: str | None
    reached: set[str]


def _telling(lake: Lake, what: str) -> _Telling | None:
    written = (lake.read(BEING_TOLD) or b"").decode("ascii")
    if not written.startswith(what):
        return None
    held_against, *channels = written.removeprefix(what).splitlines()
    return _Telling(held_against or None, set(channels))


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
