"""The reconciling of a night: its parts made one run, whatever became of them, and the run's verdict in sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from pipelines.errors import AfstemError, TransientFailure, scrub
from pipelines.estate import Estate
from pipelines.lake import Lake
from pipelines.night.coming import Missing
from pipelines.reconcile import Run, Seen, gather, make_part, make_plan, open_plan, read_part
from pipelines.run_record import open_record


def gather_night(
    estate: Estate,
    lake: Lake,
    run_id: str,
    today: date,
    *,
    started: datetime,
    told: Mapping[str, str],
    kommuner: Collection[str] = (),
    seen: Seen | None = None,
    text_key: bytes | None = None,
) -> Run:
    """Make one run of the parts of run ``run_id``.

    A kommune without a part could not be reconciled; ``told``: why, where that is known. It stands in the run as not
    evaluated: it is another run then, which rests on less, and the others are reconciled for it here. The other
    arguments are those of ``make_plan``.
    """
    plan = open_plan(lake, run_id)
    failed = [code for code in plan.kommuner if read_part(lake, plan, code) is None]
    left_out = {code: told.get(code, "its task came to no end; see its log") for code in failed}
    while left_out:
        plan = make_plan(estate, lake, today, kommuner=kommuner, seen=seen, left_out=left_out)
        for code in plan.kommuner:
            try:
                make_part(lake, plan, code, text_key)
            except TransientFailure:
                raise
            except AfstemError as error:
                if code in left_out:
                    raise
                left_out[code] = str(error)
                break
        else:
            break
    return gather(lake, plan, today, started)


def verdict_of(lake: Lake, run_id: str, kommuner: Collection[str], missing: Sequence[Missing] = ()) -> list[str]:
    """Why the night is not clean, in sentences; empty when it is. ``kommuner``: those that were planned.

    Raises ``UsageError`` when the run has not been judged.
    """
    run = open_record(lake, run_id)
    sentences = [f"{len(missing)} expected snapshots have not come."] if missing else []
    if lost := sorted(set(kommuner) ^ run.record["kommuner"].keys()):
        sentences.append(f"Run {run_id} does not account for the kommuner that were planned: {', '.join(lost)}.")
    if run.record["fund"]:
        sentences.append(f"Run {run_id} holds {run.record['fund']} findings.")
    if broken := run.record["domme"].get("brudt", 0):
        sentences.append(f"{broken} verdicts of its rules are broken.")
    if run.left_out:
        sentences.append(f"Kommuner that could not be reconciled: {', '.join(run.left_out)}.")
    counts = run.judgement()["optaelling"]
    if counts["broken"]:
        sentences.append(f"{counts['broken']} expectations are broken.")
    return [scrub(sentence) for sentence in sentences]
