"""What a landing, a run and a judgement have to say: as text, as a record for a program, as an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.cli.output import complain, print_table, say
from pipelines.errors import EXIT_CLEAN, EXIT_FINDINGS, AfstemError, DeliveryRefused

if TYPE_CHECKING:
    from pipelines.landing import Outcome
    from pipelines.reconcile import Run
    from pipelines.validate import Judgement

_STATUS = {
    "landet": "landed",
    "kendt": "known",
    "afvist": "refused",
    "ufuldstaendig": "incomplete",
    "fjernet": "removed before",
    "tom": "nothing there",
    "fejlet": "failed",
}
_SELDOM = ("fjernet", "tom", "fejlet")
_DOM = {"opfyldt": "met", "brudt": "broken", "ikke_vurderet": "not evaluated"}
_VERDICT = {"met": "met", "broken": "broken", "not_evaluated": "not evaluated"}


def tell_landing(outcomes: Sequence[Outcome]) -> None:
    """A line for each delivery, a sentence for each remark and, on stderr, for each refusal."""
    print_table(
        ("delivery", "outcome", "remarks"),
        [(outcome.delivery, _STATUS[outcome.status], str(len(outcome.bemaerkninger) or "")) for outcome in outcomes],
    )
    for outcome in outcomes:
        for remark in outcome.bemaerkninger:
            say(f"{outcome.delivery}: {remark['saetning']}")
        if outcome.error:
            complain(str(outcome.error))
    say(counted(outcomes))


def counted(outcomes: Sequence[Outcome]) -> str:
    """How many deliveries came to what."""
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    # What they seldom come to is said when they do.
    words = {status: word for status, word in _STATUS.items() if status not in _SELDOM or counts[status]}
    return f"Deliveries: {_counts(counts, words)}."


def landing_record(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Each delivery with its status, its snapshot, its remarks, and why it was refused."""
    return {
        "leverancer": [
            {
                "leverance": outcome.delivery,
                "status": outcome.status,
                "snapshot": outcome.snapshot,
                "bemaerkninger": list(outcome.bemaerkninger),
                "fejl": _error_record(outcome.error),
            }
            for outcome in outcomes
        ]
    }


def _error_record(error: AfstemError | None) -> dict[str, Any] | None:
    match error:
        case None:
            return None
        case DeliveryRefused():
            return {"fil": error.file, "linje": error.line, "kolonne": error.column, "saetning": error.reason}
        case _:
            return {"fil": None, "linje": None, "kolonne": None, "saetning": str(error)}


def landing_code(outcomes: Sequence[Outcome]) -> int:
    """A refused delivery is wrong input; where a source failed, that is said first, as to try again may mend it."""
    return max((outcome.error.exit_code for outcome in outcomes if outcome.error), default=EXIT_CLEAN)


def tell_run(run: Run, patterns: Sequence[str] = ()) -> None:
    """What the run found, and a line for each kind of fault that there are many of."""
    say(f"Run {run.run_id}: {run.findings:,} findings; rules {_counts(run.verdicts, _DOM)}.")
    for line in patterns:
        say(f"  {line}")


def run_record(run: Run) -> dict[str, Any]:
    """The run's id, folder, number of findings and verdicts over rules and kommuner."""
    return {"koersel_id": run.run_id, "mappe": str(run.folder), "fund": run.findings, "domme": dict(run.verdicts)}


def run_code(run: Run) -> int:
    """Findings are exit code 1."""
    return EXIT_FINDINGS if run.findings or run.verdicts.get("brudt") else EXIT_CLEAN


def tell_judgement(judgement: Judgement) -> None:
    """The three counts, and a line for each expectation that is broken."""
    say(f"Expectations: {_counts(judgement.counts, _VERDICT)}.")
    broken = [expectation for expectation in judgement.expectations if expectation.verdict == "broken"]
    if broken:
        print_table(
            ("kommune", "suite", "of", "severity", "what should hold"),
            [(each.kommunekode, each.suite, each.genstand, each.severity, each.titel_en) for each in broken],
        )


def judgement_record(judgement: Judgement) -> dict[str, Any]:
    """The counts, and the file that holds every expectation with its verdict."""
    return {"koersel_id": judgement.run_id, "kontrol": str(judgement.path), "optaelling": dict(judgement.counts)}


def judgement_code(judgement: Judgement) -> int:
    """A broken expectation is a finding; one that could not be evaluated is told, and is none."""
    return EXIT_FINDINGS if judgement.counts["broken"] else EXIT_CLEAN


def _counts(counts: Mapping[Any, int], words: Mapping[Any, str]) -> str:
    return ", ".join(f"{counts.get(code, 0):,} {word}" for code, word in words.items())
