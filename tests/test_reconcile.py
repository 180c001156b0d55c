"""A run rests on pinned snapshots, says what it could not judge, and comes out the same every time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from pipelines.catalog import open_run, sql_step
from pipelines.errors import LakeDamaged, UsageError
from pipelines.estate import Estate, load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from pipelines.reconcile import last_run, reconcile
from tests.deliveries import write_delivery
from tests.ledger.clean import Clean
from tests.ledger.engine import KEY, run_of
from tests.ledger.world import (
    KOMMUNE,
    TODAY,
    notat,
    sag,
    uid,
    waiver,
    write,
)

TEXT_KEY = bytes(range(64))


def findings(lake: Lake, run_id: str) -> dict[str, str]:
    rows = open_run(lake, run_id).execute("SELECT fund_id, regel FROM afstemning.fund").fetchall()
    return dict(rows)


def bytes_of(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "run.json"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def without_its_times(record: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in record.items() if key not in ("startet", "afsluttet")}


def faulty() -> Clean:
    world = Clean()
    world.new["journalnotat"].pop()
    world.edh["fil"][0]["bytes"] = 0
    return world


def landed(folder: Path, world: Clean, **options: bytes) -> Estate:
    estate = load_estate(write(folder, world))
    assert {outcome.status for outcome in land(estate, KEY, **options)} == {"landet"}
    return estate


def test_the_same_deliveries_give_the_same_run_and_the_same_bytes(tmp_path: Path) -> None:
    (one_lake, one), (other_lake, other) = (run_of(tmp_path / name, faulty()) for name in ("one", "other"))
    assert one.run_id == other.run_id
    assert bytes_of(one.folder) == bytes_of(other.folder) != {}
    assert bytes_of(one_lake.snapshots_folder) == bytes_of(other_lake.snapshots_folder) != {}
    assert without_its_times(one.record) == without_its_times(other.record)


def test_a_run_that_stands_is_recognised_and_left_alone(tmp_path: Path) -> None:
    lake, run = run_of(tmp_path, faulty())
    stood = (run.folder / "run.json").read_bytes()
    again = reconcile(load_estate(tmp_path / "estate.yaml"), Lake(lake.root), today=TODAY)
    assert (again.run_id, again.known, run.known) == (run.run_id, True, False)
    assert (again.findings, again.verdicts) == (run.findings, run.verdicts)
    assert (run.folder / "run.json").read_bytes() == stood
    assert last_run(lake) == run.run_id


def test_a_fault_keeps_its_id_from_run_to_run(tmp_path: Path) -> None:
    world = faulty()
    lake, first = run_of(tmp_path, world)
    world.new["journalnotat"].append(notat("ny", "k", oprettet="2021-05-01T10:00:00Z"))
    write_delivery(tmp_path / "inbox", "ky", KOMMUNE, world.deliveries()[0].udtrukket.replace(year=2022), world.new)
    estate = load_estate(tmp_path / "estate.yaml")
    land(estate, KEY)
    lake = Lake(lake.root)
    second = reconcile(estate, lake, today=TODAY)
    assert second.run_id != first.run_id
    assert findings(lake, second.run_id) == findings(lake, first.run_id)
    assert set(findings(lake, first.run_id).values()) == {"R02", "R03"}


def test_the_last_run_is_the_one_last_asked_for(tmp_path: Path) -> None:
    world = faulty()
    lake, first = run_of(tmp_path, world)
    world.waivers.append(waiver("journalnotat", f"n2|{uid('c')}", "nyt"))
    second = reconcile(
        load_estate(write(tmp_path / "with_waiver", world)).model_copy(update={"lake": lake.root}), lake, today=TODAY
    )
    assert last_run(lake) == second.run_id != first.run_id
    reconcile(load_estate(tmp_path / "estate.yaml"), lake, today=TODAY)
    assert last_run(lake) == first.run_id


def test_damaged_texts_are_not_opened(tmp_path: Path) -> None:
    world = Clean()
    world.new["journalnotat"][0]["tekst"] = "Notat"
    estate = landed(tmp_path, world)
    path = Lake(estate.lake).snapshots(system="ky")[0].text_path("journalnotat")
    assert path is not None
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(LakeDamaged, match=r"tekster/.* is missing or is no longer what was landed"):
        reconcile(estate, Lake(estate.lake), today=TODAY)


@pytest.mark.parametrize("entity", ["sag", "journalnotat"])
def test_a_damaged_snapshot_stops_the_run(tmp_path: Path, entity: str) -> None:
    estate = landed(tmp_path, faulty())
    path = Lake(estate.lake).snapshots(system="ky")[0].path(entity)
    assert path is not None
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(LakeDamaged, match=f"{entity}.parquet is missing or is no longer what was landed"):
        reconcile(estate, Lake(estate.lake), today=TODAY)
    assert Lake(estate.lake).run_ids() == []
    assert not list(estate.lake.rglob("runs/*/kommune=*"))
    assert not list(estate.lake.glob(".staging-*"))


def test_a_published_file_that_was_changed_is_not_opened(tmp_path: Path) -> None:
    lake, run = run_of(tmp_path, faulty())
    manifest = lake.snapshots(system="ky")[0].folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8"))), encoding="utf-8")
    with pytest.raises(LakeDamaged, match="no longer the one that run"):
        open_run(Lake(lake.root), run.run_id)


def test_nothing_landed_is_said(tmp_path: Path) -> None:
    estate = load_estate(write(tmp_path, Clean()))
    with pytest.raises(UsageError, match="run `afstem land` first"):
        reconcile(estate, Lake(estate.lake), today=TODAY)
    with pytest.raises(UsageError, match="run `afstem reconcile` first"):
        last_run(Lake(estate.lake))


def test_a_hole_in_the_baseline_is_reported(tmp_path: Path) -> None:
    world = Clean()
    for tables in (world.before, world.edh):
        tables["sag"].append(sag("h", sagsnummer="S-9", sagstype="fagsystemsag"))
    _, run = run_of(tmp_path, world)
    (remark,) = run.record["kommuner"][KOMMUNE]["bemaerkninger"]
    assert (remark["art"], remark["antal"]) == ("hul_i_baseline", 1)


def test_a_bevaret_row_is_shown_on_demand_though_it_is_not_written(tmp_path: Path) -> None:
    lake, run = run_of(tmp_path, Clean())
    con = open_run(lake, run.run_id, KOMMUNE)
    assert con.execute("SELECT count(*) FROM afstemning.pligt_skrevet WHERE udfald = 'bevaret'").fetchall() == [(6,)]
    assert con.execute(
        "SELECT count(*), count(DISTINCT (objekttype, objekt_id, sted)) FROM afstemning.pligt"
    ).fetchall() == [(14, 14)]
    counted = con.execute("SELECT udfald, sum(antal) FROM afstemning.pligt_antal GROUP BY ALL").fetchall()
    assert counted == [("bevaret", 14)]


def test_the_balance_is_counted_by_a_road_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = landed(tmp_path, Clean())

    def spoiled(folder: str, stem: str) -> str:
        sql = sql_step(folder, stem)
        # Both sides count one too many, so that every case still looks whole.
        return f"SELECT * REPLACE (notater + 1 AS notater) FROM ({sql})" if stem.endswith("_aftryk") else sql

    monkeypatch.setattr("pipelines.reconcile.part.sql_step", spoiled)
    lake = Lake(estate.lake)
    run = reconcile(estate, lake, today=TODAY)
    rows = open_run(lake, run.run_id).execute("SELECT ligning FROM afstemning.balance WHERE venstre <> hoejre")
    assert {ligning for (ligning,) in rows.fetchall()} == {
        "objekter × steder, der skyldes = rækker i pligt",
        "objekter fundet = rækker i oprindelse",
    }


def test_encrypted_texts_are_opened_with_their_key_alone(tmp_path: Path) -> None:
    world = Clean()
    world.new["journalnotat"][0]["tekst"] = "Notat"
    estate = landed(tmp_path, world, text_key=TEXT_KEY)
    with pytest.raises(UsageError, match="set AFSTEM_TEXT_KEY"):
        reconcile(estate, Lake(estate.lake), today=TODAY)
    with pytest.raises(UsageError, match="is not the key"):
        reconcile(estate, Lake(estate.lake), today=TODAY, text_key=bytes(64))
    lake = Lake(estate.lake)
    run = reconcile(estate, lake, today=TODAY, text_key=TEXT_KEY)
    rows = open_run(lake, run.run_id).execute("SELECT udfald, aarsag FROM afstemning.fund").fetchall()
    assert rows == [("aendret", "afkortet")]


def test_no_personal_number_and_no_note_text_is_in_a_run(tmp_path: Path) -> None:
    number, secret = "6102800003", "Borgeren er alvorligt syg"
    world = Clean()
    for tables in (world.kmd, world.edh, world.new):
        tables["journalnotat"][0] |= {"titel": f"Om {number}", "tekst": f"{secret}, {number[:6]}-{number[6:]}"}
        tables["sag"][0]["titel"] = f"Sag {number}"
    world.before["sag"][0]["titel"] = f"Sag {number}"
    for tables in (world.before, world.edh):
        tables["dokument"][0]["titel"] = f"Brev til {number}"
        tables["fil"][0]["filnavn"] = f"{number}.pdf"
    world.new["journalnotat"][1]["tekst"] = f"Rettet {secret}"
    lake, run = run_of(tmp_path, world)
    assert run.findings == 1
    files = [path for path in lake.root.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        if path.suffix == ".parquet":
            rows = duckdb.execute(
                "SELECT string_agg(t::VARCHAR) FROM read_parquet(?, hive_partitioning = false) AS t", [str(path)]
            )
            content = str(rows.fetchall())
        else:
            content = path.read_text(encoding="utf-8")
        for form in (number, f"{number[:6]}-{number[6:]}"):
            assert form not in content, path
        assert (secret in content) == (path.parts[-5] == "tekster" and secret in content), path
