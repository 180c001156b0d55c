"""`afstem verify` finds whatever is not as it was published, and names every file of it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import LakeDamaged
from pipelines.estate import load_estate
from pipelines.lake import snapshot_place
from pipelines.landing import land
from pipelines.reconcile import reconcile
from pipelines.upkeep import verify_lake
from tests.inquiry.made import Made
from tests.ledger.clean import Clean
from tests.ledger.engine import KEY
from tests.ledger.world import TODAY, write_delivery
from tests.test_cli import within


@pytest.fixture
def made(tmp_path: Path) -> Made:
    lake = Made(tmp_path)
    world = Clean()
    for note in world.new["journalnotat"]:
        note["tekst"] = "Et notat"
    lake.run(world)
    return lake


def only(made: Made, pattern: str) -> Path:
    return sorted(made.lake.root.glob(pattern))[0]


def test_a_whole_lake_is_whole(made: Made) -> None:
    found = verify_lake(made.lake)
    files = [path for path in made.lake.root.rglob("*.parquet") if path.is_file()]
    # And the manifests that the run rests on.
    held = len(files) + len(made.lake.snapshots())
    assert (found.sound, found.looked_at, found.intact) == (True, held, held)
    code, told, _ = within("verify", "--estate", made.estate)
    assert code == 0
    assert told == f"{held:,} files = {held:,} intact + 0 changed + 0 missing.\n"


@pytest.mark.parametrize(
    "pattern",
    ["snapshots/system=edh/*/*/sag.parquet", "tekster/*/*/*/journalnotat.parquet", "runs/*/kommune=0751/fund.parquet"],
)
def test_a_changed_and_a_missing_file_are_named(made: Made, pattern: str) -> None:
    path = only(made, pattern)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    name = str(path.relative_to(made.lake.root))
    assert verify_lake(made.lake).changed == [name]
    path.unlink()
    found = verify_lake(made.lake)
    assert (found.missing, found.changed, found.sound) == ([name], [], False)
    code, told, complained = within("verify", "--estate", made.estate)
    assert code == 3
    assert told.startswith(f"missing: {name}\n")
    assert "restored from a copy" in complained


def test_one_unreadable_manifest_hides_no_other_fault(made: Made) -> None:
    only(made, "snapshots/system=ky/*/*/manifest.json").write_text("{", encoding="utf-8")
    damaged = only(made, "snapshots/system=edh/*/*/sag.parquet")
    damaged.write_bytes(b"")
    code, told, _ = within("verify", "--json", "--estate", made.estate)
    found = json.loads(told)
    assert code == 3
    assert [Path(path).name for path in found["unreadable"]] == ["manifest.json"]
    assert found["changed"] == [*found["unreadable"], str(damaged.relative_to(made.lake.root))][::-1]
    assert found["filer"] == found["intact"] + len(found["changed"]) + len(found["missing"])


@pytest.mark.parametrize("gone", [False, True])
def test_a_manifest_that_a_run_rests_on_is_held_to_the_sum_in_its_record(made: Made, gone: bool) -> None:
    path = only(made, "snapshots/system=ky/*/*/manifest.json")
    name = str(path.relative_to(made.lake.root))
    if gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"\n")
    found = verify_lake(made.lake)
    assert (found.missing, found.changed) == (([name], []) if gone else ([], [name]))
    assert not found.sound
    assert verify_lake(made.lake, kommuner=["0101"]).sound


def test_of_nothing_it_does_not_say_that_all_is_well(made: Made) -> None:
    code, told, complained = within("verify", "--kommune", "0101", "--estate", made.estate)
    assert (code, told) == (2, "")
    assert "holds nothing of kommune 0101 to verify" in complained
    made.lake.root.rename(made.lake.root.with_name("elsewhere"))
    code, _, complained = within("verify", "--estate", made.estate)
    assert code == 2
    assert "See that the estate names the right lake" in complained


def test_a_manifest_in_the_place_of_another_and_a_spoiled_plan_are_told(made: Made) -> None:
    manifests = sorted(made.lake.root.glob("snapshots/system=edh/*/*/manifest.json"))
    whole = manifests[0].read_bytes()
    manifests[0].write_bytes(manifests[1].read_bytes())
    (plan,) = made.lake.root.glob("runs/*/plan.json")
    plan.write_bytes(plan.read_bytes() + b" ,")
    names = [str(path.relative_to(made.lake.root)) for path in (plan, manifests[0])]
    assert verify_lake(made.lake).unreadable == names
    with pytest.raises(LakeDamaged, match="Restore it from a copy"):
        made.lake.snapshots()
    manifests[0].write_bytes(whole)
    # To plan it again mends it.
    reconcile(load_estate(made.estate), made.lake, today=TODAY)
    assert verify_lake(made.lake).sound


def test_a_copy_of_a_run_is_no_run_and_stops_nothing(made: Made) -> None:
    (run,) = [path.parent for path in made.lake.root.glob("runs/*/run.json")]
    shutil.copytree(run, run.with_name(f"{run.name}.bak"))
    assert made.lake.run_ids() == [run.name]
    found = verify_lake(made.lake)
    assert all(f"{run.name}.bak" in path for path in found.unreadable)
    assert len(found.unreadable) == 2


def test_texts_that_no_manifest_names_are_told(made: Made) -> None:
    when = datetime(2021, 6, 1, 2, tzinfo=UTC)
    left = made.lake.root / "tekster" / snapshot_place("ky", "0751", when) / "journalnotat.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"")
    # It was landed by one that was killed, and was then delivered anew without notes.
    tables = {name: rows for name, rows in Clean().new.items() if name != "journalnotat"}
    write_delivery(made.folder / "inbox", "ky", "0751", when, tables)
    assert "landet" in {each.status for each in land(load_estate(made.estate), KEY)}
    assert not left.parent.exists()
    left.parent.mkdir(parents=True)
    left.write_bytes(b"")
    assert verify_lake(made.lake).unnamed == [str(left.relative_to(made.lake.root))]


def test_what_no_manifest_names_is_told_and_what_was_begun_is_no_fault(made: Made) -> None:
    folder = only(made, "snapshots/system=ky/*/*/manifest.json").parent
    (folder / "ekstra.parquet").write_bytes(b"")
    assert [Path(path).name for path in verify_lake(made.lake).unnamed] == ["ekstra.parquet"]
    (folder / "ekstra.parquet").unlink()
    begun = made.lake.root / "runs" / "0123456789abcdef" / "kommune=0751" / "fund.parquet"
    begun.parent.mkdir(parents=True)
    begun.write_bytes(b"")
    found = verify_lake(made.lake)
    assert (found.sound, len(found.unfinished)) == (True, 1)


def test_of_one_kommune_alone(made: Made) -> None:
    only(made, "snapshots/system=ky/kommune=0751/*/sag.parquet").write_bytes(b"")
    assert verify_lake(made.lake, kommuner=["0751"]).changed
    assert verify_lake(made.lake, kommuner=["0730"]).looked_at == 0
