"""The query session: what it answers, and that nothing else can be done in it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.errors import UsageError
from pipelines.query import Answer, check, lock, write_csv, write_json, write_parquet

SECRET = "borgeren fortalte om sin sygdom"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake with one snapshot file, and one file of note texts apart."""
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "tekster").mkdir()
    duckdb.sql(
        "SELECT 'S-' || i AS sagsnummer, i AS nummer, TIMESTAMPTZ '2021-03-01 02:00:00+01' AS oprettet,"
        " CASE WHEN i = 1 THEN NULL ELSE 'Æble, \"citat\"' END AS titel FROM range(3) r(i)"
    ).write_parquet(str(tmp_path / "snapshots" / "sag.parquet"))
    duckdb.sql(f"SELECT '{SECRET}' AS tekst").write_parquet(str(tmp_path / "tekster" / "journalnotat.parquet"))
    return tmp_path


@pytest.fixture
def session(lake: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    file = lake / "snapshots" / "sag.parquet"
    connection.execute(f"CREATE SCHEMA nyt; CREATE VIEW nyt.sag AS FROM read_parquet('{file}')")
    lock(connection, [file])
    return connection


def rows(session: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return list(Answer(session, sql).rows())


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT sagsnummer FROM nyt.sag ORDER BY 1", [("S-0",), ("S-1",), ("S-2",)]),
        ("FROM nyt.sag SELECT count(*);", [(3,)]),
        ("VALUES (1), (2)", [(1,), (2,)]),
        ("WITH faa AS (FROM nyt.sag LIMIT 1) SELECT count(*) FROM faa", [(1,)]),
        ("-- a remark\nSELECT 1 -- and one more", [(1,)]),
        ("SELECT u.x FROM unnest([7, 8]) AS u(x)", [(7,), (8,)]),
        ("SELECT sum(i) FROM range(4) r(i)", [(6,)]),
        ("SELECT column_name FROM (DESCRIBE nyt.sag) LIMIT 1", [("sagsnummer",)]),
        ("SELECT list_transform([1, 2], lambda x: x + 1)", [([2, 3],)]),
        ("FROM (PIVOT (SELECT 1 AS a, 2 AS b) ON a IN (1) USING sum(b))", [(2,)]),
        ("SELECT current_setting('TimeZone')", [("UTC",)]),
    ],
)
def test_what_is_a_select_is_answered(session: duckdb.DuckDBPyConnection, sql: str, expected: object) -> None:
    assert rows(session, sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE nyt.sag",
        "SHOW ALL TABLES",
        "SUMMARIZE nyt.sag",
        "EXPLAIN FROM nyt.sag",
        "explain analyze FROM nyt.sag",
        "/* a remark */ -- another\nEXPLAIN /* and */ ANALYZE -- so on\nSELECT 1",
    ],
)
def test_what_tells_about_a_select_is_answered(session: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert rows(session, sql)


CHANGES_NOTHING = "changes nothing"
NO_OTHER_FILE = "no other file"


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("COPY nyt.sag TO '{lake}/ud.csv'", CHANGES_NOTHING),
        ("COPY (FROM nyt.sag) TO '{lake}/snapshots/sag.parquet'", CHANGES_NOTHING),
        ("EXPLAIN COPY (FROM nyt.sag) TO '{lake}/ud.csv'", CHANGES_NOTHING),
        ("EXPLAIN ANALYZE COPY (FROM nyt.sag) TO '{lake}/ud.csv'", CHANGES_NOTHING),
        ("explain /* */ analyze COPY (FROM nyt.sag) TO '{lake}/ud.csv'", CHANGES_NOTHING),
        ("WITH x AS (SELECT 1) INSERT INTO nyt.sag SELECT 1", CHANGES_NOTHING),
        ("CREATE TABLE hemmelig AS FROM nyt.sag", CHANGES_NOTHING),
        ("CREATE OR REPLACE VIEW nyt.sag AS SELECT 1", CHANGES_NOTHING),
        ("DROP VIEW nyt.sag", CHANGES_NOTHING),
        ("DELETE FROM nyt.sag", CHANGES_NOTHING),
        ("ATTACH '{lake}/ny.duckdb'", CHANGES_NOTHING),
        ("INSTALL httpfs", CHANGES_NOTHING),
        ("LOAD httpfs", CHANGES_NOTHING),
        ("SET enable_external_access = true", CHANGES_NOTHING),
        ("RESET lock_configuration", CHANGES_NOTHING),
        ("SET VARIABLE a = 1", CHANGES_NOTHING),
        ("PRAGMA version", CHANGES_NOTHING),
        ("PRAGMA enable_logging", CHANGES_NOTHING),
        ("CALL enable_logging()", CHANGES_NOTHING),
        ("USE memory", CHANGES_NOTHING),
        ("BEGIN", CHANGES_NOTHING),
        ("PREPARE p AS SELECT 1", CHANGES_NOTHING),
        ("EXECUTE p", CHANGES_NOTHING),
        ("EXPORT DATABASE '{lake}/ud'", CHANGES_NOTHING),
        ("IMPORT DATABASE '{lake}'", CHANGES_NOTHING),
        ("CHECKPOINT", CHANGES_NOTHING),
        ("VACUUM", CHANGES_NOTHING),
        ("PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b)", CHANGES_NOTHING),
        ("SELECT 1; DROP VIEW nyt.sag", CHANGES_NOTHING),
        ("SELECT 1; SELECT 2", "One statement at a time"),
        ("FROM read_text('/etc/passwd')", NO_OTHER_FILE),
        ("FROM read_blob('/proc/self/environ')", NO_OTHER_FILE),
        ("FROM read_csv('/etc/passwd')", NO_OTHER_FILE),
        ("FROM '/etc/passwd'", "cannot be run"),
        ("FROM '{lake}/tekster/journalnotat.parquet'", NO_OTHER_FILE),
        ("FROM '{lake}/snapshots/../tekster/journalnotat.parquet'", NO_OTHER_FILE),
        ("FROM read_parquet('{lake}/tekster/journalnotat.parquet')", NO_OTHER_FILE),
        ("SELECT (SELECT any_value(tekst) FROM read_parquet('{lake}/tekster/*.parquet'))", NO_OTHER_FILE),
        ("WITH x AS MATERIALIZED (FROM glob('{lake}/**')) FROM x", NO_OTHER_FILE),
        ("FROM parquet_metadata('{lake}/tekster/journalnotat.parquet')", NO_OTHER_FILE),
        ("FROM query('FROM read_text(''/etc/passwd'')')", NO_OTHER_FILE),
        ("FROM enable_logging('QueryLog', storage_path = '{lake}/log')", NO_OTHER_FILE),
        ("FROM duckdb_secrets()", NO_OTHER_FILE),
        ("FROM 'https://example.invalid/x.parquet'", NO_OTHER_FILE),
        ("SELECT getenv('HOME')", "getenv does not exist"),
        ("FROM session", "session does not exist"),
        ("SELEC 1", "not SQL"),
        ("", "no SQL"),
        (" ; ", "no SQL"),
    ],
)
def test_everything_else_is_refused(session: duckdb.DuckDBPyConnection, lake: Path, sql: str, sentence: str) -> None:
    before = {file: file.read_bytes() for file in sorted(lake.rglob("*")) if file.is_file()}
    assert before

    with pytest.raises(UsageError, match=sentence) as refused:
        rows(session, sql.format(lake=lake))

    assert SECRET not in str(refused.value)
    assert {file: file.read_bytes() for file in sorted(lake.rglob("*")) if file.is_file()} == before
    assert rows(session, "SELECT count(*) FROM nyt.sag") == [(3,)]


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_text('/etc/passwd')",
        "FROM '{lake}/tekster/journalnotat.parquet'",
        "COPY nyt.sag TO '{lake}/ud.csv'",
        "ATTACH '{lake}/ny.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ],
)
def test_the_lock_holds_without_the_check(session: duckdb.DuckDBPyConnection, lake: Path, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        session.execute(sql.format(lake=lake)).fetchall()


def test_a_variable_of_the_program_is_no_relation(session: duckdb.DuckDBPyConnection) -> None:
    hidden = duckdb.sql("SELECT 1 AS x").to_arrow_table()

    with pytest.raises(UsageError, match="hidden does not exist"):
        rows(session, "FROM hidden")
    assert hidden.num_rows == 1


def test_a_query_nested_beyond_reason_is_refused(session: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError, match="nested too deep"):
        check(session, "SELECT " + "+".join("1" * 900))


def test_a_personal_number_in_an_error_is_hidden(session: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError) as refused:
        rows(session, "SELECT '610190-1234'::INTEGER")

    assert "610190" not in str(refused.value)
    assert "[cpr]" in str(refused.value)


def test_a_query_larger_than_its_memory_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.query.MEMORY_LIMIT", "64MiB")
    connection = duckdb.connect()
    lock(connection, [])

    with pytest.raises(UsageError, match="one kommune at a time"):
        rows(connection, "SELECT list(i || 'x' ORDER BY i % 7) FROM range(3_000_000) r(i)")


ALL = """SELECT sagsnummer, nummer::HUGEINT AS nummer, oprettet, titel, 1.50::DECIMAL(9, 2) AS sats, [1] AS liste
FROM nyt.sag ORDER BY 1"""


def test_csv(session: duckdb.DuckDBPyConnection) -> None:
    out = io.StringIO()

    write_csv(Answer(session, ALL), out)

    assert list(csv.reader(io.StringIO(out.getvalue()))) == [
        ["sagsnummer", "nummer", "oprettet", "titel", "sats", "liste"],
        ["S-0", "0", "2021-03-01T01:00:00Z", 'Æble, "citat"', "1.50", "[1]"],
        ["S-1", "1", "2021-03-01T01:00:00Z", "", "1.50", "[1]"],
        ["S-2", "2", "2021-03-01T01:00:00Z", 'Æble, "citat"', "1.50", "[1]"],
    ]


def test_json(session: duckdb.DuckDBPyConnection) -> None:
    out = io.StringIO()

    write_json(Answer(session, ALL), out)

    assert json.loads(out.getvalue())[:2] == [
        {
            "sagsnummer": "S-0",
            "nummer": 0,
            "oprettet": "2021-03-01T01:00:00Z",
            "titel": 'Æble, "citat"',
            "sats": "1.50",
            "liste": [1],
        },
        {
            "sagsnummer": "S-1",
            "nummer": 1,
            "oprettet": "2021-03-01T01:00:00Z",
            "titel": None,
            "sats": "1.50",
            "liste": [1],
        },
    ]


def test_json_of_nothing_is_an_empty_array(session: duckdb.DuckDBPyConnection) -> None:
    out = io.StringIO()

    write_json(Answer(session, "FROM nyt.sag WHERE false"), out)

    assert json.loads(out.getvalue()) == []


def test_parquet(session: duckdb.DuckDBPyConnection) -> None:
    out = io.BytesIO()

    write_parquet(Answer(session, "SELECT sagsnummer, oprettet FROM nyt.sag ORDER BY 1"), out)

    table = pq.read_table(io.BytesIO(out.getvalue()))
    assert table.column("sagsnummer").to_pylist() == ["S-0", "S-1", "S-2"]
    assert str(table.schema.field("oprettet").type) == "timestamp[us, tz=UTC]"


@pytest.mark.parametrize("write", [write_json, write_parquet])
def test_two_columns_of_one_name_are_not_merged_in_silence(session: duckdb.DuckDBPyConnection, write: object) -> None:
    assert callable(write)
    with pytest.raises(UsageError, match="Name them apart"):
        write(Answer(session, "SELECT 1 AS a, 2 AS a"), io.BytesIO())


def test_what_parquet_cannot_hold_is_said(session: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError, match="Cast intervals"):
        write_parquet(Answer(session, "SELECT INTERVAL 1 MONTH AS i"), io.BytesIO())


def test_nothing_is_spilled_beside(
    session: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    assert len(rows(session, "SELECT i, i || 'x' FROM range(100_000) r(i) ORDER BY 2")) == 100_000

    assert sorted(tmp_path.rglob("*")) == before
