"""The lake as DuckDB sees it: the schemas ``foer``, ``edh``, ``nyt``, ``indeks``, ``esdh`` and ``afstemning``.

What the pipeline runs in this catalog is what an analyst may type in it. Each kommune has a catalog of
its own, so that no question can mix two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.contract import ENTITIES, NEW_SYSTEMS, Entity, entities_of
from pipelines.errors import UsageError
from pipelines.lake import FOLDER_TIME, Lake, Snapshot
from pipelines.rules import SQL_FOLDER
from pipelines.run_record import RECORD_VERSION, open_record

# Where a run's published tables appear; the two ledgers are views over what is written and what is whole.
PUBLISHED = {
    "pligt": "pligt_skrevet",
    "oprindelse": "oprindelse_skrevet",
    "hele_sager": "hele_sager",
    "fund": "fund",
    "balance": "balance",
    "dom": "dom",
    "pligt_antal": "pligt_antal",
    "oprindelse_antal": "oprindelse_antal",
    "figur": "figur",
    "detalje": "detalje",
    "moenster": "moenster",
    "fund_forklaret": "fund_forklaret",
}
LEDGER_VIEWS = ("15_hele_notater", "16_pligt", "17_oprindelse")

# With Python and its libraries beside, a session that may spill stays below 1 GiB, however large the kommune.
_MEMORY = "600MB"

# Optimizers of DuckDB 1.5.5 that cannot be relied on: see where they are disabled.
_DISABLED = "top_n_window_elimination"

_BASELINE = ("sag", "journalnotat", "dokument", "dokument_sag", "fil")
_TYPES = {
    pa.string(): "VARCHAR",
    pa.uuid(): "UUID",
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ",
    pa.date32(): "DATE",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
}


def sql_step(folder: str, stem: str) -> str:
    """The question in ``sql/<folder>/<stem>.sql``, without the closing semicolon."""
    return (SQL_FOLDER / folder / f"{stem}.sql").read_text(encoding="utf-8").rstrip().rstrip(";")


def sql_steps(folder: str) -> list[tuple[str, str]]:
    """The questions of ``sql/<folder>`` in order, each with the relation that it answers.

    The number before the first underscore gives the order, the rest the relation.
    """
    paths = sorted((SQL_FOLDER / folder).glob("*.sql"), key=lambda path: int(path.stem.split("_")[0]))
    return [(path.stem.split("_", 1)[1], path.stem) for path in paths]


def connect(*, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB session in UTC that keeps the order of rows; ``spill`` is where it may put what memory cannot hold."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    # On 1.5.5 this one, together with shared subplans, now and then crashes or loses rows of
    # `QUALIFY row_number() = 1`. sql/ does without that, but an analyst need not know.
    con.execute(f"SET disabled_optimizers = '{_DISABLED}'")
    if spill is not None:
        con.execute(f"SET temp_directory = {quoted(str(spill))}")
        con.execute(f"SET memory_limit = '{_MEMORY}'")
    return con


def build(con: duckdb.DuckDBPyConnection, lake: Lake, kommunekode: str, pinned: Mapping[str, Any]) -> None:
    """Make the schemas of one kommune in the session's current catalog.

    ``pinned`` is the kommune's part of the run record. Raises ``LakeDamaged`` when a snapshot is gone.
    """
    for schema in ("grundlag", "foer", "edh", "nyt", "indeks", "esdh", "afstemning"):
        con.execute(f"CREATE SCHEMA {schema}")
    systems = pinned["systemer"]
    kmd_sag = _open(lake, (system["foer_kmd_sag"] for system in systems))
    edh_before = _open(lake, (system["foer_edh"] for system in systems))
    for name in _BASELINE:
        sources = [(snapshot, {"kilde": "kmd_sag"}) for snapshot in kmd_sag if "kmd_sag" in ENTITIES[name].systems]
        sources += [(snapshot, {"kilde": "edh"}) for snapshot in edh_before]
        _relation(con, f"grundlag.{name}", ENTITIES[name], kommunekode, ("kilde", "udtrukket"), sources)
    for schema in ("edh", "indeks", "esdh"):
        after = _open(lake, [pinned["edh_efter" if schema == "edh" else schema]])
        for entity in entities_of(schema):
            _relation(con, f"{schema}.{entity.name}", entity, kommunekode, (), [(snapshot, {}) for snapshot in after])
    new = [(snapshot, {"system": snapshot.system}) for snapshot in _open(lake, (s["efter"] for s in systems))]
    for entity in entities_of(NEW_SYSTEMS[0]):
        _relation(con, f"nyt.{entity.name}", entity, kommunekode, ("system",), new)
    _settings(con, lake, kommunekode, pinned)


def _open(lake: Lake, ids: Iterable[str | None]) -> list[Snapshot]:
    return [lake.snapshot(snapshot_id) for snapshot_id in dict.fromkeys(ids) if snapshot_id is not None]


def _relation(
    con: duckdb.DuckDBPyConnection,
    name: str,
    entity: Entity,
    kommunekode: str,
    tags: tuple[str, ...],
    sources: Iterable[tuple[Snapshot, Mapping[str, str]]],
) -> None:
    columns = ", ".join(f'"{field.name}"' for field in entity.schema)
    parts = []
    for snapshot, values in sources:
        path = snapshot.path(entity.name)
        if path is None:
            continue
        tagged = {**values, "udtrukket": snapshot.udtrukket.strftime("%Y-%m-%d %H:%M:%S+00")}
        literals = "".join(
            f", {'TIMESTAMPTZ ' if tag == 'udtrukket' else ''}{quoted(tagged[tag])} AS {tag}" for tag in tags
        )
        parts.append(f"SELECT {quoted(kommunekode)} AS kommunekode{literals}, {columns} FROM {_parquet(path)}")
    if not parts:
        empty = [f'CAST(NULL AS {_TYPES[field.type]}) AS "{field.name}"' for field in entity.schema]
        empty = [f"CAST(NULL AS {'TIMESTAMPTZ' if tag == 'udtrukket' else 'VARCHAR'}) AS {tag}" for tag in tags] + empty
        parts.append(f"SELECT CAST(NULL AS VARCHAR) AS kommunekode, {', '.join(empty)} WHERE FALSE")
    con.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(parts)}")


def _settings(con: duckdb.DuckDBPyConnection, lake: Lake, kommunekode: str, pinned: Mapping[str, Any]) -> None:
    """What the run was told: systems, transitions, what was delivered, accepted differences."""
    con.execute(
        """CREATE TABLE afstemning.system (
            kommunekode VARCHAR, system VARCHAR, fagsystem VARCHAR, raekkefoelge INTEGER, overgang TIMESTAMPTZ,
            foer_kmd_sag TIMESTAMPTZ, foer_edh TIMESTAMPTZ, efter TIMESTAMPTZ, flyttet BOOLEAN, flyttet_edh BOOLEAN)"""
    )
    edh_after = _moment(lake, pinned["edh_efter"])
    for system in pinned["systemer"]:
        after, moved = _moment(lake, system["efter"]), system["overgang"]
        con.execute(
            """INSERT INTO afstemning.system SELECT $1, $2, $3, $4, $5::TIMESTAMPTZ, $6::TIMESTAMPTZ,
                $7::TIMESTAMPTZ, $8::TIMESTAMPTZ, coalesce($8::TIMESTAMPTZ >= $5::TIMESTAMPTZ, FALSE),
                coalesce($9::TIMESTAMPTZ >= $5::TIMESTAMPTZ, FALSE)""",
            [
                kommunekode,
                system["system"],
                system["fagsystem"],
                system["raekkefoelge"],
                moved,
                _moment(lake, system["foer_kmd_sag"]),
                _moment(lake, system["foer_edh"]),
                after,
                edh_after,
            ],
        )
    con.execute(
        # opsagt: manual cases were given up at the beginning of that day, Danish time.
        """CREATE TABLE afstemning.kommune AS SELECT $1::VARCHAR AS kommunekode, $2::BOOLEAN AS i_estate,
            $3::TIMESTAMPTZ AS foer_kmd_sag, $4::TIMESTAMPTZ AS foer_edh, $5::TIMESTAMPTZ AS edh_efter,
            $6::TIMESTAMPTZ AS indeks, $7::TIMESTAMPTZ AS esdh,
            timezone('Europe/Copenhagen', $8::DATE::TIMESTAMP) AS opsagt, $9::DATE AS fuldt_udrullet""",
        [
            kommunekode,
            pinned["i_estate"],
            _moment(lake, pinned["foer_kmd_sag"]),
            _moment(lake, pinned["foer_edh"]),
            edh_after,
            _moment(lake, pinned["indeks"]),
            _moment(lake, pinned["esdh"]),
            pinned["opsagt_manuelle_sager"],
            pinned["fuldt_udrullet"],
        ],
    )
    con.execute(
        """CREATE TABLE afstemning.leverance (
            kommunekode VARCHAR, leverance VARCHAR, system VARCHAR, udtrukket TIMESTAMPTZ, i_estate BOOLEAN)"""
    )
    for snapshot_id in pinned["leverancer"]:
        # Only their names: a delivery that nothing rests on may be gone when the run is opened again.
        system, _, folder = snapshot_id.split("/")
        con.execute(
            f"INSERT INTO afstemning.leverance VALUES (?, ?, ?, strptime(? || '+0000', '{FOLDER_TIME}%z'), ?)",
            [kommunekode, snapshot_id, system, folder, pinned["i_estate"]],
        )
    con.execute("CREATE TABLE afstemning.leveret (sted VARCHAR, system VARCHAR, entitet VARCHAR)")
    con.execute(
        "CREATE TABLE afstemning.landet (art VARCHAR, system VARCHAR, objekttype VARCHAR, sendt BIGINT, raekker BIGINT)"
    )
    used = [system[key] for system in pinned["systemer"] for key in ("foer_kmd_sag", "foer_edh", "efter")]
    beside = [pinned["edh_efter"], pinned["indeks"], pinned["esdh"]]
    for snapshot in _open(lake, [*used, *beside]):
        for file in snapshot.manifest["filer"]:
            if file["sendt"] is None:
                continue
            con.execute(
                "INSERT INTO afstemning.landet VALUES ('raekker', ?, ?, ?, ?)",
                [snapshot.system, file["entitet"], file["sendt"], file["raekker"]],
            )
        for entity in entities_of(snapshot.system):
            total = snapshot.manifest["kontroltal"].get(entity.kontroltal)
            if total is not None:
                con.execute(
                    "INSERT INTO afstemning.landet VALUES ('kontroltal', ?, ?, ?, ?)",
                    [snapshot.system, entity.name, total["sendt"], total["landet"]],
                )
    for snapshot in _open(lake, [*beside, *(system["efter"] for system in pinned["systemer"])]):
        for file in snapshot.manifest["filer"]:
            con.execute(
                "INSERT INTO afstemning.leveret VALUES (?, ?, ?)",
                ["nyt" if snapshot.system in NEW_SYSTEMS else snapshot.system, snapshot.system, file["entitet"]],
            )
    _explanations(con, pinned)


def _explanations(con: duckdb.DuckDBPyConnection, pinned: Mapping[str, Any]) -> None:
    """What may rightly differ: the tables of ``sql/explained``, and what the estate declares."""
    for relation, stem in sql_steps("explained"):
        con.execute(f"CREATE TABLE afstemning.{relation} AS {sql_step('explained', stem)}")
    if pinned["kle_omlaegninger"] is not None:
        con.execute("DELETE FROM afstemning.kle_omlaegning")
        for row in pinned["kle_omlaegninger"]:
            con.execute("INSERT INTO afstemning.kle_omlaegning VALUES ($system, $fra, $til, $gaelder_fra)", row)
    con.execute(
        """CREATE TABLE afstemning.afvigelse (
            objekttype VARCHAR, objekt_id VARCHAR, sted VARCHAR, regel VARCHAR, udloebet BOOLEAN)"""
    )
    for kind in ("afvigelser", "udloebne_afvigelser"):
        for waiver in pinned[kind]:
            row = {key: waiver[key] for key in ("objekttype", "objekt_id", "sted", "regel")}
            con.execute(
                "INSERT INTO afstemning.afvigelse VALUES ($objekttype, $objekt_id, $sted, $regel, $udloebet)",
                {**row, "udloebet": kind == "udloebne_afvigelser"},
            )


def _moment(lake: Lake, snapshot_id: str | None) -> str | None:
    return None if snapshot_id is None else lake.snapshot(snapshot_id).udtrukket.isoformat()


def open_run(lake: Lake, run_id: str, kommunekode: str | None = None) -> duckdb.DuckDBPyConnection:
    """A session over run ``run_id``: its pinned snapshots and its ledgers, whole; one kommune or all.

    With ``kommunekode`` the session stands in that kommune's own catalog, where every file of ``sql/``
    runs unchanged. Raises ``UsageError`` when there is no such run or kommune, ``LakeDamaged`` when a
    file of it is gone.
    """
    run = open_record(lake, run_id)
    if run.record["version"] != RECORD_VERSION:
        raise UsageError(
            f"Run {run_id} was made by another version of Afstem and cannot be asked by this one. "
            "Make a new run: afstem reconcile."
        )
    run.snapshots()
    if kommunekode is not None and kommunekode not in run.kommuner:
        raise UsageError(f"Run {run_id} holds no kommune {kommunekode!r}; it holds {', '.join(run.kommuner)}.")
    con = connect()
    # With this one, reading more of a ledger than the result's buffer holds never ends on 1.5.5.
    con.execute(f"SET disabled_optimizers = '{_DISABLED},cte_inlining'")
    codes = run.kommuner if kommunekode is None else [kommunekode]
    for code in codes:
        con.execute(f"ATTACH ':memory:' AS k{code}")
        con.execute(f"USE k{code}")
        build(con, lake, code, run.record["kommuner"][code])
        for relation, stem in sql_steps("catalog"):
            con.execute(f"CREATE VIEW {relation} AS {sql_step('catalog', stem)}")
        for file, relation in PUBLISHED.items():
            path = run.path(f"kommune={code}/{file}.parquet")
            con.execute(f"CREATE VIEW afstemning.{relation} AS FROM {_parquet(path)}")
        for stem in LEDGER_VIEWS:
            con.execute(f"CREATE VIEW afstemning.{stem.split('_', 1)[1]} AS {sql_step('ledger', stem)}")
        con.execute(f"CREATE VIEW afstemning.sagsgrundlag AS {sql_step('links', '1_sagsgrundlag')}")
        for relation, stem in sql_steps("reach"):
            con.execute(f"CREATE VIEW afstemning.{relation} AS {sql_step('reach', stem)}")
    if kommunekode is None:
        _unite(con, codes)
    return con


def _unite(con: duckdb.DuckDBPyConnection, codes: list[str]) -> None:
    """Views over every kommune's catalog, under the same names."""
    con.execute("USE memory")
    relations = con.execute(
        """SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_catalog = ? AND table_schema <> 'grundlag' ORDER BY ALL""",
        [f"k{codes[0]}"],
    ).fetchall()
    for schema in dict.fromkeys(schema for schema, _ in relations):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for schema, name in relations:
        union = " UNION ALL BY NAME ".join(f"SELECT * FROM k{code}.{schema}.{name}" for code in codes)
        con.execute(f"CREATE VIEW {schema}.{name} AS {union}")


def _parquet(path: Path) -> str:
    # The folders are named as Hive names partitions, but say nothing that the columns do not.
    return f"read_parquet({quoted(str(path))}, hive_partitioning = false)"


def quoted(value: str) -> str:
    """``value`` as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
