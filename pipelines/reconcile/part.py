"""One kommune's part of a run: its ledgers, findings and verdicts, published whole in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.catalog import LEDGER_VIEWS, PUBLISHED, build, connect, quoted, sql_step, sql_steps
from pipelines.errors import LakeDamaged
from pipelines.lake import RUNS, Lake, file_sha256
from pipelines.reconcile.judge import judge, number
from pipelines.reconcile.notetexts import changed_texts
from pipelines.reconcile.pins import holes, pinned_ids
from pipelines.reconcile.plan import Plan
from pipelines.rules import Rule, load_rules

PART_FILE = "del.json"
# The order that makes the bytes of a published table stable, where its own question does not give one.
_ORDER = {
    "hele_sager": "sted, sag_uuid",
    "fund": "regel, fund_id",
    "fund_forklaret": "regel, fund_id",
    "dom": "regel",
}
# Of falling strength; beyond the fifth, a note is missing.
_TIERS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Part:
    """What one kommune adds to the run record. ``files``: SHA-256 by the name in the run's folder."""

    kommunekode: str
    findings: int
    verdicts: dict[str, int]
    remarks: list[dict[str, Any]]
    files: dict[str, str]


def make_part(lake: Lake, plan: Plan, kommunekode: str, text_key: bytes | None = None, *, again: bool = False) -> Part:
    """Reconcile ``kommunekode`` and publish its part; a part that is there already is left as it is.

    ``text_key`` opens the texts of changed notes where they are encrypted. ``again``: reckon also what is there
    already; ``StandsOtherwise`` is raised when that gives other bytes. Raises ``LakeDamaged`` when a snapshot
    is not what its manifest says, or no longer what was planned.
    """
    if not again and (made := read_part(lake, plan, kommunekode)) is not None:
        return made
    pinned = plan.pinned(kommunekode)
    for snapshot_id in pinned_ids(pinned):
        snapshot = lake.snapshot(snapshot_id)
        if snapshot.manifest_sha256 != plan.rests_on["snapshots"][snapshot_id]["manifest_sha256"]:
            raise LakeDamaged(f"Snapshot {snapshot_id} is no longer the one that was planned with. Restore it.")
        lake.verify(snapshot, ("filer",))
    with lake.staging() as space:
        folder = space / _place(plan, kommunekode).name
        folder.mkdir()
        findings, verdicts, remarks = _reconcile(lake, plan.run_id, kommunekode, pinned, folder, text_key)
        record = {
            "kommunekode": kommunekode,
            "fund": findings,
            "domme": verdicts,
            "bemaerkninger": remarks,
            "filer": {path.name: file_sha256(path) for path in sorted(folder.iterdir())},
        }
        text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        (folder / PART_FILE).write_text(text, encoding="utf-8")
        place = _place(plan, kommunekode)
        lake.publish({place: folder}, place / PART_FILE)
    return _part(kommunekode, record)


def read_part(lake: Lake, plan: Plan, kommunekode: str) -> Part | None:
    """The part that was published of ``kommunekode``; None when there is none."""
    content = lake.read(_place(plan, kommunekode) / PART_FILE)
    return None if content is None else _part(kommunekode, json.loads(content))


def _place(plan: Plan, kommunekode: str) -> Path:
    return RUNS / plan.run_id / f"kommune={kommunekode}"


def _part(kommunekode: str, record: dict[str, Any]) -> Part:
    files = {f"kommune={kommunekode}/{name}": sha256 for name, sha256 in record["filer"].items()}
    return Part(kommunekode, record["fund"], record["domme"], record["bemaerkninger"], files)


def _reconcile(
    lake: Lake, run_id: str, code: str, pinned: dict[str, Any], target: Path, text_key: bytes | None
) -> tuple[int, dict[str, int], list[dict[str, Any]]]:
    """Make the tables in ``target``; how many findings, how many rules of each verdict, and what to remark."""
    rules: Sequence[Rule] = load_rules()
    con = connect(spill=target.parent / "spill")
    try:
        build(con, lake, code, pinned)
        for relation, stem in sql_steps("catalog"):
            # The baseline's cases are asked for again and again; the rest is read where it lies.
            kind = "TABLE" if relation == "foer.sag" else "VIEW"
            con.execute(f"CREATE {kind} {relation} AS {sql_step('catalog', stem)}")
        for relation, stem in sql_steps("links"):
            con.execute(f"CREATE TABLE afstemning.{relation} AS {sql_step('links', stem)}")
        _ledgers(con, lake, text_key)
        for relation, stem in sql_steps("marts"):
            con.execute(f"CREATE TABLE afstemning.{relation} AS {sql_step('marts', stem)}")
        for relation, stem in sql_steps("reach"):
            con.execute(f"CREATE TABLE afstemning.{relation} AS {sql_step('reach', stem)}")
        judge(con, lake, code, pinned, list(rules), run_id)
        for file, relation in PUBLISHED.items():
            order = f" ORDER BY {_ORDER[file]}" if file in _ORDER else ""
            path = quoted(str(target / f"{file}.parquet"))
            con.execute(f"COPY (FROM afstemning.{relation}{order}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
        told = con.execute("SELECT dom, count(*) FROM afstemning.dom GROUP BY dom ORDER BY dom").fetchall()
        return number(con, "SELECT count(*) FROM afstemning.fund"), dict(told), holes(con)
    finally:
        con.close()


def _ledgers(con: duckdb.DuckDBPyConnection, lake: Lake, text_key: bytes | None) -> None:
    for relation, stem in sql_steps("ledger"):
        sql = sql_step("ledger", stem)
        if relation == "notatpar":
            con.execute(
                "CREATE TABLE afstemning.notatpar (sted VARCHAR, foer_nummer BIGINT, efter_nummer BIGINT, trin INTEGER)"
            )
            for tier in _TIERS:
                con.execute(f"SET VARIABLE trin = {tier}")
                con.execute(f"INSERT INTO afstemning.notatpar {sql}")
            changed_texts(con, lake, text_key)
        else:
            kind = "VIEW" if stem in LEDGER_VIEWS else "TABLE"
            con.execute(f"CREATE {kind} afstemning.{relation} AS {sql}")
