"""How the lists of `afstem findings`, `closable` and `readiness` are told."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.cli.asking import TABLE_ROWS
from pipelines.cli.output import complain, print_table, say

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.inquiry.runs import Compared
    from pipelines.lake import Lake
    from pipelines.report.words import Words

Row = dict[str, Any]

# So few of one kind are read off the findings themselves.
FEWEST_ALIKE = 10
MOST_LINES = 20

# What one of two runs says of a finding that only the other holds.
ELSEWHERE = {
    "hel_sag": "its case is whole",
    "skyldes_ikke": "not owed",
    "findes_ikke": "not there",
    "ikke_vurderet": "not evaluated",
    "regel_ikke_stillet": "rule not asked",
    "intet_brud": "nothing broken",
}
CHANGE = {"ny": "new", "borte": "gone"}
STANDING = {"opfyldt": "met", "brudt": "broken", "ikke_vurderet": "not evaluated"}
ANSWER = {"opfyldt": "yes", "brudt": "no", "ikke_vurderet": "not evaluated, so not a yes"}
QUESTIONS = {
    "opsigelse": "May KMD Sag be given up?",
    "flytning": "Is everything in place for moving the documents from EDH into KSD and KY?",
}
THREE_OF_SIX = (
    "Afstem sees three fagsystemer of six (KMD Dagpenge, KMD Aktiv, KMD Social Pension), and the letter lets KMD Sag be"
    " given up when the sixth has been phased out: of the other three nothing is said here."
)


def write_table_csv(table: pa.Table) -> None:
    """RFC 4180 with LF, as `afstem query` writes it."""
    from pipelines.query import as_text

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow([as_text(value) for value in row.values()])


def records(table: pa.Table) -> list[Row]:
    """The rows as JSON has them: times as text in UTC."""
    from pipelines.inquiry.questions import plain

    return [plain(row) for row in table.to_pylist()]


def patterns(lake: Lake, run_id: str, kommunekode: str | None) -> list[Words]:
    """A line for each kind of fault of which there are several, the most frequent first."""
    from pipelines.report.patterns import read_patterns, sentences
    from pipelines.run_record import open_record

    rows = [row for row in read_patterns(open_record(lake, run_id)) if kommunekode in (None, row["kommunekode"])]
    return sentences(rows, least=FEWEST_ALIKE, most=MOST_LINES)


def tell_uncompared(compared: Compared) -> None:
    """Which kommuner only one of the two runs holds, on stderr."""
    for run, codes in ((compared.run, compared.only_run), (compared.other, compared.only_other)):
        if codes:
            complain(f"Only run {run.run_id} holds {', '.join(codes)}: nothing is compared there.")


def tell_fallen(fallen: Sequence[Row], compared: Compared | None) -> None:
    """What was bevaret and is not any more, before all else."""
    if not fallen or compared is None:
        return
    objects = "object that was" if len(fallen) == 1 else "objects that were"
    are = "is" if len(fallen) == 1 else "are"
    say(f"{len(fallen):,} {objects} bevaret in run {compared.other.run_id} {are} not any more:")
    say("")
    now = [{**row, "nu": "no longer owed" if row["nu"] == "skyldes_ikke" else row["nu"]} for row in fallen]
    print_rows(now, ("kommunekode", "objekttype", "objekt_id", "sted", "system", "nu", "aarsag"))
    if cut(fallen):
        say(f"({len(fallen):,} objects{cut(fallen)})")
    say("")


def tell_patterns(lines: Sequence[Words]) -> None:
    """Many faults of one kind in one line each."""
    for line in lines:
        say(line.en)
    if lines:
        say("")


def tell_findings(table: pa.Table, compared: Compared | None) -> None:
    """The findings, with the days on which each was seen first and last."""
    rows = [
        {
            **row,
            "foerst_set": row["foerst_set"][:10],
            "sidst_set": row["sidst_set"][:10],
            "skift": CHANGE.get(row["skift"], ""),
            "i_den_anden": ELSEWHERE.get(row["i_den_anden"], row["i_den_anden"]),
        }
        for row in table.to_pylist()
    ]
    columns = ["fund_id", "regel", "kommunekode", "objekttype", "objekt_id", "sted", "system", "udfald", "aarsag"]
    columns += ["foerst_set", "sidst_set"]
    if compared is not None:
        columns += ["skift", "i_den_anden"]
    if rows:
        print_rows(rows, columns)
    say(f"({len(rows):,} {'finding' if len(rows) == 1 else 'findings'}{cut(rows)})")


def tell_closable(table: pa.Table) -> None:
    """The EDH cases that may be closed, and those that were closed too early."""
    rows = records(table)
    columns = ("kommunekode", "sag_uuid", "sagsnummer", "system", "status", "lukket", "nye_sager", "aabne_nye_sager")
    if rows:
        print_rows(rows, (*columns, "nye_lukket", "forbehold"))
    early = sum(row["status"] == "for_tidlig" for row in rows)
    say(f"({len(rows) - early:,} may be closed, {early:,} closed too early{cut(rows)})")


def tell_readiness(table: pa.Table) -> None:
    """Both answers of each kommune, each with its conditions one by one."""
    rows = table.to_pylist()
    asked = dict.fromkeys((row["kommunekode"], row["spoergsmaal"]) for row in rows)
    for kommunekode, question in asked:
        conditions = [row for row in rows if (row["kommunekode"], row["spoergsmaal"]) == (kommunekode, question)]
        say(f"{kommunekode}: {QUESTIONS[question]} {ANSWER[conditions[0]['svar']].capitalize()}.")
        for row in conditions:
            count = f" ({row['antal']:,})" if row["antal"] else ""
            why = f": {row['begrundelse_en']}" if row["begrundelse_en"] else ""
            say(f"  {STANDING[row['stand']]:<13}  {row['betingelse_en']}{count} [{row['kilde']}]{why}")
        say("")
    say(THREE_OF_SIX)


def print_rows(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """A table of the first rows."""
    from pipelines.query import as_text

    print_table(columns, [[as_text(row[column]) for column in columns] for row in rows[:TABLE_ROWS]])


def cut(rows: Sequence[Row]) -> str:
    """What to say when not all are shown."""
    return f", of which the first {TABLE_ROWS:,} are shown; --format csv gives all" if len(rows) > TABLE_ROWS else ""
