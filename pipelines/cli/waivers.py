"""`afstem waive`: the entry of afvigelser.yaml that somebody may fill in and answer for."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.output import say
from pipelines.cli.verbs import ESTATE, EstateFile, RunId, open_estate, open_lake


def waive(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="The finding's id, as `afstem findings` shows it.")],
    estate: EstateFile = ESTATE,
    run_id: RunId = None,
) -> None:
    """Print a waiver for a finding, to be filled in.

    It can be appended to afvigelser.yaml (>> afvigelser.yaml). It names the object; the reason, the owner, who
    accepted it and until when are left empty, and an entry that is not filled in is refused. A finding that
    follows from several rows of a ledger takes an entry for each.
    """
    from pipelines.inquiry.waiver import waiver_entries
    from pipelines.reconcile import last_run
    from pipelines.run_record import open_record

    opened = open_estate(estate)
    lake = open_lake(opened)
    run = open_record(lake, run_id or last_run(lake))
    for entry in waiver_entries(run, opened, finding):
        for line in entry.lines():
            say(line)
