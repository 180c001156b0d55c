"""A night's parts: which night it is, what became of every kommune, and one run of them whatever became of one."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import InputError, LakeDamaged, SourceFailed
from pipelines.estate import Estate, load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from pipelines.night import (
    Missing,
    SystemNight,
    account,
    gather_night,
    missing_of,
    night_of,
    pull_one,
    told_of,
    verdict_of,
    waited_for,
)
from pipelines.night.pulling import Pulled
from pipelines.reconcile import make_part, make_plan, reconcile
from pipelines.validate import validate
from tests.airflow.site import made
from tests.ledger.clean import Clean
from tests.ledger.engine import KEY
from tests.ledger.world import TODAY, write

STARTED = datetime(2026, 11, 23, 5, tzinfo=UTC)


def worlds(*codes: str) -> list[Clean]:
    made_of = []
    for code in codes:
        world = Clean()
        world.kommunekode = code
        made_of.append(world)
    return made_of


def outcome(code: str, status: Any = "kommet") -> Pulled:
    return Pulled(kommunekode=code, status=status, snapshot=None, manifest_sha256=None, saetning=None)


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-11-26T00:30:00+01:00", "2026-11-26"),
        ("2026-11-26T11:59:59+01:00", "2026-11-26"),
        ("2026-11-26T12:00:00+01:00", "2026-11-27"),
        ("2026-11-26T23:30:00+01:00", "2026-11-27"),
        # The night in which the clock is put forward has its noon an hour earlier in UTC.
        ("2026-03-29T09:59:59+00:00", "2026-03-29"),
        ("2026-03-29T10:00:00+00:00", "2026-03-30"),
        # And that in which it is put back, an hour later.
        ("2026-10-25T10:59:59+00:00", "2026-10-25"),
        ("2026-10-25T11:00:00+00:00", "2026-10-26"),
    ],
)
def test_a_night_lasts_from_noon_to_noon_in_denmark(moment: str, night: str) -> None:
    assert night_of(datetime.fromisoformat(moment)).isoformat() == night


def test_every_kommune_is_accounted_for() -> None:
    told = account("ky", "2026-11-26", ["0101", "0751"], [outcome("0751")])
    assert [(each["kommunekode"], each["status"]) for each in told["kommuner"]] == [
        ("0101", "fejlet"),
        ("0751", "kommet"),
    ]
    assert "see its log" in str(told["kommuner"][0]["saetning"])


def test_an_outcome_of_a_kommune_that_was_not_pulled_is_no_account() -> None:
    with pytest.raises(SourceFailed, match="2 outcomes of 1 kommuner"):
        account("ky", "2026-11-26", ["0101"], [outcome("0101"), outcome("0751")])


def test_what_has_not_come_is_told_for_each_kommune_and_system(tmp_path: Path) -> None:
    estate = load_estate(made(tmp_path, *worlds("0101", "0751")))
    nights: dict[str, SystemNight | None] = {
        "kmd_sag": account("kmd_sag", "2026-11-26", ["0101", "0751"], [outcome("0101"), outcome("0751", "intet")]),
        "edh": account("edh", "2026-11-26", ["0101", "0751"], [outcome("0101"), outcome("0751", "afvist")]),
        "ky": None,
    }
    assert missing_of(estate, nights) == [
        Missing("ky", "0101", "det er ikke meldt hentet i nat"),
        Missing("edh", "0751", "det, kilden har, er afvist"),
        Missing("kmd_sag", "0751", "kilden har intet"),
        Missing("ky", "0751", "det er ikke meldt hentet i nat"),
    ]
    assert missing_of(estate, nights, ["0101"]) == [Missing("ky", "0101", "det er ikke meldt hentet i nat")]


def test_a_system_is_waited_for_until_it_has_told_of_every_kommune(tmp_path: Path) -> None:
    estate = load_estate(made(tmp_path, *worlds("0101", "0751")))
    both = account("edh", "2026-11-26", ["0101", "0751"], [outcome("0101")])
    # As when somebody pulls one kommune by hand, in the afternoon before.
    one = account("ky", "2026-11-26", ["0101"], [outcome("0101")])
    assert waited_for(estate, {"kmd_sag": None, "edh": both, "ky": one}) == ["kmd_sag", "ky"]


def test_what_has_come_and_is_not_what_the_run_rests_on_is_missing_too(tmp_path: Path) -> None:
    estate = load_estate(made(tmp_path, *worlds("0751")))
    nights = {
        system: account(system, "2026-11-26", ["0751"], [{**outcome("0751"), "snapshot": f"{system}/0751/now"}])
        for system in ("kmd_sag", "edh", "ky")
    }
    rested_on = ["kmd_sag/0751/now", "edh/0751/now", "ky/0751/before"]
    assert missing_of(estate, nights, (), rested_on) == [
        Missing("ky", "0751", "det, der er kommet, er for nyt til kørslen")
    ]
    assert missing_of(estate, nights, ["0101"], rested_on) == []


def test_what_a_source_holds_beside_a_wrong_delivery_is_landed_all_the_same(tmp_path: Path) -> None:
    estate_file = made(tmp_path, *worlds("0751"))
    delivery = sorted((tmp_path / "afsendere" / "edh" / "0751").iterdir())[-1]
    said = json.loads((delivery / "leverance.json").read_text(encoding="utf-8"))
    said["filer"][0]["sha256"] = hashlib.sha256(b"another").hexdigest()
    (delivery / "leverance.json").write_text(json.dumps(said), encoding="utf-8")
    pulled, error = pull_one(load_estate(estate_file), "edh", "0751", KEY, None)
    assert pulled["status"] == "afvist"
    # The earlier one has landed, and is the newest that there is.
    assert "/edh/" in f"/{pulled['snapshot']}/"
    assert isinstance(error, InputError)
    pulled, error = pull_one(load_estate(estate_file), "ky", "0751", KEY, None)
    assert (pulled["status"], error) == ("kommet", None)


def two(folder: Path) -> tuple[Estate, Lake]:
    estate = load_estate(write(folder, *worlds("0101", "0751")))
    assert {each.status for each in land(estate, KEY)} == {"landet"}
    return estate, Lake(estate.lake)


def test_a_night_of_which_all_parts_are_made_is_the_run_of_the_command(tmp_path: Path) -> None:
    estate, lake = two(tmp_path / "tasks")
    plan = make_plan(estate, lake, TODAY)
    for code in reversed(plan.kommuner):
        make_part(lake, plan, code)
    run = gather_night(estate, lake, plan.run_id, TODAY, started=STARTED, told={})
    other_estate, other_lake = two(tmp_path / "command")
    other = reconcile(other_estate, other_lake, today=TODAY)
    assert run.run_id == other.run_id
    without_times = [{**each.record, "startet": "", "afsluttet": ""} for each in (run, other)]
    assert without_times[0] == without_times[1]


def test_a_kommune_that_cannot_be_reconciled_stands_in_the_run_as_not_evaluated(tmp_path: Path) -> None:
    estate, lake = two(tmp_path)
    plan = make_plan(estate, lake, TODAY)
    spoilt = next((tmp_path / "lake" / "snapshots").rglob("kommune=0751/**/sag.parquet"))
    whole = spoilt.read_bytes()
    spoilt.chmod(0o644)
    spoilt.write_bytes(whole[:-1] + b"\0")
    make_part(lake, plan, "0101")
    with pytest.raises(LakeDamaged) as failed:
        make_part(lake, plan, "0751")
    run = gather_night(estate, lake, plan.run_id, TODAY, started=STARTED, told={"0751": str(failed.value)})
    assert run.run_id != plan.run_id
    assert run.record["kommuner"]["0751"]["udeladt"] == str(failed.value)
    validate(lake, run.run_id)
    (sentence,) = [each for each in verdict_of(lake, run.run_id, ["0101", "0751"]) if "could not be reconciled" in each]
    assert "0751" in sentence
    assert "0101" not in sentence
    # Nothing of it is said to be fine, but that it is one of the estate's kommuner.
    judged = duckdb.read_parquet(str(run.folder / "kommune=0751" / "dom.parquet"))
    assert judged.filter("dom <> 'ikke_vurderet'").select("regel").fetchall() == [("R01",)]
    # Done again, it is the same run.
    again = gather_night(estate, lake, plan.run_id, TODAY, started=STARTED, told={"0751": str(failed.value)})
    assert again.run_id == run.run_id
    # And when it has been mended, the run that was planned comes about.
    spoilt.write_bytes(whole)
    make_part(lake, plan, "0751")
    assert gather_night(estate, lake, plan.run_id, TODAY, started=STARTED, told={}).run_id == plan.run_id


def test_a_night_that_is_clean_has_nothing_to_say_but_what_is_missing(tmp_path: Path) -> None:
    estate, lake = two(tmp_path)
    run = reconcile(estate, lake, today=date(2026, 11, 23))
    validate(lake, run.run_id)
    kommuner = sorted(run.record["kommuner"])
    assert verdict_of(lake, run.run_id, kommuner) == []
    (lost,) = verdict_of(lake, run.run_id, [*kommuner, "0999"])
    assert "does not account for the kommuner that were planned: 0999" in lost
    assert verdict_of(lake, run.run_id, kommuner, [Missing("ky", "0101", "kilden har intet")]) == [
        "1 expected snapshots have not come."
    ]


def event(nat: str, *outcomes: Pulled, system: str = "ky") -> dict[str, Any]:
    return {"system": system, "nat": nat, "kommuner": list(outcomes)}


def test_a_night_is_what_all_events_of_it_say_and_what_has_come_has_come() -> None:
    night = date(2026, 11, 26)
    told = [
        event("2026-11-26", outcome("0101"), outcome("0751", "fejlet")),
        # Pulled again by hand, for one.
        event("2026-11-26", outcome("0751")),
        event("2026-11-26", outcome("0751", "fejlet")),
        # A backfill, and an event that somebody made.
        event("2026-11-20", outcome("0101", "fejlet")),
        {},
    ]
    found = told_of("ky", night, told)
    assert found is not None
    assert [(each["kommunekode"], each["status"]) for each in found["kommuner"]] == [
        ("0101", "kommet"),
        ("0751", "kommet"),
    ]
    assert told_of("ky", date(2026, 11, 25), told) is None


def test_what_was_pulled_by_hand_before_the_night_does_not_stand_for_it(tmp_path: Path) -> None:
    def statuses(*told: dict[str, Any]) -> list[str]:
        found = told_of("ky", date(2026, 11, 26), told)
        return [] if found is None else [each["status"] for each in found["kommuner"]]

    by_hand = {**event("2026-11-26", outcome("0751")), "koersel": "manual"}
    failed = {**event("2026-11-26", outcome("0751", "fejlet")), "koersel": "scheduled"}
    assert statuses(by_hand, failed) == ["fejlet"]
    assert statuses(by_hand, failed, by_hand) == ["kommet"]
    assert statuses(failed, by_hand, failed) == ["kommet"]
    assert statuses({**by_hand, "koersel": "backfill"}) == []


def test_an_unfinished_delivery_of_tonight_has_not_come_whatever_came_before(tmp_path: Path) -> None:
    estate = load_estate(made(tmp_path, *worlds("0751")))
    delivery = sorted((tmp_path / "afsendere" / "edh" / "0751").iterdir())[-1]
    (delivery / "leverance.json").unlink()
    pulled, error = pull_one(estate, "edh", "0751", KEY, None)
    assert (pulled["status"], error) == ("ufuldstaendig", None)
    # What it had sent before is landed, and is no news.
    assert pulled["snapshot"] is not None
