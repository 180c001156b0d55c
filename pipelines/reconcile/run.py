"""Reconcile: pin the snapshots, run ``sql/`` for each kommune, publish the ledgers as one run.

The run's id follows from what it rests on, so the same deliveries give the same run and the same bytes;
only the run record tells the time.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

import pipelines
from pipelines.catalog import LEDGER_VIEWS, PUBLISHED, build, connect, quoted, sql_step, sql_steps
from pipelines.errors import SystemFailure, UsageError
from pipelines.estate import Estate
from pipelines.lake import Lake, file_sha256, publish_file, publish_folder, staging
from pipelines.reconcile.judge import judge, number
from pipelines.reconcile.notetexts import changed_texts
from pipelines.reconcile.pins import holes, pin, pinned_ids
from pipelines.rules import SQL_FOLDER, Rule, load_rules
from pipelines.run_record import RECORD_VERSION

# What is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]

# The order that makes the bytes of a published table stable, where its own question does not give one.
_ORDER = {
    "hele_sager": "sted, sag_uuid",
    "fund": "regel, fund_id",
    "fund_forklaret": "regel, fund_id",
    "dom": "regel",
}
# The file in the runs' folder that names the last run: what a command takes that is given none.
_LAST = "last_run"
# The folders of sql/ and of the package that read runs and make none.
_ASKING = frozenset({"queries", "catalogue", "cli", "demo", "inquiry", "report"})
# Of falling strength; beyond the fifth, a note is missing.
_TIERS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Run:
    """A published run: its id, its folder, its record, and whether it stood already."""

    run_id: str
    folder: Path
    record: dict[str, Any]
    known: bool

    @property
    def findings(self) -> int:
        """How many findings it holds."""
        return int(self.record["fund"])

    @property
    def verdicts(self) -> dict[str, int]:
        """How many rules, kommune by kommune, are opfyldt, brudt and ikke_vurderet."""
        return dict(self.record["domme"])


def reconcile(
    estate: Estate,
    lake: Lake,
    *,
    today: date,
    text_key: bytes | None = None,
    progress: Progress = lambda _what, _done, _of: None,
) -> Run:
    """Reconcile every kommune of ``estate`` and publish the run.

    A kommune that has delivered and is not in the estate is part of the run, so that it is seen; it is not
    reconciled.

    ``today`` is the run's own date, against which waivers expire. ``text_key`` opens the texts of
    changed notes where they are encrypted. A run that rests on the same things is recognised and left
    as it is. Raises ``LakeDamaged`` when a snapshot is not what its manifest says, ``UsageError`` when
    there is nothing to reconcile.
    """
    started = _now()
    rules = load_rules()
    if not any(lake.snapshots(kommunekode=code) for code in estate.kommuner):
        raise UsageError("The lake holds no snapshot of the estate's kommuner: run `afstem land` first.")
    delivered = {snapshot.kommunekode for snapshot in lake.snapshots()}
    kommuner = {code: pin(estate, lake, code, today) for code in sorted(delivered | estate.kommuner.keys())}
    pinned = sorted({snapshot_id for one in kommuner.values() for snapshot_id in pinned_ids(one)})
    rests_on = {
        "version": RECORD_VERSION,
        "software": pipelines.__version__,
        "duckdb": duckdb.__version__,
        "kode_sha256": _code_sha256(),
        "kommuner": kommuner,
        "snapshots": {one: {"manifest_sha256": lake.snapshot(one).manifest_sha256} for one in pinned},
        "regler": [rule.header() for rule in rules],
    }
    run_id = hashlib.sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()[:16]
    folder = lake.runs_folder / run_id
    if (folder / "run.json").is_file():
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        _remember(lake, run_id)
        return Run(run_id, folder, record, known=True)
    for done, snapshot_id in enumerate(pinned):
        progress(f"verifying {snapshot_id}", done, len(pinned))
        lake.verify(lake.snapshot(snapshot_id), ("filer",))
    with staging(lake.root) as made:
        findings = 0
        verdicts: Counter[str] = Counter()
        for done, (code, one) in enumerate(kommuner.items()):
            progress(f"reconciling {code}", done, len(kommuner))
            target = made / run_id / f"kommune={code}"
            target.mkdir(parents=True)
            outcome = _reconcile_kommune(lake, code, one, rules, run_id, target, text_key=text_key)
            one["bemaerkninger"] = outcome.remarks
            findings += outcome.findings
            verdicts += outcome.verdicts
        record = {
            **rests_on,
            "koersel_id": run_id,
            "dato": today.isoformat(),
            "startet": started,
            "afsluttet": _now(),
            "fund": findings,
            "domme": dict(verdicts),
            "filer": {
                str(path.relative_to(made / run_id)): file_sha256(path)
                for path in sorted((made / run_id).rglob("*.parquet"))
            },
        }
        (made / run_id / "run.json").write_text(
            json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        try:
            publish_folder(made / run_id, folder)
        except SystemFailure:
            # Another run of the same was quicker: all but its times is the same, and it stands.
            record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    _remember(lake, run_id)
    return Run(run_id, folder, record, known=False)


def last_run(lake: Lake) -> str:
    """The id of the run that was made, or recognised, last. Raises ``UsageError`` when there is none."""
    try:
        return (lake.runs_folder / _LAST).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise UsageError("The lake holds no run yet: run `afstem reconcile` first.") from None


def _remember(lake: Lake, run_id: str) -> None:
    publish_file(lake.runs_folder / _LAST, f"{run_id}\n".encode())


@dataclass(frozen=True)
class _Outcome:
    findings: int
    verdicts: Counter[str]
    remarks: list[dict[str, Any]]


def _reconcile_kommune(
    lake: Lake,
    code: str,
    pinned: dict[str, Any],
    rules: list[Rule],
    run_id: str,
    target: Path,
    *,
    text_key: bytes | None,
) -> _Outcome:
    with tempfile.TemporaryDirectory(prefix="spill-", dir=target.parents[1]) as spill:
        con = connect(spill=Path(spill))
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
            judge(con, lake, code, pinned, rules, run_id)
            for file, relation in PUBLISHED.items():
                order = f" ORDER BY {_ORDER[file]}" if file in _ORDER else ""
                path = quoted(str(target / f"{file}.parquet"))
                con.execute(f"COPY (FROM afstemning.{relation}{order}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
            return _Outcome(
                findings=number(con, "SELECT count(*) FROM afstemning.fund"),
                verdicts=Counter(row[0] for row in con.execute("SELECT dom FROM afstemning.dom").fetchall()),
                remarks=holes(con),
            )
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


def _code_sha256() -> str:
    """The version of everything that decides a run's content: the SQL and the package's own code.

    What only asks a run or shows it is left out, so that a question put in other words gives no new run.
    """
    digest = hashlib.sha256()
    package = Path(pipelines.__file__).parent
    for root, pattern in ((SQL_FOLDER, "*.sql"), (package, "*.py")):
        for path in sorted(root.rglob(pattern)):
            if path.relative_to(root).parts[0] in _ASKING:
                continue
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
