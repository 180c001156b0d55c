"""A landing that is killed leaves nothing that anyone can see, and nothing that the next one trips over."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import SystemFailure
from pipelines.lake import publish_folder, staging
from tests.landing.place import KEY, SNAPSHOT, Place

# Lands the estate named on the command line and kills itself at the step named there.
_KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.estate import load_estate
from pipelines.lake import lake
from pipelines.landing import land, totals

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def publish_texts_only(folder, target, publish=lake.publish_folder):
    if target.is_relative_to(estate.lake / "snapshots"):
        die()
    publish(folder, target)

def die_in_the_notes(what, done, total):
    if "journalnotat" in what:
        die()

estate, step = load_estate(Path(sys.argv[1])), sys.argv[2]
if step == "checking":
    totals.StagedDelivery.check_keys = die
if step == "between texts and snapshot":
    lake.publish_folder = publish_texts_only
land(estate, sys.argv[3].encode(), progress=die_in_the_notes if step == "reading" else None)
"""


@pytest.mark.parametrize("step", ["reading", "checking", "between texts and snapshot"])
def test_killed_in_the_middle(place: Place, step: str) -> None:
    place.deliver()
    command = [sys.executable, "-c", _KILLED, str(place.folder / "estate.yaml"), step, KEY.decode()]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert place.lake.snapshots() == []
    assert not list(place.lake.root.glob("snapshots/**/*.parquet"))
    assert list(place.lake.root.glob(".staging-*")) != []

    assert place.land_one().status == "landet"
    assert list(place.lake.root.glob(".staging-*")) == []
    (snapshot,) = place.lake.snapshots()
    assert snapshot.id == SNAPSHOT
    place.lake.verify(snapshot)


def test_texts_left_by_a_killed_landing_are_replaced(place: Place) -> None:
    place.deliver()
    left = place.lake.texts_folder / "system=edh" / "kommune=0751" / "udtrukket=20200522T210000Z"
    left.mkdir(parents=True)
    left.joinpath("journalnotat.parquet").write_bytes(b"of another version")
    place.lake.verify(place.landed())


def test_a_staging_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    with staging(tmp_path) as first:
        first.joinpath("file").write_text("mine", encoding="utf-8")
        with staging(tmp_path) as second:
            assert first != second
            assert first.joinpath("file").exists()
        assert not second.exists()
        assert first.exists()
    assert not first.exists()


def test_an_abandoned_staging_folder_is_removed(tmp_path: Path) -> None:
    abandoned = tmp_path / ".staging-left"
    abandoned.joinpath("deep").mkdir(parents=True)
    with staging(tmp_path):
        assert not abandoned.exists()


def test_publishing_again_the_same_is_fine_and_anything_else_is_not(tmp_path: Path) -> None:
    target = tmp_path / "snapshots" / "a" / "b"
    for content in ("same", "same"):
        folder = tmp_path / "staged"
        folder.joinpath("deep").mkdir(parents=True)
        folder.joinpath("deep", "file").write_text(content, encoding="utf-8")
        publish_folder(folder, target)
        assert not folder.exists()
        assert target.joinpath("deep", "file").read_text(encoding="utf-8") == "same"
    folder.mkdir()
    folder.joinpath("file").write_text("other", encoding="utf-8")
    with pytest.raises(SystemFailure, match="never changed"):
        publish_folder(folder, target)
    assert [path.name for path in target.rglob("*")] == ["deep", "file"]


def test_a_lake_that_cannot_be_written_is_a_failure_of_the_system(place: Place) -> None:
    place.deliver()
    place.lake.root.mkdir()
    place.lake.root.joinpath("snapshots").write_text("a file where a folder must be", encoding="utf-8")
    with pytest.raises(SystemFailure, match=f"{SNAPSHOT} could not be landed"):
        place.land()
