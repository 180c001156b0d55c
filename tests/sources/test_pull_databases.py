"""The made estate in a PostgreSQL and a MariaDB: pulled from there, it is landed as from its delivery files."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from pipelines.contract import ENTITIES, Column
from pipelines.errors import SourceFailed
from pipelines.estate import load_estate
from pipelines.landing import Outcome
from pipelines.landing.moments import read_moment
from pipelines.landing.pull import pull
from pipelines.sources.databases import open_database
from tests.oracle_rows import Delivery
from tests.sources.database_servers import PASSWORD, DatabaseServer, mariadb, postgresql
from tests.sources.demo_estate import KEY, KOMMUNE, Demo, demo, records_for, records_of, text_rows, write_estate

__all__ = ["demo", "mariadb", "postgresql"]

_TYPES = {
    "postgresql": {
        "text": "text",
        "cpr": "text",
        "uuid": "uuid",
        "timestamp": "timestamptz",
        "date": "date",
        "integer": "bigint",
    },
    "mariadb": {
        "text": "longtext",
        "cpr": "char(10)",
        "uuid": "char(36)",
        # MariaDB's own TIMESTAMP ends in 2038; as text with its offset a moment is one in any column.
        "timestamp": "varchar(40)",
        "date": "date",
        "integer": "bigint",
    },
}


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    found: DatabaseServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def estate(server: DatabaseServer, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The estate whose EDH lies in ``server``, as the demo delivered it first."""
    delivery = demo.first("edh")
    load(server, delivery)
    monkeypatch.setenv("EDH_DATABASE", str(server.url.render_as_string(hide_password=False)))
    return write_estate(tmp_path, kilde(server, delivery))


def kilde(server: DatabaseServer, delivery: Delivery, *, still: bool = True) -> str:
    moment = delivery.udtrukket.strftime("%Y-%m-%dT%H:%M:%SZ")
    entities = "".join(
        f"      {name}: {{tabel: edh_{name}, kommunekolonne: kommune, noegle: nr}}\n" for name in delivery.tables
    )
    asked = (
        f"    udtrukket: SELECT tid FROM udtraek WHERE kommune = :kommunekode AND tid = '{moment}'\n" if still else ""
    )
    return (
        f"  edh:\n    art: {server.art}\n    forbindelse: {{miljoe: EDH_DATABASE}}\n    raekker_pr_del: 500\n"
        f"{asked}    entiteter:\n{entities}"
    )


def load(server: DatabaseServer, delivery: Delivery) -> None:
    """The delivery in tables of the server's own types, with other kommuner's rows among them."""
    moment = delivery.udtrukket.strftime("%Y-%m-%dT%H:%M:%SZ")
    server.run("DROP TABLE IF EXISTS udtraek", "CREATE TABLE udtraek (kommune char(4), tid varchar(40))")
    server.run("INSERT INTO udtraek VALUES (:kommune, :tid)", rows=[{"kommune": KOMMUNE, "tid": moment}])
    types = _TYPES[server.art]
    for name in delivery.tables:
        columns = ENTITIES[name].columns
        declared = ", ".join(f"{column.name} {types[column.type]}" for column in columns)
        server.run(
            f"DROP TABLE IF EXISTS edh_{name}",
            f"CREATE TABLE edh_{name} (nr bigint PRIMARY KEY, kommune char(4), {declared})",
        )
        rows = [
            {"nr": 3 * number, "kommune": KOMMUNE}
            | {column.name: value(server, column, row[column.name]) for column in columns}
            for number, row in enumerate(text_rows(delivery, name))
        ]
        if not rows:
            continue
        rows += [rows[0] | {"nr": 1, "kommune": "0101"}, rows[-1] | {"nr": rows[-1]["nr"] + 1, "kommune": "0101"}]
        names = ["nr", "kommune", *(column.name for column in columns)]
        server.run(f"INSERT INTO edh_{name} VALUES ({', '.join(f':{each}' for each in names)})", rows=rows)


def value(server: DatabaseServer, column: Column, text: str | None) -> Any:
    if text is None or server.art == "mariadb" or column.type not in ("timestamp", "integer"):
        return text
    return int(text) if column.type == "integer" else moment_of(text)


def moment_of(text: str) -> datetime:
    moment = read_moment(text)
    assert isinstance(moment, datetime)
    return moment


def pulled(estate: Path) -> Outcome:
    (outcome,) = pull(load_estate(estate), KEY)
    return outcome


def test_a_snapshot_is_the_same_from_a_database_as_from_files(demo: Demo, estate: Path) -> None:
    outcome = pulled(estate)
    assert outcome.status == "landet", outcome.error
    assert records_of(estate.parent / "lake") == records_for(demo, [demo.first("edh")])
    assert pulled(estate).status == "kendt"


@pytest.fixture
def interrupting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Does something once, when the first records of journalnotat have been landed."""
    from pipelines.landing import stage

    def when_reading(action: Callable[[], None]) -> None:
        once = threading.Event()
        conform = stage.Conformer.conform

        def watched(self: Any, block: Any) -> Any:
            if self.entity.name == "journalnotat" and not once.is_set():
                once.set()
                action()
            return conform(self, block)

        monkeypatch.setattr(stage.Conformer, "conform", watched)

    return when_reading


def kill(server: DatabaseServer) -> None:
    if server.art == "postgresql":
        server.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
            "backend_type = 'client backend'"
        )
        return
    for (process,) in server.ask(
        "SELECT id FROM information_schema.processlist WHERE user = 'afstem' AND id <> connection_id()"
    ):
        server.run(f"KILL {process}")


def test_a_connection_killed_in_mid_pull_leaves_nothing_and_the_next_pull_succeeds(
    server: DatabaseServer, demo: Demo, estate: Path, interrupting: Callable[[Callable[[], None]], None]
) -> None:
    write_estate(estate.parent, kilde(server, demo.first("edh"), still=False))
    interrupting(lambda: kill(server))
    outcome = pulled(estate)
    assert outcome.status == "fejlet"
    assert isinstance(outcome.error, SourceFailed)
    assert PASSWORD not in str(outcome.error)
    assert [path for path in (estate.parent / "lake").rglob("*") if path.suffix in (".parquet", ".json")] == []
    assert pulled(estate).status == "landet"


def test_a_connection_killed_is_gone_on_with_where_the_copy_stands_still(
    server: DatabaseServer, demo: Demo, estate: Path, interrupting: Callable[[Callable[[], None]], None]
) -> None:
    interrupting(lambda: kill(server))
    outcome = pulled(estate)
    assert outcome.status == "landet", outcome.error
    assert records_of(estate.parent / "lake") == records_for(demo, [demo.first("edh")])


def test_what_is_written_in_mid_pull_does_not_show(
    server: DatabaseServer, demo: Demo, estate: Path, interrupting: Callable[[Callable[[], None]], None]
) -> None:
    interrupting(lambda: server.run("DELETE FROM edh_dokument", "DELETE FROM edh_journalnotat WHERE nr > 1000"))
    outcome = pulled(estate)
    assert outcome.status == "landet", outcome.error
    assert records_of(estate.parent / "lake") == records_for(demo, [demo.first("edh")])


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        (lambda url: url.set(password="wrong-canary"), "afvist", "refuses the user or the password"),
        (lambda url: url.set(port=1), "fejlet", "cannot be reached or broke off"),
    ],
)
def test_a_server_that_does_not_let_in_is_told_without_what_is_secret(
    server: DatabaseServer,
    estate: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[URL], URL],
    status: str,
    sentence: str,
) -> None:
    url = change(server.url)
    monkeypatch.setenv("EDH_DATABASE", url.render_as_string(hide_password=False))
    outcome = pulled(estate)
    assert outcome.status == status
    assert sentence in str(outcome.error)
    for secret in (PASSWORD, "wrong-canary", "127.0.0.1"):
        assert secret not in str(outcome.error)


def test_a_table_or_column_that_is_not_there_is_told(server: DatabaseServer, demo: Demo, estate: Path) -> None:
    text = estate.read_text()
    estate.write_text(text.replace("tabel: edh_sag,", "tabel: edh_sager,"))
    assert "refuses the estate's SQL" in str(pulled(estate).error)
    estate.write_text(
        text.replace("tabel: edh_sag, kommunekolonne", "tabel: edh_sag, kolonner: {titel: tittel}, kommunekolonne")
    )
    assert "entiteter.sag.kolonner.titel in the estate is no column" in str(pulled(estate).error)


def test_a_personal_number_that_is_a_number_is_refused(
    postgresql: DatabaseServer, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(postgresql, demo.first("edh"))
    monkeypatch.setenv("EDH_DATABASE", postgresql.url.render_as_string(hide_password=False))
    written = kilde(postgresql, demo.first("edh")).replace(
        "tabel: edh_sag, kommunekolonne: kommune, noegle: nr",
        "sql: 'SELECT sag.*, part_cpr::bigint AS tal FROM edh_sag AS sag WHERE kommune = :kommunekode', "
        "kolonner: {part_cpr: tal}",
    )
    outcome = pulled(write_estate(tmp_path, written))
    assert outcome.status == "afvist"
    assert "column part_cpr: the column's type must be text of ten digits, never a number" in str(outcome.error)


@pytest.mark.parametrize(("art", "sentence"), [("sqlserver", "cannot be reached"), ("oracle", "cannot be reached")])
def test_the_drivers_of_servers_that_cannot_run_here_load_and_try(
    demo: Demo, art: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EDH_DATABASE", f"x://afstem:{PASSWORD}@127.0.0.1:1/edh")
    source = kilde(DatabaseServer(art, URL.create("x")), demo.first("edh"))
    outcome = pulled(write_estate(tmp_path, source))
    assert (outcome.status, PASSWORD in str(outcome.error)) == ("fejlet", False)
    assert sentence in str(outcome.error)


def test_db2_is_asked_for_a_copy_that_stands_still_and_for_its_driver(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EDH_DATABASE", f"x://afstem:{PASSWORD}@127.0.0.1:1/edh")
    server = DatabaseServer("db2", URL.create("x"))
    outcome = pulled(write_estate(tmp_path, kilde(server, demo.first("edh"), still=False)))
    assert "Read a copy that stands still" in str(outcome.error)
    outcome = pulled(write_estate(tmp_path, kilde(server, demo.first("edh"))))
    assert "needs the Python package ibm_db" in str(outcome.error)


def test_reading_is_held_back(
    postgresql: DatabaseServer, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(postgresql, demo.first("edh"))
    monkeypatch.setenv("EDH_DATABASE", postgresql.url.render_as_string(hide_password=False))
    written = kilde(postgresql, demo.first("edh")).replace("raekker_pr_del: 500", "raekker_pr_sekund: 1000000")
    (source,) = load_estate(write_estate(tmp_path, written)).kilder["edh"]
    waits: list[float] = []
    monkeypatch.setattr("pipelines.sources.databases.session.time.sleep", waits.append)
    with open_database(source, "edh", KOMMUNE, postgresql.url) as delivery:
        for delivered in delivery.entities:
            with delivered.open(lambda name, size: None) as records:
                list(records.blocks())
    assert waits
