"""The runs of a lake in the order in which they were made, and what two of them have in common."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.errors import UsageError
from pipelines.lake import Lake
from pipelines.run_record import RECORD_VERSION, RunRecord, open_record


def runs_in_order(lake: Lake) -> list[RunRecord]:
    """Every run of the lake by when it was started, then by id.

    Raises ``LakeDamaged`` when a record cannot be read.
    """
    runs = []
    for run_id in lake.run_ids():
        try:
            runs.append(open_record(lake, run_id))
        except UsageError:
            # It was removed since it was listed.
            if run_id in lake.run_ids():
                raise
    return sorted(runs, key=lambda run: (str(run.record["startet"]), run.run_id))


def run_before(lake: Lake, run_id: str) -> RunRecord | None:
    """The run that was made next before ``run_id``; None when it is the first."""
    earlier = None
    for run in runs_in_order(lake):
        if run.run_id == run_id:
            return earlier
        earlier = run
    return None


@dataclass(frozen=True)
class Compared:
    """Two runs held against each other: ``run``, the one asked for, and ``other``, the one it is held against.

    ``kommuner`` are in both, in order; what only one of them reconciled cannot be compared.
    """

    run: RunRecord
    other: RunRecord
    kommuner: list[str]
    only_run: list[str]
    only_other: list[str]


def compare(run: RunRecord, other: RunRecord, kommunekode: str | None = None) -> Compared:
    """Hold ``run`` against ``other``, for one kommune or all.

    Raises ``UsageError`` when it is one and the same run, when either was made by another version, or when neither
    holds ``kommunekode``.
    """
    for one in (run, other):
        if one.record["version"] != RECORD_VERSION:
            raise UsageError(
                f"Run {one.run_id} was made by another version of Afstem and cannot be held against another run. "
                "Make a new run: afstem reconcile."
            )
    if run.run_id == other.run_id:
        raise UsageError(f"{run.run_id} is the run asked for: name another with --since.")
    ours, theirs = set(run.kommuner), set(other.kommuner)
    if kommunekode is not None:
        if kommunekode not in ours | theirs:
            raise UsageError(
                f"Neither run {run.run_id} nor run {other.run_id} holds kommune {kommunekode!r}; "
                f"they hold {', '.join(sorted(ours | theirs))}."
            )
        ours, theirs = ours & {kommunekode}, theirs & {kommunekode}
    return Compared(run, other, sorted(ours & theirs), sorted(ours - theirs), sorted(theirs - ours))
