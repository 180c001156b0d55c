"""What the lake keeps and what it lets go of, by the estate's ``bevaring``; decided first, and done as decided."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import LakeDamaged, SystemFailure, UsageError
from pipelines.estate import DANISH_TIME, Estate
from pipelines.inquiry.runs import runs_in_order
from pipelines.lake import (
    MANIFEST,
    REMOVED,
    RUN_RECORD,
    RUNS,
    SNAPSHOTS,
    TEXTS,
    Lake,
    Snapshot,
    removal_mark,
    snapshot_place_of,
)
from pipelines.notify import last_told
from pipelines.reconcile.pins import Seen, pin, pinned_ids
from pipelines.reconcile.plan import LAST_PLANNED, PLAN_FILE, open_plan
from pipelines.reconcile.run import last_asked_for
from pipelines.run_record import RunRecord

LOG_FILE = "bevaring.jsonl"
# What is still being made is newer than this; what is older was given up.
_BEING_MADE = timedelta(days=1)
# Of a path in the lake: the area, the system, the kommune and the time of a snapshot.
_PLACE_PARTS = 4

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Kept:
    """One snapshot or run, or the rest of one: kept or not, and why.

    ``name``: the snapshot's id or the run's; of a rest its folder. A rest is what a landing, a reconciliation or a
    removal that came to no end has left, and nothing exists by it.
    """

    kind: Literal["snapshot", "run", "rest"]
    name: str
    kept: bool
    why: str


@dataclass(frozen=True)
class RetentionPlan:
    """Every snapshot, run and rest of the lake, in order; what is there is what is kept and what is removed."""

    things: tuple[Kept, ...]

    def removed(self, kind: str) -> list[Kept]:
        """What goes of ``kind``."""
        return [thing for thing in self.things if thing.kind == kind and not thing.kept]

    def kept(self, kind: str) -> list[Kept]:
        """What stays of ``kind``."""
        return [thing for thing in self.things if thing.kind == kind and thing.kept]


def plan_retention(estate: Estate, lake: Lake, today: date) -> RetentionPlan:
    """Decide by ``estate.bevaring`` on ``today``; nothing is removed. Raises ``UsageError`` when there is no policy.

    A snapshot stays when it is younger than ``dage``, the newest of its system and kommune, a baseline or may become
    one, rested on by a run that is kept, or of a kommune that is not in the estate. A run stays when it is among the
    newest ``koersler``, the last one asked for, the one told of last, or being made.
    """
    policy = estate.bevaring
    if policy is None:
        raise UsageError("The estate has no bevaring, so everything is kept. Set bevaring.dage and bevaring.koersler.")
    runs = runs_in_order(lake)
    planned = _planned(lake)
    needed = {last_asked_for(lake), last_told(lake), *(run_id for run_id, being_made in planned.items() if being_made)}
    needed |= {run.run_id for run in runs[-policy.koersler :]}
    kept_runs = [run for run in runs if run.run_id in needed]
    unmade = {run_id: planned[run_id] for run_id in sorted(planned.keys() - {run.run_id for run in runs})}
    rested_on = {one for run in kept_runs for one in run.record["snapshots"]}
    rested_on |= {one for run_id, being_made in unmade.items() if being_made for one in _pinned(lake, run_id)}
    baselines = {one for code in estate.kommuner for one in _baselines(pin(estate, lake, code, today, Seen()))}
    newest = {snapshot.id for snapshot in {(one.system, one.kommunekode): one for one in lake.snapshots()}.values()}
    oldest = today - timedelta(days=policy.dage)
    named = rested_on | {one for run in runs for one in run.record["snapshots"]}
    things = [
        *(_snapshot(one, estate, rested_on, baselines, newest, oldest) for one in lake.snapshots()),
        *(_run(run, run in kept_runs, policy.koersler) for run in runs),
        *(Kept("run", run_id, made, "being made" if made else "given up") for run_id, made in unmade.items()),
        *_rests(lake, {snapshot_place_of(one) for one in named}),
    ]
    return RetentionPlan(tuple(things))


def apply_retention(
    estate: Estate,
    lake: Lake,
    plan: RetentionPlan,
    today: date,
    progress: Progress = lambda _what, _done, _of: None,
) -> list[Kept]:
    """Remove what ``plan`` lets go of, each written into the lake's ``bevaring.jsonl`` first; return what went.

    Runs go before the snapshots that they rested on. What something has come to need since it was planned stays. A
    snapshot that went is not landed again while its file in ``fjernet/`` is there. Raises ``SystemFailure`` when
    something cannot be removed, or not written down; what went before that is gone.
    """
    going = [*plan.removed("run"), *plan.removed("snapshot"), *plan.removed("rest")]
    known: object = None
    may_go: set[str] = set()
    gone = []
    # Of a landing that was killed, also what lies where it is made.
    with lake.staging():
        pass
    for done, thing in enumerate(going):
        progress(f"removing {thing.name}", done, len(going))
        # A run may have been planned meanwhile that rests on what was to go, or have been asked for or told of; and
        # of a rest, somebody may have made the whole.
        seen = (lake.read(LAST_PLANNED), lake.written(LAST_PLANNED), last_asked_for(lake), last_told(lake))
        if seen != known or thing.kind == "rest":
            known = seen
            may_go = {one.name for one in plan_retention(estate, lake, today).things if not one.kept}
        if thing.name not in may_go:
            continue
        entry = json.dumps(_entry(thing), ensure_ascii=False, sort_keys=True)
        try:
            lake.log(Path(LOG_FILE), entry)
        except OSError as error:
            raise SystemFailure(
                f"{LOG_FILE} of the lake {lake} cannot be written ({error}). Nothing more went."
            ) from None
        if thing.kind == "run":
            # Its plan first: a plan without a run would look like one that is being made.
            folder = RUNS / thing.name
            lake.remove(folder, [folder / PLAN_FILE, folder / RUN_RECORD])
        elif thing.kind == "rest":
            lake.remove(Path(thing.name))
        else:
            place = lake.snapshot(thing.name).place
            lake.put(removal_mark(place), f"{entry}\n".encode())
            # Without its manifest it is no snapshot; its texts go before the rest, being the most private.
            lake.remove(TEXTS / place, [SNAPSHOTS / place / MANIFEST])
            lake.remove(SNAPSHOTS / place)
        gone.append(thing)
    return gone


def _snapshot(
    snapshot: Snapshot, estate: Estate, rested_on: set[str], baselines: set[str], newest: set[str], oldest: date
) -> Kept:
    if snapshot.kommunekode not in estate.kommuner:
        return Kept("snapshot", snapshot.id, True, "its kommune is not in the estate: a person must decide")
    reasons = [
        (snapshot.id in baselines, "a baseline"),
        (
            snapshot.system in ("kmd_sag", "edh") and not estate.kommuner[snapshot.kommunekode].overgang,
            "its kommune has no transition yet, and any may be the baseline",
        ),
        (snapshot.id in newest, "the newest of its system and kommune"),
        (snapshot.id in rested_on, "a run that is kept rests on it"),
        (snapshot.udtrukket.astimezone(DANISH_TIME).date() >= oldest, f"extracted on {oldest} or later"),
    ]
    why = next((words for holds, words in reasons if holds), None)
    return Kept("snapshot", snapshot.id, why is not None, why or f"extracted before {oldest}, and nothing needs it")


def _run(run: RunRecord, kept: bool, newest: int) -> Kept:
    why = f"among the newest {newest}, or asked for or told of last" if kept else f"not among the newest {newest}"
    return Kept("run", run.run_id, kept, why)


def _baselines(pinned: dict[str, Any]) -> list[str]:
    named = [pinned["foer_kmd_sag"], pinned["foer_edh"]]
    named += [system[key] for system in pinned["systemer"] for key in ("foer_kmd_sag", "foer_edh")]
    return [one for one in named if one is not None]


def _planned(lake: Lake) -> dict[str, bool]:
    """Whether each run of which there is a plan may be being made, or be asked for again after it was."""
    lying, now = lake.changed(RUNS), datetime.now(UTC)
    planned = {}
    for path, when in lying.items():
        if path.name == PLAN_FILE:
            made = lying.get(path.with_name(RUN_RECORD))
            planned[path.parent.name] = now - when < _BEING_MADE and (made is None or when > made)
    return planned


def _pinned(lake: Lake, run_id: str) -> list[str]:
    """What the run that is being made rests on; nothing, when its plan has gone or cannot be read."""
    try:
        plan = open_plan(lake, run_id)
    except LakeDamaged:
        return []
    return [one for code in plan.kommuner for one in pinned_ids(plan.pinned(code))]


def _rests(lake: Lake, needed: Collection[Path]) -> list[Kept]:
    """What lies where a snapshot or a run would, and there is none; ``needed``: the places that a run rests on."""
    changed = {path: when for area in (SNAPSHOTS, TEXTS, RUNS) for path, when in lake.changed(area).items()}
    exists = {path.parent for path in changed if path.name in (MANIFEST, PLAN_FILE, RUN_RECORD)}
    removed = set(lake.changed(REMOVED))
    lying: dict[Path, list[datetime]] = {}
    for path, when in changed.items():
        folder = Path(*path.parts[: 2 if path.parts[0] == str(RUNS) else _PLACE_PARTS])
        if folder != path:
            lying.setdefault(folder, []).append(when)
    rests = []
    for folder, times in sorted(lying.items()):
        place = folder.relative_to(folder.parts[0])
        if folder in exists or SNAPSHOTS / place in exists:
            continue
        if place in needed:
            rests.append(Kept("rest", str(folder), True, "a run rests on it: its manifest is to be restored"))
            continue
        # Its removal was begun, or whoever was at it is so no more.
        ended = removal_mark(place) in removed or datetime.now(UTC) - max(times) >= _BEING_MADE
        rests.append(Kept("rest", str(folder), not ended, "nothing exists by it" if ended else "being made"))
    return rests


def _entry(thing: Kept) -> dict[str, Any]:
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return {
        "hvem": {"bruger": name, "uid": number},
        "hvornaar": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "art": thing.kind,
        "navn": thing.name,
        "hvorfor": thing.why,
    }
