"""`afstem query`: one question and its answer, or a prompt for many."""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.output import complain, print_table, say
from pipelines.cli.verbs import ESTATE, EstateFile, RunId, open_estate, open_lake
from pipelines.errors import AfstemError, UsageError

if TYPE_CHECKING:
    import duckdb

# A person reads no further; a program asks for another form.
TABLE_ROWS = 1_000

HELP = """\
One SELECT, ended by a semicolon; it may fill several lines.
.tables  list the relations        DESCRIBE nyt.sag;  their columns
.help    show this                 .quit              leave (or Ctrl-D)"""

TABLES = """\
SELECT table_schema || '.' || table_name AS relation,
       string_agg(column_name, ', ' ORDER BY ordinal_position) AS columns
FROM information_schema.columns
WHERE table_catalog = current_database()
GROUP BY ALL ORDER BY ALL"""


class Form(StrEnum):
    """The forms an answer comes in."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def query(
    sql: Annotated[str | None, typer.Argument(metavar="SQL", help="One SELECT; if absent: stdin, or a prompt.")] = None,
    estate: EstateFile = ESTATE,
    run_id: RunId = None,
    kommune: Annotated[str | None, typer.Option("--kommune", metavar="CODE", help="This kommune only.")] = None,
    form: Annotated[Form, typer.Option("--format", help="The form of the answer.")] = Form.table,
) -> None:
    """Ask a run anything in SQL: what it read, what it found.

    DuckDB's SQL, read-only: one SELECT, and nothing but the run's own relations. Schemas: foer, edh, nyt, indeks and
    esdh (what was delivered), afstemning (the ledgers and the findings). Note texts are not among them.
    """
    from pipelines.query import open_session
    from pipelines.reconcile import last_run

    asked = sql
    prompting = asked is None and sys.stdin.isatty()
    if form is Form.parquet and (prompting or sys.stdout.isatty()):
        raise UsageError(
            "Parquet is not text to look at. Send it to a file: afstem query … --format parquet > x.parquet"
        )
    if asked is None and not prompting:
        asked = sys.stdin.read()
    lake = open_lake(open_estate(estate))
    connection = open_session(lake, run_id or last_run(lake), kommune)
    if asked is None:
        prompt(connection, form)
    else:
        answer(connection, asked, form)


def answer(connection: duckdb.DuckDBPyConnection, sql: str, form: Form) -> None:
    """Run ``sql`` and write its rows to stdout."""
    from pipelines.query import Answer, as_text, write_csv, write_json, write_parquet

    found = Answer(connection, sql)
    if form is Form.csv:
        write_csv(found, sys.stdout)
    elif form is Form.json:
        write_json(found, sys.stdout)
    elif form is Form.parquet:
        write_parquet(found, sys.stdout.buffer)
    else:
        shown = []
        count = 0
        for row in found.rows():
            count += 1
            if count <= TABLE_ROWS:
                shown.append([as_text(value) for value in row])
        print_table(found.names, shown)
        left_out = (
            f", of which the first {TABLE_ROWS:,} are shown; --format csv gives all" if count > TABLE_ROWS else ""
        )
        say(f"({count:,} {'row' if count == 1 else 'rows'}{left_out})")


def prompt(connection: duckdb.DuckDBPyConnection, form: Form) -> None:
    """Ask for SQL until the person leaves. What was typed is remembered for as long, and written nowhere."""
    # Gives input() its line editing and history, where the platform has it.
    with suppress(ImportError):
        import readline  # noqa: F401
    say("Read-only; .help tells what can be done here.")
    lines: list[str] = []
    while True:
        try:
            lines.append(input("afstem> " if not lines else "   ...> "))
        except EOFError:
            say("")
            return
        except KeyboardInterrupt:
            say("")
            lines = []
            continue
        typed = "\n".join(lines).strip()
        if typed in (".quit", ".exit"):
            return
        if typed in (".help", ".tables", ""):
            lines = []
            if typed == ".help":
                say(HELP)
            elif typed == ".tables":
                answer(connection, TABLES, Form.table)
        elif typed.endswith(";"):
            lines = []
            try:
                answer(connection, typed, form)
            except AfstemError as error:
                complain(str(error))
            except KeyboardInterrupt:
                complain("Stopped.")
