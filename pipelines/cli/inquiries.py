"""What may be asked of published runs: `afstem findings`, `explain`, `closable`, `readiness`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import inquiry_views
from pipelines.cli.output import complain, print_json, progress, say, visible
from pipelines.cli.verbs import ESTATE, AsJson, EstateFile, RunId, open_estate, open_lake
from pipelines.errors import EXIT_CLEAN, EXIT_FINDINGS, UsageError

if TYPE_CHECKING:
    import pyarrow as pa


class Form(StrEnum):
    """The forms a list comes in."""

    table = "table"
    csv = "csv"
    json = "json"


ListForm = Annotated[Form, typer.Option("--format", help="The form of the answer.")]
OneKommune = Annotated[str | None, typer.Option("--kommune", metavar="CODE", help="This kommune only.")]


def findings(
    estate: EstateFile = ESTATE,
    run_id: RunId = None,
    new: Annotated[bool, typer.Option("--new", help="Only those that the other run does not hold.")] = False,
    gone: Annotated[bool, typer.Option("--gone", help="Only those that only the other run holds.")] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="ID", help="The other run; the one before when not given.")
    ] = None,
    rule: Annotated[str | None, typer.Option("--rule", metavar="Rnn", help="This rule only.")] = None,
    kommune: OneKommune = None,
    form: ListForm = Form.table,
) -> None:
    """List a run's findings, with when each was first and last seen.

    The same fault has the same id in every run. Between two runs (--since, --new, --gone) what was in order in
    the other run and is not any more is said first. Exits 1 when anything is shown.
    """
    from pipelines.inquiry import life
    from pipelines.inquiry.lost import lost
    from pipelines.reconcile import last_run

    lake = open_lake(open_estate(estate))
    asked = run_id or last_run(lake)
    wanted = life.Wanted(asked, since, new, gone, rule.upper() if rule else None, kommune)
    compared = life.held_against(lake, wanted)
    found = life.findings(lake, wanted, compared)
    fallen: list[dict[str, Any]] = []
    if compared is not None:
        with progress() as report:
            fallen = lost(lake, compared, progress=report)
        inquiry_views.tell_uncompared(compared)
    if form is Form.csv:
        inquiry_views.write_table_csv(found)
        if fallen:
            complain(f"{len(fallen):,} objects that were bevaret are not any more: --format table or json lists them.")
    else:
        # Those of the whole run; they do not tell what came or went, or what one rule says.
        alike = [] if new or gone or rule else inquiry_views.patterns(lake, asked, kommune)
        if form is Form.json:
            print_json(
                {
                    "koersel_id": asked,
                    "sammenlignet_med": compared.other.run_id if compared else None,
                    "ikke_laengere_bevaret": fallen,
                    "moenstre": [{"da": line.da, "en": line.en} for line in alike],
                    "fund": inquiry_views.records(found),
                }
            )
        else:
            inquiry_views.tell_fallen(fallen, compared)
            inquiry_views.tell_patterns(alike)
            inquiry_views.tell_findings(found, compared)
    raise typer.Exit(EXIT_FINDINGS if found.num_rows or fallen else EXIT_CLEAN)


def explain(
    asked: Annotated[
        str, typer.Argument(metavar="ID", help="A finding, a case, a note, a document, or an objekt_id of any kind.")
    ],
    estate: EstateFile = ESTATE,
    run_id: RunId = None,
    kommune: OneKommune = None,
    as_json: AsJson = False,
    with_texts: Annotated[bool, typer.Option("--reveal", help="Show the note texts too; goes with --why.")] = False,
    why: Annotated[
        str | None, typer.Option("--why", metavar="TEXT", help="Why the texts are read; it stands in the lake's log.")
    ] = None,
) -> None:
    """Show the whole trail of one case, note or document.

    What it was, what it became, what answers what, what each rule says of it, and the delivery, file and line
    that every row came from. A person is shown as a pseudonym. Note texts are shown only with --reveal, and
    then who, when, what and why stand in the lake's adgang.jsonl first.
    """
    from pipelines.cli.trail_view import View
    from pipelines.inquiry.identity import meanings
    from pipelines.inquiry.trail import trails
    from pipelines.reconcile import last_run
    from pipelines.run_record import open_record

    if with_texts != (why is not None):
        raise UsageError("--reveal and --why TEXT go together: texts are shown only for a reason that is kept.")
    lake = open_lake(open_estate(estate))
    run = open_record(lake, run_id or last_run(lake))
    found = trails(lake, run, meanings(run, asked, kommune))
    if why is not None:
        from pipelines.inquiry.reveal import reveal
        from pipelines.landing import text_key_from_environment

        reveal(lake, found, run_id=run.run_id, asked=asked, why=why, text_key=text_key_from_environment())
    if as_json:
        print_json({"koersel_id": run.run_id, "spurgt": asked, "betydninger": found})
        return
    say(f"Run {run.run_id}")
    if len(found) > 1:
        things = "; ".join(f"{one['slags']} {one['id']} in kommune {one['kommunekode']}" for one in found)
        say(visible(f"This id means {len(found)} things: {things}."))
    for one in found:
        say("")
        for line in View(one).lines():
            say(line)


def closable(
    estate: EstateFile = ESTATE, run_id: RunId = None, kommune: OneKommune = None, form: ListForm = Form.table
) -> None:
    """List the EDH cases that may be closed now.

    Those are the open ones of which every new case tied to them is closed (kan_afsluttes). Those that were
    closed before their new cases are listed too (for_tidlig).
    """
    found = _of_each(estate, run_id, kommune, "closable")
    if form is Form.csv:
        inquiry_views.write_table_csv(found)
    elif form is Form.json:
        print_json(inquiry_views.records(found))
    else:
        inquiry_views.tell_closable(found)


def readiness(
    estate: EstateFile = ESTATE, run_id: RunId = None, kommune: OneKommune = None, form: ListForm = Form.table
) -> None:
    """Say whether KMD Sag can go, and whether the documents can move.

    Two questions for each kommune, each with its conditions one by one. The answer is yes only when every
    condition is met; what was not evaluated is never a yes. Exits 0 when every answer is yes, 1 otherwise.
    """
    found = _of_each(estate, run_id, kommune, "readiness")
    if form is Form.csv:
        inquiry_views.write_table_csv(found)
        complain(inquiry_views.THREE_OF_SIX)
    elif form is Form.json:
        print_json({"bemaerkning": inquiry_views.THREE_OF_SIX, "betingelser": inquiry_views.records(found)})
    else:
        inquiry_views.tell_readiness(found)
    met = all(answer == "opfyldt" for answer in found["svar"].to_pylist())
    raise typer.Exit(EXIT_CLEAN if met else EXIT_FINDINGS)


def _of_each(estate: Path, run_id: str | None, kommune: str | None, stem: str) -> pa.Table:
    from pipelines.inquiry.listing import listing
    from pipelines.reconcile import last_run

    lake = open_lake(open_estate(estate))
    with progress() as report:
        return listing(lake, run_id or last_run(lake), stem, kommune, progress=report)
