"""`afstem demo`: the whole road on a made estate, whose faults are known."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from pipelines.cli import telling, verbs
from pipelines.cli.output import complain, say
from pipelines.errors import EXIT_CLEAN, EXIT_FINDINGS, UsageError

# What a demo consists of: a folder with anything else in it is somebody's own.
DEMO_CONTENT = frozenset({"estate.yaml", "afvigelser.yaml", "facit.json", "inbox", "lake"})


def demo(
    folder: Annotated[Path, typer.Option("--folder", metavar="FOLDER", help="Where the estate is made.")] = Path(
        "demo-estate"
    ),
    cases: Annotated[int, typer.Option("--cases", min=300, help="Cases in each of its three large kommuner.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="Which estate is made: another number, other citizens.")] = 751,
    keep: Annotated[bool, typer.Option("--keep", help="Use the demo that is in the folder, as it is.")] = False,
) -> None:
    """Reconcile a made estate whose faults are known.

    Makes it, lands it, reconciles it, judges it, and holds the findings against what was put in. Needs no
    key: the demo has its own, and every citizen in it is made up. Exits 0 when exactly the faults that
    were put in were found. The last line is the path of the report.
    """
    from pipelines.catalog import open_run
    from pipelines.demo import DEMO_KEY, compare, read_facit

    if claim(folder) and keep:
        say(f"The made estate in {folder} as it is.")
    else:
        make(folder, cases, seed)
        say(f"A made estate in {folder}: three kommuner of {cases:,} cases, a small one, and a stranger.")
    facit = read_facit(folder)
    estate_file = folder / "estate.yaml"
    estate = verbs.open_estate(estate_file)
    lake = verbs.open_lake(estate)
    outcomes = verbs.land_inbox(estate, DEMO_KEY)
    say(telling.counted(outcomes))
    run = verbs.reconcile_lake(estate)
    telling.tell_run(run)
    judgement = verbs.judge(lake, run.run_id)
    telling.tell_judgement(judgement)
    page = verbs.write(lake, run.run_id)

    columns = "regel, kommunekode, objekttype, objekt_id, sted, udfald, aarsag"
    found = open_run(lake, run.run_id).execute(f"SELECT {columns} FROM afstemning.fund").fetchall()
    missing, unexpected = compare(facit, found)
    say("")
    say(f"{len(facit.faults):,} faults were put in. Of the findings that they must give:")
    say(f"  found       {len(facit.findings) - len(missing):>5,} of {len(facit.findings):,}")
    say(f"  missed      {len(missing):>5,}")
    say(f"  unexpected  {len(unexpected):>5,}")
    for word, findings in (("unexpected", unexpected), ("missed", missing)):
        for finding in findings[:20]:
            complain(f"{word}: {finding}")
    say("")
    say("Look on:")
    say("  afstem rules")
    say(f'  afstem query --estate {estate_file} "FROM afstemning.fund"')
    say(f"  afstem query --estate {estate_file}")
    say("")
    say(str(page))
    exact = not missing and not unexpected and not telling.landing_code(outcomes)
    raise typer.Exit(EXIT_CLEAN if exact else EXIT_FINDINGS)


def claim(folder: Path) -> bool:
    """Whether a demo stands in ``folder``; raises ``UsageError`` when something else does."""
    if not folder.exists():
        return False
    content = {entry.name for entry in folder.iterdir()} if folder.is_dir() and not folder.is_symlink() else {""}
    if not content:
        return False
    if content <= DEMO_CONTENT and "facit.json" in content:
        return True
    raise UsageError(f"{folder} holds something that is not a demo, and is left alone. Name another: --folder FOLDER")


def make(folder: Path, cases: int, seed: int) -> None:
    """Put a new demo in the place of ``folder``: whole or, when it is broken off, not at all."""
    from pipelines.demo import build_demo

    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as space:
        build_demo(Path(space) / "new", cases=cases, seed=seed)
        if folder.exists():
            folder.rename(Path(space) / "old")
        (Path(space) / "new").rename(folder)
