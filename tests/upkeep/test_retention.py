"""`afstem retention` removes what nothing needs, and nothing else, whatever the policy and the dates."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.catalog import open_run
from pipelines.demo.airflow import pull_from_inbox
from pipelines.errors import SystemFailure, UsageError
from pipelines.estate import Bevaring, Estate, Kommune, load_estate
from pipelines.inquiry.runs import runs_in_order
from pipelines.lake import Lake, publish_folder
from pipelines.landing import land
from pipelines.landing.pull import pull
from pipelines.notify.telling import LAST_TOLD
from pipelines.reconcile import Seen, last_run, make_plan, reconcile
from pipelines.reconcile.run import LAST_RUN
from pipelines.upkeep import apply_retention, plan_retention, verify_lake
from tests.inquiry.made import Made
from tests.ledger.clean import Clean
from tests.ledger.engine import KEY
from tests.ledger.world import TODAY, write_delivery
from tests.test_cli import within

KOMMUNE = "0751"
FINDINGS = "SELECT fund_id FROM afstemning.fund ORDER BY ALL"
FIRST = datetime(2021, 6, 1, 2, tzinfo=UTC)


def nights(folder: Path, count: int) -> Made:
    """A lake with ``count`` nights of EDH and KY a week apart, each with a run of its own."""
    made = Made(folder)
    world = Clean()
    made.run(world)
    for night in range(count):
        when = FIRST + timedelta(days=7 * night)
        for system, tables in (("edh", world.edh), ("ky", world.new)):
            write_delivery(folder / "inbox", system, KOMMUNE, when, tables)
        estate = load_estate(made.estate)
        land(estate, KEY)
        run = reconcile(estate, made.lake, today=TODAY)
        record = {**run.record, "startet": f"2026-11-23T{night + 1:02d}:00:00Z"}
        (run.folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
        made.runs.append(run.run_id)
    return made


def policy(made: Made, days: int, runs: int) -> Estate:
    """The estate with ``bevaring``, also in its file."""
    written = json.loads(made.estate.read_text(encoding="utf-8"))
    made.estate.write_text(
        json.dumps({**written, "bevaring": {"dage": str(days), "koersler": str(runs)}}), encoding="utf-8"
    )
    return load_estate(made.estate)


def names(lake: Lake) -> set[str]:
    return {snapshot.id for snapshot in lake.snapshots()}


def test_what_nothing_needs_goes_and_the_rest_stays(tmp_path: Path) -> None:
    made = nights(tmp_path, 3)
    estate = policy(made, 30, 1)
    baselines = {snapshot.id for snapshot in made.lake.snapshots() if snapshot.udtrukket.year == 2020}
    plan = plan_retention(estate, made.lake, TODAY)
    gone = apply_retention(estate, made.lake, plan, TODAY)
    kept = names(made.lake)
    assert {f"{system}/{KOMMUNE}/20210615T020000Z" for system in ("edh", "ky")} <= kept
    assert baselines <= kept
    assert not any("20210601" in one or "20210608" in one for one in kept)
    assert made.lake.run_ids() == [made.runs[-1]]
    assert len(plan.things) == len(kept) + len(made.lake.run_ids()) + len(gone)
    logged = [json.loads(line) for line in (made.lake.root / "bevaring.jsonl").read_text().splitlines()]
    assert [line["navn"] for line in logged] == [thing.name for thing in gone]
    assert verify_lake(made.lake).sound
    assert apply_retention(estate, made.lake, plan_retention(estate, made.lake, TODAY), TODAY) == []
    # What is gone is no longer among the deliveries that a run tells of, so it is another run, of the same findings.
    again = reconcile(estate, made.lake, today=TODAY)
    assert made.rows(again.run_id, FINDINGS) == made.rows(made.runs[-1], FINDINGS)


def test_what_went_is_not_landed_again_until_somebody_wants_it(tmp_path: Path) -> None:
    made = nights(tmp_path, 2)
    estate = policy(made, 30, 1)
    apply_retention(estate, made.lake, plan_retention(estate, made.lake, TODAY), TODAY)
    gone, left = f"ky/{KOMMUNE}/20210601T020000Z", names(made.lake)
    assert gone not in left
    # It is still where it was delivered, and where it is pulled from.
    assert {each.delivery: each.status for each in land(estate, KEY)}[gone] == "fjernet"
    pulling = load_estate(pull_from_inbox(tmp_path))
    assert {each.delivery: each.status for each in pull(pulling, KEY)}[gone] == "fjernet"
    assert names(made.lake) == left
    assert not list(tmp_path.glob("inbox/**/20210601*"))
    assert "removed before" in within("pull", "--estate", pulling.path, AFSTEM_KEY=KEY.decode())[1]
    (made.lake.root / "fjernet" / "system=ky" / f"kommune={KOMMUNE}" / "udtrukket=20210601T020000Z.json").unlink()
    assert {each.delivery: each.status for each in pull(pulling, KEY)}[gone] == "landet"


def test_what_came_to_no_end_goes_when_nobody_is_at_it_any_more(tmp_path: Path) -> None:
    made = nights(tmp_path, 1)
    estate = policy(made, 3000, 5)
    root = made.lake.root
    place = Path("system=ky", "kommune=0101", "udtrukket=20210601T020000Z")
    rests = [root / "tekster" / place, root / "snapshots" / place, root / "runs" / "0123456789abcdef" / "kommune=0101"]
    for folder in rests:
        folder.mkdir(parents=True)
        (folder / "journalnotat.parquet").write_bytes(b"")
    before = names(made.lake)

    def told() -> set[tuple[str, bool, str]]:
        plan = plan_retention(estate, made.lake, TODAY)
        apply_retention(estate, made.lake, plan, TODAY)
        return {(thing.name, thing.kept, thing.why) for thing in plan.things if thing.kind == "rest"}

    folders = {str(folder.relative_to(root)).removesuffix("/kommune=0101") for folder in rests}
    assert told() == {(name, True, "being made") for name in folders}
    os.utime(rests[0] / "journalnotat.parquet", (0, 0))
    os.utime(rests[2] / "journalnotat.parquet", (0, 0))
    going = {name for name in folders if not name.startswith("snapshots")}
    assert told() == {
        (name, name not in going, "nothing exists by it" if name in going else "being made") for name in folders
    }
    assert [folder.exists() for folder in rests] == [False, True, False]
    # Of what retention itself was removing nobody else is at anything.
    mark = root / "fjernet" / f"{place}.json"
    mark.parent.mkdir(parents=True)
    mark.write_text("{}\n")
    assert {kept for _, kept, _ in told()} == {False}
    assert (told(), names(made.lake)) == (set(), before)


def test_what_a_run_rests_on_is_no_rest_when_its_manifest_is_lost(tmp_path: Path) -> None:
    made = nights(tmp_path, 1)
    estate = policy(made, 3000, 5)
    lost = made.lake.snapshots(system="kmd_sag")[0]
    manifest = lost.folder / "manifest.json"
    whole = manifest.read_bytes()
    manifest.unlink()
    for path in lost.folder.iterdir():
        os.utime(path, (0, 0))
    plan = plan_retention(estate, made.lake, TODAY)
    (rest,) = [thing for thing in plan.things if thing.kind == "rest" and thing.name.startswith("snapshots")]
    assert (rest.kept, rest.why) == (True, "a run rests on it: its manifest is to be restored")
    apply_retention(estate, made.lake, plan, TODAY)
    manifest.write_bytes(whole)
    assert verify_lake(made.lake).sound


def test_a_rest_that_somebody_has_come_back_to_stays(tmp_path: Path) -> None:
    made = nights(tmp_path, 1)
    estate = policy(made, 3000, 5)
    lost = made.lake.snapshots(system="ky")[-1]
    manifest = lost.folder / "manifest.json"
    whole = manifest.read_bytes()
    shutil.rmtree(made.lake.root / "runs")
    manifest.unlink()
    for path in lost.folder.iterdir():
        os.utime(path, (0, 0))
    plan = plan_retention(estate, made.lake, TODAY)
    assert [thing.name for thing in plan.removed("rest")] == [f"snapshots/{lost.place}"]
    manifest.write_bytes(whole)
    assert apply_retention(estate, made.lake, plan, TODAY) == []
    # And landed again, what lies there already is as if it were new.
    manifest.unlink()
    shutil.copytree(lost.folder, tmp_path / "staged")
    publish_folder(tmp_path / "staged", lost.folder)
    assert apply_retention(estate, made.lake, plan, TODAY) == []


def test_before_a_transition_any_of_the_old_systems_may_be_the_baseline(tmp_path: Path) -> None:
    made = nights(tmp_path, 3)
    estate = policy(made, 1, 1)
    unmoved = estate.model_copy(update={"kommuner": {KOMMUNE: Kommune()}})
    kept = {thing.name: thing.why for thing in plan_retention(unmoved, made.lake, TODAY).kept("snapshot")}
    old = [*made.lake.snapshots(system="kmd_sag"), *made.lake.snapshots(system="edh")]
    assert {snapshot.id for snapshot in old} <= kept.keys()
    assert "any may be the baseline" in kept[old[-2].id]


def test_what_cannot_be_removed_is_told(tmp_path: Path) -> None:
    (tmp_path / "tekster").write_bytes(b"")
    with pytest.raises(SystemFailure, match="tekster could not be removed"):
        Lake(tmp_path).remove(Path("tekster"))


def test_the_run_told_of_last_stays(tmp_path: Path) -> None:
    made = nights(tmp_path, 3)
    estate = policy(made, 30, 1)
    made.lake.put(LAST_TOLD, f"{made.runs[1]}\n2021-06-01\n".encode())
    kept = {thing.name for thing in plan_retention(estate, made.lake, TODAY).kept("run")}
    assert kept == {made.runs[1], made.runs[-1]}


def test_what_was_asked_for_since_it_was_planned_stays(tmp_path: Path) -> None:
    made = nights(tmp_path, 3)
    estate = policy(made, 30, 1)
    plan = plan_retention(estate, made.lake, TODAY)
    assert made.runs[1] in {thing.name for thing in plan.removed("run")}
    made.lake.put(LAST_RUN, f"{made.runs[1]}\n".encode())
    apply_retention(estate, made.lake, plan, TODAY)
    assert made.lake.run_ids() == sorted([made.runs[1], made.runs[-1]])


def test_runs_that_were_made_without_a_plan_go_too(tmp_path: Path) -> None:
    made = nights(tmp_path, 2)
    for path in made.lake.runs_folder.glob("*/plan.json"):
        path.unlink()
    estate = policy(made, 30, 1)
    plan = plan_retention(estate, made.lake, TODAY)
    assert len(plan.removed("run")) == 2
    assert apply_retention(estate, made.lake, plan, TODAY) == [*plan.removed("run"), *plan.removed("snapshot")]


def test_it_is_told_first_and_done_when_asked(tmp_path: Path) -> None:
    made = nights(tmp_path, 2)
    before = names(made.lake)
    assert "The estate has no bevaring" in within("retention", "--estate", made.estate)[2]
    policy(made, 30, 1)
    code, told, _ = within("retention", "--estate", made.estate)
    assert (code, names(made.lake)) == (0, before)
    assert "goes: snapshot edh/0751/20210601T020000Z: extracted before" in told
    assert told.endswith("Nothing was removed. To do it: afstem retention --apply\n")
    code, told, _ = within("retention", "--apply", "--estate", made.estate)
    assert "removed: snapshot edh/0751/20210601T020000Z" in told
    assert names(made.lake) < before


def test_what_a_run_that_is_being_made_rests_on_stays(tmp_path: Path) -> None:
    made = nights(tmp_path, 2)
    estate = policy(made, 1, 1)
    plan = plan_retention(estate, made.lake, TODAY)
    going = {thing.name for thing in plan.removed("snapshot")}
    assert going
    # Planned after the retention was, of the very snapshots that are to go.
    other = estate.model_copy(update={"fuldt_udrullet": date(2023, 1, 1)})
    begun = make_plan(other, made.lake, TODAY, seen=Seen(until=FIRST))
    assert going & begun.rests_on["snapshots"].keys()
    apply_retention(estate, made.lake, plan, TODAY)
    assert set(begun.rests_on["snapshots"]) <= names(made.lake)


def test_a_run_that_was_given_up_goes_and_one_just_begun_stays(tmp_path: Path) -> None:
    made = nights(tmp_path, 1)
    estate = policy(made, 3000, 5)
    seen = Seen(until=datetime(2021, 5, 1, tzinfo=UTC))
    begun = make_plan(estate, made.lake, TODAY, seen=seen, left_out={KOMMUNE: "x"})
    path = made.lake.root / "runs" / begun.run_id / "plan.json"
    (kept,) = [thing for thing in plan_retention(estate, made.lake, TODAY).things if thing.name == begun.run_id]
    assert (kept.kept, kept.why) == (True, "being made")
    os.utime(path, (0, 0))
    plan = plan_retention(estate, made.lake, TODAY)
    assert begun.run_id in {thing.name for thing in plan.removed("run")}
    # Whoever plans the same again has begun it again.
    assert make_plan(estate, made.lake, TODAY, seen=seen, left_out={KOMMUNE: "x"}) == begun
    assert begun.run_id not in {thing.name for thing in apply_retention(estate, made.lake, plan, TODAY)}
    os.utime(path, (0, 0))
    apply_retention(estate, made.lake, plan_retention(estate, made.lake, TODAY), TODAY)
    assert not path.parent.exists()


def test_a_kommune_that_left_the_estate_is_left_to_a_person(tmp_path: Path) -> None:
    made = nights(tmp_path, 2)
    estate = policy(made, 1, 1).model_copy(update={"kommuner": {}})
    plan = plan_retention(estate, made.lake, TODAY)
    assert {thing.why for thing in plan.things if thing.kind == "snapshot"} == {
        "its kommune is not in the estate: a person must decide"
    }


_KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from pipelines.estate import load_estate
from pipelines.lake import Lake
from pipelines.upkeep import apply_retention, plan_retention

def remove(self, path, first=(), real=Lake.remove, done=[0]):
    done[0] += 1
    if done[0] == int(sys.argv[2]):
        for file in first:
            (self.root / file).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, path, first)

Lake.remove = remove
estate = load_estate(Path(sys.argv[1]))
lake, today = Lake(estate.lake), date.fromisoformat(sys.argv[3])
apply_retention(estate, lake, plan_retention(estate, lake, today), today)
"""


@pytest.mark.parametrize("step", [1, 3, 4])
def test_killed_in_the_middle_it_leaves_a_lake_that_reads_and_is_done_next_time(tmp_path: Path, step: int) -> None:
    made = nights(tmp_path, 3)
    estate = policy(made, 30, 1)
    command = [sys.executable, "-c", _KILLED, str(made.estate), str(step), TODAY.isoformat()]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert verify_lake(made.lake).sound
    open_run(made.lake, last_run(made.lake)).close()
    apply_retention(estate, made.lake, plan_retention(estate, made.lake, TODAY), TODAY)
    assert made.lake.run_ids() == [made.runs[-1]]
    assert not any("20210608" in one for one in names(made.lake))
    lying = [path for area in ("snapshots", "tekster") for path in (made.lake.root / area).glob("*/*/*")]
    assert {Path(*path.parts[-3:]) for path in lying} == {snapshot.place for snapshot in made.lake.snapshots()}


def test_without_a_policy_nothing_is_decided(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.run(Clean())
    with pytest.raises(UsageError, match="everything is kept"):
        plan_retention(load_estate(made.estate), made.lake, TODAY)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return nights(tmp_path_factory.mktemp("many"), 4)


@settings(max_examples=60)
@given(
    days=st.integers(1, 2500),
    runs=st.integers(1, 8),
    today=st.dates(date(2021, 6, 1), date(2027, 1, 1)),
)
def test_nothing_that_is_needed_ever_goes(many: Made, days: int, runs: int, today: date) -> None:
    estate = load_estate(many.estate).model_copy(update={"bevaring": Bevaring(dage=days, koersler=runs)})
    lake = many.lake
    plan = plan_retention(estate, lake, today)
    kept = {thing.name for thing in plan.kept("snapshot")}
    assert kept | {thing.name for thing in plan.removed("snapshot")} == names(lake)
    assert len(plan.things) == len(names(lake)) + len(lake.run_ids())
    for run in runs_in_order(lake):
        if run.run_id in {thing.name for thing in plan.kept("run")}:
            assert set(run.record["snapshots"]) <= kept
    for snapshot in lake.snapshots():
        young = snapshot.udtrukket.date() >= today - timedelta(days=days)
        last = snapshot.id == lake.snapshots(snapshot.kommunekode, snapshot.system)[-1].id
        assert snapshot.id in kept or not (young or last)
    assert last_run(lake) in {thing.name for thing in plan.kept("run")}
