"""What a run rests on, decided once: the snapshots of each kommune, the estate, the rules, the versions.

The run's id follows from it, so the same deliveries give the same run and the same bytes. A plan is published in the
run's folder as ``plan.json``, so that kommuner may be reconciled by several workers and still make one run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

import pipelines
from pipelines.errors import LakeDamaged, UsageError
from pipelines.estate import Estate
from pipelines.lake import RUNS, Lake
from pipelines.reconcile.pins import Seen, pin, pinned_ids
from pipelines.rules import SQL_FOLDER, load_rules
from pipelines.run_record import RECORD_VERSION

PLAN_FILE = "plan.json"
# The file in the runs' folder that names the run planned last: who removes things sees by it that one was planned.
LAST_PLANNED = RUNS / "last_planned"
# The folders of sql/ and of the package that read runs and make none.
_ASKING = frozenset({"queries", "catalogue", "cli", "demo", "inquiry", "night", "notify", "report"})


@dataclass(frozen=True)
class Plan:
    """What a run rests on, and the id that follows from it."""

    run_id: str
    rests_on: Mapping[str, Any]

    @property
    def kommuner(self) -> list[str]:
        """The kommunekoder that it is of, in order."""
        return sorted(self.rests_on["kommuner"])

    def pinned(self, kommunekode: str) -> dict[str, Any]:
        """The kommune's part of it."""
        return dict(self.rests_on["kommuner"][kommunekode])


def make_plan(
    estate: Estate,
    lake: Lake,
    today: date,
    *,
    kommuner: Collection[str] = (),
    seen: Seen | None = None,
    left_out: Mapping[str, str] | None = None,
) -> Plan:
    """Pin what is in the lake, and publish the plan. ``today``: the date that waivers expire against.

    A kommune that has delivered and is not in the estate is part of the run, so that it is seen; it is not
    reconciled. ``kommuner``: these alone, when named. ``seen``: which snapshots may be pinned; all when not given.
    ``left_out``: kommuner that could not be reconciled, each with why; nothing of them is evaluated. Raises
    ``UsageError`` when there is nothing to reconcile.
    """
    seen = seen or Seen()
    if unknown := sorted(set(kommuner) - estate.kommuner.keys()):
        raise UsageError(
            f"The estate has no kommune {', '.join(unknown)}; it has {', '.join(sorted(estate.kommuner))}."
        )
    if gone := sorted(seen.named - {snapshot.id for snapshot in lake.snapshots()}):
        raise UsageError(f"The lake holds no snapshot {', '.join(gone)}. Name those that it holds.")
    delivered = {snapshot.kommunekode for snapshot in lake.snapshots() if seen.admits(snapshot)}
    wanted = [code for code in sorted(delivered | estate.kommuner.keys()) if not kommuner or code in kommuner]
    if not delivered & estate.kommuner.keys() & set(wanted):
        raise UsageError("The lake holds no snapshot of the estate's kommuner: run `afstem land` first.")
    pins = {code: pin(estate, lake, code, today, seen, (left_out or {}).get(code)) for code in wanted}
    pinned = sorted({snapshot_id for one in pins.values() for snapshot_id in pinned_ids(one)})
    rests_on = {
        "version": RECORD_VERSION,
        "software": pipelines.__version__,
        "duckdb": duckdb.__version__,
        "kode_sha256": _code_sha256(),
        "kommuner": pins,
        "snapshots": {one: {"manifest_sha256": lake.snapshot(one).manifest_sha256} for one in pinned},
        "regler": [rule.header() for rule in load_rules()],
    }
    plan = Plan(_run_id(rests_on), rests_on)
    text = json.dumps(rests_on, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    path = RUNS / plan.run_id / PLAN_FILE
    if not lake.put_new(path, text.encode()):
        # By its time retention tells what is being made from what was given up; and it may have been spoiled.
        lake.put(path, text.encode())
    lake.put(LAST_PLANNED, f"{plan.run_id}\n".encode())
    return plan


def open_plan(lake: Lake, run_id: str) -> Plan:
    """The plan of run ``run_id``; raises ``LakeDamaged`` when it is gone or no longer the one that the id tells of."""
    content = lake.read(RUNS / run_id / PLAN_FILE)
    try:
        rests_on = json.loads(content or b"")
        intact = _run_id(rests_on) == run_id
    except ValueError:
        intact = False
    if not intact:
        raise LakeDamaged(f"The plan of run {run_id} is missing or is no longer what the run rests on. Make it anew.")
    return Plan(run_id, rests_on)


def _run_id(rests_on: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()[:16]


def _code_sha256() -> str:
    """The version of everything that decides a run's content: the SQL and the package's own code.

    What only asks a run or shows it is left out, so that a question put in other words gives no new run.
    """
    digest = hashlib.sha256()
    package = Path(pipelines.__file__).parent
    for root, pattern in ((SQL_FOLDER, "*.sql"), (package, "*.py")):
        for path in sorted(root.rglob(pattern)):
            if path.relative_to(root).parts[0] in _ASKING:
                continue
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
