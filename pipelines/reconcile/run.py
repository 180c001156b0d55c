"""Reconcile: plan, make each kommune's part from ``sql/``, and gather the parts into one run.

Only the run record tells the time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import SystemFailure, UsageError
from pipelines.estate import Estate
from pipelines.lake import RUN_RECORD, RUNS, Lake
from pipelines.reconcile.part import make_part, read_part
from pipelines.reconcile.pins import Seen
from pipelines.reconcile.plan import Plan, make_plan

# What is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]

# The file in the runs' folder that names the last run: what a command takes that is given none.
LAST_RUN = RUNS / "last_run"


@dataclass(frozen=True)
class Run:
    """A published run: its id, its folder on this machine, its record, and whether it stood already."""

    run_id: str
    folder: Path
    record: dict[str, Any]
    known: bool

    @property
    def findings(self) -> int:
        """How many findings it holds."""
        return int(self.record["fund"])

    @property
    def verdicts(self) -> dict[str, int]:
        """How many rules, kommune by kommune, are opfyldt, brudt and ikke_vurderet."""
        return dict(self.record["domme"])


def reconcile(
    estate: Estate,
    lake: Lake,
    *,
    today: date,
    text_key: bytes | None = None,
    kommuner: Collection[str] = (),
    seen: Seen | None = None,
    progress: Progress = lambda _what, _done, _of: None,
) -> Run:
    """Reconcile every kommune of ``estate`` and publish the run.

    ``today`` is the run's own date, against which waivers expire. ``text_key`` opens the texts of
    changed notes where they are encrypted. ``kommuner`` and ``seen`` are as in ``make_plan``. A run that rests on
    the same things is recognised and left as it is. Raises ``LakeDamaged`` when a snapshot is not what its manifest
    says, ``UsageError`` when there is nothing to reconcile.
    """
    started = datetime.now(UTC)
    plan = make_plan(estate, lake, today, kommuner=kommuner, seen=seen)
    if (known := known_run(lake, plan)) is not None:
        return known
    for done, code in enumerate(plan.kommuner):
        progress(f"reconciling {code}", done, len(plan.kommuner))
        make_part(lake, plan, code, text_key)
    return gather(lake, plan, today, started)


def known_run(lake: Lake, plan: Plan) -> Run | None:
    """The run that rests on the same as ``plan``, which becomes the last one; None when it is not made yet."""
    content = lake.read(RUNS / plan.run_id / RUN_RECORD)
    if content is None:
        return None
    _remember(lake, plan.run_id)
    return Run(plan.run_id, lake.runs_folder / plan.run_id, json.loads(content), known=True)


def gather(lake: Lake, plan: Plan, today: date, started: datetime) -> Run:
    """Make one run of the parts of all kommuner of ``plan``; ``today`` and ``started`` are for its record alone.

    Raises ``SystemFailure`` when a part is not there: a run is whole or it is not.
    """
    if (known := known_run(lake, plan)) is not None:
        return known
    parts = {code: read_part(lake, plan, code) for code in plan.kommuner}
    if missing := [code for code, part in parts.items() if part is None]:
        raise SystemFailure(f"Run {plan.run_id} cannot be gathered: {', '.join(missing)} is not reconciled yet.")
    made = [part for part in parts.values() if part is not None]
    verdicts: Counter[str] = Counter()
    for part in made:
        verdicts.update(part.verdicts)
    record = {
        **plan.rests_on,
        "kommuner": {
            part.kommunekode: {**plan.pinned(part.kommunekode), "bemaerkninger": part.remarks} for part in made
        },
        "koersel_id": plan.run_id,
        "dato": today.isoformat(),
        "startet": _told(started),
        "afsluttet": _told(datetime.now(UTC)),
        "fund": sum(part.findings for part in made),
        "domme": dict(sorted(verdicts.items())),
        "filer": {name: sha256 for part in made for name, sha256 in sorted(part.files.items())},
    }
    text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if not lake.put_new(RUNS / plan.run_id / RUN_RECORD, text.encode()):
        # Another run of the same was quicker: all but its times is the same, and it stands.
        known = known_run(lake, plan)
        assert known is not None
        return known
    _remember(lake, plan.run_id)
    return Run(plan.run_id, lake.runs_folder / plan.run_id, record, known=False)


def last_run(lake: Lake) -> str:
    """The id of the run that was made, or recognised, last. Raises ``UsageError`` when there is none."""
    run_id = last_asked_for(lake)
    if run_id is None:
        raise UsageError("The lake holds no run yet: run `afstem reconcile` first.")
    return run_id


def last_asked_for(lake: Lake) -> str | None:
    """As ``last_run``, and None when there is none."""
    content = lake.read(LAST_RUN)
    return None if content is None else content.decode("ascii").strip()


def _remember(lake: Lake, run_id: str) -> None:
    lake.put(LAST_RUN, f"{run_id}\n".encode())


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
