"""What keeps a lake and tells of it: `afstem verify`, `retention`, `notify`, and `pools` for Airflow."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipelines.cli.output import complain, print_json, progress, say
from pipelines.cli.verbs import ESTATE, AsJson, EstateFile, RunId, open_estate, open_lake
from pipelines.errors import EXIT_CLEAN, EXIT_SYSTEM, UsageError


def verify(
    estate: EstateFile = ESTATE,
    kommuner: Annotated[
        list[str] | None, typer.Option("--kommune", metavar="CODE", help="Only this kommune; may be given again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold every file of the lake against its checksum.

    Snapshots, note texts and runs, as they lie where the lake lies, and the manifests that runs rest on. Reads all of
    it. Exits 2 when there is nothing to verify, 3 when a file is changed,
    missing or not named by its manifest, or a manifest cannot be read.
    """
    from pipelines.upkeep import verify_lake

    lake = open_lake(open_estate(estate))
    with progress() as report:
        found = verify_lake(lake, kommuner=kommuner or (), progress=report)
    if found.nothing:
        of = f" of kommune {', '.join(kommuner)}" if kommuner else ""
        raise UsageError(f"The lake {lake} holds nothing{of} to verify. See that the estate names the right lake.")
    if as_json:
        print_json({"filer": found.looked_at, **asdict(found)})
    else:
        for word in ("changed", "missing", "unreadable", "unnamed", "unfinished"):
            for path in getattr(found, word):
                say(f"{word}: {path}")
        say(
            f"{found.looked_at:,} files = {found.intact:,} intact + {len(found.changed):,} changed + "
            f"{len(found.missing):,} missing."
        )
    if not found.sound:
        complain("What is damaged must be restored from a copy of the lake, or landed again.")
    raise typer.Exit(EXIT_CLEAN if found.sound else EXIT_SYSTEM)


def retention(
    estate: EstateFile = ESTATE,
    do_it: Annotated[bool, typer.Option("--apply", help="Remove it; without this it is only told.")] = False,
    run_date: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The day it is reckoned from; today if absent."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what the lake no longer needs, and remove it.

    By bevaring in the estate. Never a baseline, never the newest snapshot of a system and kommune, never one that a
    kept run rests on. What goes is written into the lake's bevaring.jsonl first, and a snapshot that went is not
    landed again. Of what came to no end, a landing or a removal, the rest goes too.
    """
    from pipelines.upkeep import apply_retention, plan_retention

    opened = open_estate(estate)
    lake = open_lake(opened)
    today = (run_date or datetime.now(ZoneInfo("Europe/Copenhagen"))).date()
    plan = plan_retention(opened, lake, today)
    gone = []
    if do_it:
        with progress() as report:
            gone = apply_retention(opened, lake, plan, today, report)
    if as_json:
        print_json({"plan": [asdict(thing) for thing in plan.things], "fjernet": [asdict(thing) for thing in gone]})
        return
    for thing in plan.things:
        if not thing.kept:
            say(f"{'removed' if thing in gone else 'goes'}: {thing.kind} {thing.name}: {thing.why}")
    for kind in ("snapshot", "run", "rest"):
        going = gone if do_it else [thing for thing in plan.things if not thing.kept]
        here = sum(thing.kind == kind for thing in plan.things)
        leaving = sum(thing.kind == kind for thing in going)
        words = "removed" if do_it else "to go"
        say(f"{here:,} {kind}s = {here - leaving:,} kept + {leaving:,} {words}.")
    if not do_it and any(not thing.kept for thing in plan.things):
        say("Nothing was removed. To do it: afstem retention --apply")


def notify(
    estate: EstateFile = ESTATE,
    run_id: RunId = None,
    show: Annotated[bool, typer.Option("--show", help="Print what would be told, and send nothing.")] = False,
) -> None:
    """Tell what changed since the run told of last.

    Through every channel under varsling in the estate: mail, Teams, Slack. Counts only: no citizen, case or text.
    Exits 2 when a channel refuses, 3 when one cannot be reached.
    """
    from pipelines.notify import compose, since
    from pipelines.notify import notify as tell
    from pipelines.reconcile import last_run

    opened = open_estate(estate)
    lake = open_lake(opened)
    asked = run_id or last_run(lake)
    message = compose(lake, asked, since(lake, asked)) if show else tell(opened, lake, asked)
    say(f"{message.subject}\n\n{message.text}")
    if not show and not opened.varsling:
        complain("Nobody was told: the estate names no channel under varsling.")


def pools(estate: EstateFile = ESTATE) -> None:
    """Print Airflow's pools, one for each system that is pulled.

    A pool limits how many kommuner of a system are pulled at a time: samtidige under kilder in the estate.
    """
    print_json(
        {
            f"afstem_{system}": {
                "slots": kilder[0].samtidige,
                "description": f"Kommuner of {system} that are pulled at a time",
                "include_deferred": False,
            }
            for system, kilder in open_estate(estate).kilder.items()
        }
    )
