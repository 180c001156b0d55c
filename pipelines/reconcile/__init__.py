"""Reconciling: the snapshots pinned, the ledgers made by ``sql/``, the run published."""

from pipelines.reconcile.run import Run, last_run, reconcile

__all__ = ["Run", "last_run", "reconcile"]
