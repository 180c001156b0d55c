"""The verbs: pull, land, reconcile, validate, report, and run, which is the last four.

Each imports its verb when it is called: Polars, Arrow and Great Expectations take seconds to load, and
`afstem --help` is not to wait for them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

from pipelines.cli import telling
from pipelines.cli.output import complain, print_json, progress, say
from pipelines.errors import EXIT_INPUT

if TYPE_CHECKING:
    from pipelines.estate import Estate
    from pipelines.lake import Lake
    from pipelines.landing import Outcome
    from pipelines.reconcile import Run
    from pipelines.validate import Judgement

EstateFile = Annotated[Path, typer.Option("--estate", metavar="FILE", help="The estate: kommuner, lake and inbox.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
RunId = Annotated[str | None, typer.Option("--run", metavar="ID", help="The run; the last one when not given.")]
RunDate = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="The run's date, which waivers expire against; today if absent."),
]
ESTATE = Path("estate.yaml")

# So many of one kind are no accident of a single case, and an operator wants to hear of them at once.
MANY = 100
MOST_LINES = 10


def pull(
    estate: EstateFile = ESTATE,
    systems: Annotated[
        list[str] | None, typer.Option("--system", metavar="SYSTEM", help="Only this system; may be given again.")
    ] = None,
    kommuner: Annotated[
        list[str] | None, typer.Option("--kommune", metavar="KODE", help="Only this kommune; may be given again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what the systems have and the lake has not.

    The sources stand under kilder in the estate. Each system's snapshot of each kommune is landed whole or not at
    all; one that fails stops no other. What is in the lake already is not fetched again. Addresses and passwords come
    from the environment, files or Airflow. Exits 2 when a source or what it holds is wrong, 3 when one could not be
    reached.
    """
    from pipelines.landing import key_from_environment, text_key_from_environment
    from pipelines.landing.pull import pull as pull_sources

    opened = open_estate(estate)
    with progress() as report:
        outcomes = pull_sources(
            opened,
            key_from_environment(),
            systems=systems or (),
            kommuner=kommuner or (),
            progress=report,
            text_key=text_key_from_environment(),
        )
    _tell_outcomes(outcomes, as_json=as_json)


def land(estate: EstateFile = ESTATE, as_json: AsJson = False) -> None:
    """Take the deliveries of the inbox into the lake.

    Each delivery is taken whole or refused whole; the others go on. The key that personal numbers are
    replaced under is read from AFSTEM_KEY; with AFSTEM_TEXT_KEY the note texts are encrypted. Exits 2
    when a delivery is refused.
    """
    _tell_outcomes(land_inbox(open_estate(estate)), as_json=as_json)


def _tell_outcomes(outcomes: Sequence[Outcome], *, as_json: bool) -> NoReturn:
    if as_json:
        print_json(telling.landing_record(outcomes))
    else:
        telling.tell_landing(outcomes)
    raise typer.Exit(telling.landing_code(outcomes))


def reconcile(
    estate: EstateFile = ESTATE,
    run_date: RunDate = None,
    kommuner: Annotated[
        list[str] | None, typer.Option("--kommune", metavar="CODE", help="Only this kommune; may be given again.")
    ] = None,
    snapshots: Annotated[
        list[str] | None,
        typer.Option("--snapshot", metavar="ID", help="Rest on these alone; may be given again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Balance what was against what is, in the ledgers of a new run.

    Rests on the snapshots that are in the lake now, pinned in the run's record. Exits 1 when there are
    findings.
    """
    opened = open_estate(estate)
    run = reconcile_lake(opened, run_date, kommuner=kommuner or (), snapshots=snapshots or ())
    if as_json:
        print_json(telling.run_record(run))
    else:
        telling.tell_run(run, many_of_a_kind(open_lake(opened), run.run_id))
        say(f'Ask it: afstem query --estate {estate} --run {run.run_id} "FROM afstemning.fund"')
    raise typer.Exit(telling.run_code(run))


def validate(estate: EstateFile = ESTATE, run_id: RunId = None, as_json: AsJson = False) -> None:
    """Judge a run: its landing, balance and rules.

    Great Expectations judges. Three verdicts: met, broken, not evaluated. Exits 1 when one is broken.
    """
    lake = open_lake(open_estate(estate))
    judgement = judge(lake, run_id)
    if as_json:
        print_json(telling.judgement_record(judgement))
    else:
        telling.tell_judgement(judgement)
    raise typer.Exit(telling.judgement_code(judgement))


def report(estate: EstateFile = ESTATE, run_id: RunId = None) -> None:
    """Write the report of a run and print its path.

    One HTML file, Danish with an English switch, that needs nothing else.
    """
    say(str(write(open_lake(open_estate(estate)), run_id)))


def run(estate: EstateFile = ESTATE, run_date: RunDate = None, as_json: AsJson = False) -> None:
    """Land, reconcile, validate and report, under one run id.

    A refused delivery does not stop the run: it rests on what did land, and exits 2 to say so. Exits 1
    when there are findings or an expectation is broken.
    """
    opened = open_estate(estate)
    lake = open_lake(opened)
    outcomes = land_inbox(opened)
    if not as_json:
        telling.tell_landing(outcomes)
    made = reconcile_lake(opened, run_date)
    judgement = judge(lake, made.run_id)
    page = write(lake, made.run_id)
    code = max(telling.landing_code(outcomes), telling.run_code(made), telling.judgement_code(judgement))
    if as_json:
        print_json(
            {
                **telling.landing_record(outcomes),
                **telling.run_record(made),
                **telling.judgement_record(judgement),
                "rapport": str(page),
            }
        )
    else:
        telling.tell_run(made, many_of_a_kind(lake, made.run_id))
        telling.tell_judgement(judgement)
        say(str(page))
    if code == EXIT_INPUT:
        complain("The run was made without the refused deliveries. Have them sent again, and run once more.")
    raise typer.Exit(code)


def open_estate(path: Path) -> Estate:
    """The estate in ``path``."""
    from pipelines.estate import load_estate

    return load_estate(path)


def open_lake(estate: Estate) -> Lake:
    """The lake that ``estate`` names."""
    from pipelines.lake.opening import open_lake as opened

    return opened(estate)


def land_inbox(estate: Estate, key: bytes | None = None) -> list[Outcome]:
    """Land every delivery of the inbox under ``key``, else under the key of the environment."""
    from pipelines.landing import key_from_environment, land, text_key_from_environment

    with progress() as report:
        return land(
            estate,
            key_from_environment() if key is None else key,
            progress=report,
            text_key=text_key_from_environment() if key is None else None,
        )


def reconcile_lake(
    estate: Estate,
    run_date: datetime | None = None,
    *,
    kommuner: Collection[str] = (),
    snapshots: Collection[str] = (),
) -> Run:
    """Make a run; its date is the Danish one of now unless it is given. Of all kommuner and snapshots unless named."""
    from pipelines.landing import text_key_from_environment
    from pipelines.reconcile import Seen, reconcile

    today = (run_date or datetime.now(ZoneInfo("Europe/Copenhagen"))).date()
    with progress() as report:
        return reconcile(
            estate,
            open_lake(estate),
            today=today,
            text_key=text_key_from_environment(),
            kommuner=kommuner,
            seen=Seen(frozenset(snapshots)),
            progress=report,
        )


def many_of_a_kind(lake: Lake, run_id: str) -> list[str]:
    """A line for each kind of fault in run ``run_id`` that there are many of, the most frequent first."""
    from pipelines.report.patterns import read_patterns, sentences
    from pipelines.run_record import open_record

    lines = sentences(read_patterns(open_record(lake, run_id)), least=MANY, most=MOST_LINES)
    return [line.en for line in lines]


def judge(lake: Lake, run_id: str | None) -> Judgement:
    """Validate run ``run_id``, else the last one."""
    from pipelines.reconcile import last_run
    from pipelines.validate import validate

    return validate(lake, run_id or last_run(lake))


def write(lake: Lake, run_id: str | None) -> Path:
    """Write the report of run ``run_id``, else of the last one."""
    from pipelines.reconcile import last_run
    from pipelines.report import write_report

    return write_report(lake, run_id or last_run(lake))
