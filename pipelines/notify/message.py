"""What is told of a run: counts of what came and went since another run. In Danish, for those who act on it.

No object, citizen or text is named: who may see them asks with `afstem findings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.catalog import sql_step
from pipelines.errors import scrub
from pipelines.inquiry.published import COMPARED, published, session, tables_of
from pipelines.inquiry.runs import compare
from pipelines.lake import RUNS, Lake
from pipelines.night.coming import Missing
from pipelines.run_record import RECORD_VERSION, REPORT_FILE, RunRecord, open_record

_DOM = {"opfyldt": "opfyldt", "brudt": "brudt", "ikke_vurderet": "ikke vurderet", None: "ikke spurgt"}
# Nobody reads more in a mail; the report holds the rest.
_MOST_LINES = 20

Row = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """A subject of one line, a text of many, and whether there is anything that one has to know."""

    subject: str
    text: str
    news: bool


def compose(lake: Lake, run_id: str, since: str | None, missing: Sequence[Missing] = ()) -> Message:
    """What run ``run_id`` has to tell, held against run ``since``; None: there is none to hold it against.

    ``missing``: what was expected and has not come. The same runs give the same message. Raises ``UsageError`` when
    there is no such run, or it has not been judged.
    """
    run = open_record(lake, run_id)
    broken = run.judgement()["optaelling"]["broken"]
    lines: list[str] = []
    if missing:
        lines += _section(
            f"Ikke kommet ({len(missing)}):", [f"{one.system} for {one.kommunekode}: {one.reason}" for one in missing]
        )
    if run.left_out:
        lines += _section(f"Kunne ikke afstemmes ({len(run.left_out)}):", run.left_out)
    changes, change_lines = _since(lake, run, since)
    lines += change_lines
    lines += [
        f"Fund i alt: {run.record['fund']}. Forventninger, der ikke holder: {broken}.",
        f"Kørsel {run_id}, {run.record['dato']}. Rapport: {lake.address(RUNS / run_id / REPORT_FILE)}",
    ]
    told = [f"{len(missing)} ikke kommet"] if missing else []
    told += [f"{len(run.left_out)} ikke afstemt"] if run.left_out else []
    subject = f"Afstem: {', '.join([*told, changes])}"
    news = bool(missing or run.left_out) or changes != _NOTHING
    return Message(scrub(subject), scrub("\n".join(lines)), news)


_NOTHING = "intet er ændret"


def late(minutes: int) -> Message:
    """What is told when a night is not done in time; ``minutes``: what it was given."""
    text = f"Nattens afstemning er ikke færdig efter {minutes} minutter. Se efter i Airflow, hvad den venter på."
    return Message("Afstem: natten er ikke færdig", text, news=True)


def broken_off(told: str) -> Message:
    """What is told when a night, or what keeps the lake, came to no end; ``told``: which, in Danish."""
    text = f"{told} Se efter i Airflow, hvad der gik galt, og kør den igen."
    return Message("Afstem: noget gik galt", scrub(text), news=True)


def _since(lake: Lake, run: RunRecord, since: str | None) -> tuple[str, list[str]]:
    """What changed, in few words and in lines."""
    if since is None:
        return "første kørsel", ["Første kørsel: der er ingen at sammenligne med.", ""]
    if since == run.run_id:
        return _NOTHING, ["Intet er ændret siden sidst: afstemningen hviler på det samme.", ""]
    other = open_record(lake, since)
    if other.record["version"] != RECORD_VERSION:
        return "kan ikke sammenlignes", [f"Kørsel {since} er lavet af en anden version af Afstem.", ""]
    compared = compare(run, other)
    # Of a kommune that was not evaluated, every finding would be gone, and be new the next time.
    unheld = sorted({*run.left_out, *other.left_out} & set(compared.kommuner))
    rows = _changes(run, other, [code for code in compared.kommuner if code not in unheld])
    nye, borte = sum(row["nye"] for row in rows), sum(row["borte"] for row in rows)
    shifts = [row for row in rows if row["dom_hin"] != row["dom_denne"]]
    titles = {rule["id"]: rule["titel_da"] for rule in run.record["regler"]}
    lines = _section(
        f"Domme, der har skiftet ({len(shifts)}):",
        [
            f"{row['kommunekode']} {row['regel']}: {_DOM[row['dom_hin']]} -> {_DOM[row['dom_denne']]}. "
            f"{titles.get(row['regel'], '')}"
            for row in shifts
        ],
    )
    counted = (("nye", "Nye fund"), ("borte", "Fund, der er borte"))
    for kind, title in counted:
        having = sorted((row for row in rows if row[kind]), key=lambda row: -row[kind])
        total = sum(row[kind] for row in having)
        lines += _section(
            f"{title} ({total}):",
            [f"{row['kommunekode']} {row['regel']}: {row[kind]}. {titles.get(row['regel'], '')}" for row in having],
        )
    apart = (
        (unheld, "ikke er afstemt i begge kørsler, og derfor ikke er sammenlignet"),
        (compared.only_run, "ikke er med i den forrige kørsel"),
        (compared.only_other, "ikke er med i denne kørsel"),
    )
    for codes, what in apart:
        if codes:
            lines += [f"Kommuner, der {what}: {', '.join(codes)}.", ""]
    if not lines:
        return _NOTHING, ["Intet er ændret siden sidst.", ""]
    return f"{nye} nye fund, {borte} borte", lines


def _changes(run: RunRecord, other: RunRecord, kommuner: Sequence[str]) -> list[Row]:
    with session() as con:
        for catalog, one in (("denne", run), ("hin", other)):
            con.execute(f"ATTACH ':memory:' AS {catalog}")
            tables_of(con, catalog, {name: published(one, name) for name in COMPARED}, kommuner)
        rows: list[Row] = con.execute(sql_step("queries", "since")).to_arrow_table().to_pylist()
    return rows


def _section(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    shown = [f"  {line}" for line in lines[:_MOST_LINES]]
    more = len(lines) - len(shown)
    return [title, *shown, *([f"  og {more} til: se rapporten"] if more else []), ""]
