"""Reconciling: the snapshots pinned, the ledgers made by ``sql/``, the run published."""

from pipelines.reconcile.part import make_part, read_part
from pipelines.reconcile.pins import Seen
from pipelines.reconcile.plan import make_plan, open_plan
from pipelines.reconcile.run import Run, gather, known_run, last_run, reconcile

__all__ = [
    "Run",
    "Seen",
    "gather",
    "known_run",
    "last_run",
    "make_part",
    "make_plan",
    "open_plan",
    "read_part",
    "reconcile",
]
