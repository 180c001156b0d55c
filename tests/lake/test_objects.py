"""A lake in an S3 store does what a lake in a folder does, to the byte, also when several work in it at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from pipelines.errors import AfstemError, InputError, LakeDamaged, LakeUnreachable, SystemFailure
from pipelines.estate import load_estate
from pipelines.lake import Lake, objects
from pipelines.lake.opening import open_lake
from pipelines.landing import land
from pipelines.reconcile import reconcile
from pipelines.report import words, write_report
from pipelines.upkeep import apply_retention, plan_retention, verify_lake
from pipelines.validate import validate
from tests.ledger.clean import Clean
from tests.ledger.engine import KEY
from tests.ledger.world import TODAY, uid, write, write_delivery
from tests.sources.file_servers import HOST, S3Server, free_port, s3_server
from tests.test_cli import within

__all__ = ["s3_server"]

TEXT_KEY = "5d" * 32
NOT_COMPARED = ("startet", "afsluttet")


@dataclass(frozen=True)
class Store:
    """An estate whose lake lies in a store under a prefix of its own. ``copy``: the folder of its working copy."""

    folder: Path
    server: S3Server
    prefix: str

    @property
    def estate(self) -> Path:
        return self.folder / "estate.yaml"

    @property
    def copy(self) -> Path:
        return self.folder / "kopi"

    def lake(self) -> Lake:
        return open_lake(load_estate(self.estate))

    def objects(self, below: str = "") -> dict[str, bytes]:
        """Every object under the prefix, by its path in the lake."""
        found = self.server.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.server.bucket, Prefix=f"{self.prefix}/{below}"
        )
        keys = [item["Key"] for page in found for item in page.get("Contents", [])]
        read = self.server.client.get_object
        return {
            key.removeprefix(f"{self.prefix}/"): read(Bucket=self.server.bucket, Key=key)["Body"].read()
            for key in sorted(keys)
        }

    def elsewhere(self, folder: Path) -> Store:
        """The same lake as another machine has it: the same deliveries, and a working copy of its own."""
        folder.mkdir()
        for name in ("estate.yaml", "inbox"):
            (folder / name).symlink_to(self.folder / name)
        settings = yaml.safe_load(self.estate.read_text(encoding="utf-8"))
        (folder / "estate.yaml").unlink()
        (folder / "estate.yaml").write_text(json.dumps(settings), encoding="utf-8")
        return Store(folder, self.server, self.prefix)


@pytest.fixture
def store(tmp_path: Path, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, request: Any) -> Store:
    made = Store(tmp_path / "one", s3_server, f"lake-{tmp_path.parent.name}-{tmp_path.name}")
    login = s3_server.credentials
    secret = quote(str(login.password), safe="")
    monkeypatch.setenv("AFSTEM_LAKE", f"s3://{login.username}:{secret}@/?region={login.query['region']}")
    written = json.loads(write(made.folder, faulty()).read_text(encoding="utf-8"))
    written["lake"] = f"s3://{s3_server.bucket}/{made.prefix}/"
    written["objektlager"] = {
        "endepunkt": s3_server.endpoint,
        "forbindelse": {"miljoe": "AFSTEM_LAKE"},
        "arbejdskopi": "kopi",
    }
    made.estate.write_text(json.dumps(written), encoding="utf-8")
    return made


def faulty() -> Clean:
    world = Clean()
    world.new["journalnotat"].pop()
    world.edh["journalnotat"][0]["tekst"] = "<p>Ændret</p>"
    world.edh["journalnotat"][0]["format"] = "html"
    return world


def night(estate_file: Path, text_key: bytes | None = None) -> str:
    estate = load_estate(estate_file)
    assert {outcome.status for outcome in land(estate, KEY, text_key=text_key)} <= {"landet", "kendt"}
    lake = open_lake(estate)
    run = reconcile(estate, lake, today=TODAY, text_key=text_key)
    validate(lake, run.run_id)
    write_report(lake, run.run_id)
    return run.run_id


def in_folder(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def timeless(files: dict[str, bytes]) -> dict[str, Any]:
    """The files with what tells the time taken out of the run's record, and out of the report that shows it."""
    compared: dict[str, Any] = dict(files)
    for name, content in files.items():
        if name.endswith("run.json"):
            record = json.loads(content)
            times = [record.pop(key) for key in NOT_COMPARED]
            compared[name] = record
            report = name.replace("run.json", "rapport.html")
            for time in times:
                for shown in (time, words.moment(time).da, words.moment(time).en):
                    compared[report] = compared[report].replace(shown.encode(), b"")
    return compared


def test_it_holds_the_same_bytes_as_a_lake_in_a_folder(store: Store, tmp_path: Path) -> None:
    plain = write(tmp_path / "plain", faulty())
    assert night(plain, bytes.fromhex(TEXT_KEY)) == night(store.estate, bytes.fromhex(TEXT_KEY))
    held = timeless(store.objects())
    assert held == timeless(in_folder(tmp_path / "plain" / "lake"))
    assert any(name.startswith("tekster/") for name in held)
    assert any(name.endswith("rapport.html") for name in held)


def test_another_machine_reads_what_one_has_made(store: Store, tmp_path: Path) -> None:
    run_id = night(store.estate)
    other = store.elsewhere(tmp_path / "other")
    options = ("--estate", other.estate)
    code, told, _ = within("query", *options, "SELECT count(*) AS antal FROM afstemning.fund", "--format", "csv")
    assert (code, int(told.splitlines()[1]) > 0) == (0, True)
    assert within("findings", *options)[0] in (0, 1)
    assert uid("b") in within("explain", uid("b"), *options)[1]
    assert within("validate", *options)[0] == 1
    # The working copy holds what was asked for, and nothing that was not: no note's text.
    assert not (other.copy / "tekster").exists()
    code, told, _ = within("explain", uid("b"), "--reveal", "--why", "Klage", *options)
    assert "Ændret" in told
    (logged,) = store.objects("adgang/").values()
    assert json.loads(logged)["hvorfor"] == "Klage"
    assert other.lake().run_ids() == [run_id]


def test_what_is_landed_again_is_known(store: Store, tmp_path: Path) -> None:
    night(store.estate)
    before = store.objects()
    estate = load_estate(store.elsewhere(tmp_path / "other").estate)
    assert {outcome.status for outcome in land(estate, KEY)} == {"kendt"}
    lake = open_lake(estate)
    assert reconcile(estate, lake, today=TODAY).known
    assert store.objects() == before


_NIGHT = """
import sys
from pathlib import Path
from tests.lake.test_objects import night
print(night(Path(sys.argv[1])))
"""


def test_several_machines_do_the_same_at_once(store: Store, tmp_path: Path) -> None:
    machines = [store, *(store.elsewhere(tmp_path / name) for name in ("second", "third"))]
    working = [
        subprocess.Popen(
            [sys.executable, "-c", _NIGHT, str(machine.estate)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for machine in machines
    ]
    told = [process.communicate() for process in working]
    assert [process.returncode for process in working] == [0, 0, 0], told
    assert len({said for said, _ in told}) == 1
    plain = write(tmp_path / "plain", faulty())
    night(plain)
    assert timeless(store.objects()) == timeless(in_folder(tmp_path / "plain" / "lake"))


_KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.lake.objects import ObjectLake
from tests.lake.test_objects import night

def upload(self, file, path, *, new, real=ObjectLake._upload):
    if path.name == sys.argv[2] and (sys.argv[3] in str(path)):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, file, path, new=new)

ObjectLake._upload = upload
night(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("file", "place"), [("manifest.json", "system=ky"), ("sag.parquet", "system=edh"), ("del.json", "runs/")]
)
def test_a_killed_upload_shows_nothing_and_is_done_again(store: Store, tmp_path: Path, file: str, place: str) -> None:
    command = [sys.executable, "-c", _KILLED, str(store.estate), file, place]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    lake = store.lake()
    assert lake.run_ids() == []
    assert len(lake.snapshots()) == sum(name.endswith("manifest.json") for name in store.objects())
    other = store.elsewhere(tmp_path / "other")
    night(other.estate)
    plain = write(tmp_path / "plain", faulty())
    night(plain)
    assert timeless(store.objects()) == timeless(in_folder(tmp_path / "plain" / "lake"))


def test_a_spoiled_working_copy_is_fetched_anew_and_a_spoiled_store_is_told(store: Store) -> None:
    estate = load_estate(store.estate)
    land(estate, KEY)
    lake = store.lake()
    (ky,) = lake.snapshots(system="ky")
    path = ky.path("sag")
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    lake.verify(ky)
    assert path.read_bytes() == whole
    key = f"{store.prefix}/snapshots/{ky.place}/sag.parquet"
    store.server.put(key, whole[:-1])
    path.unlink()
    with pytest.raises(LakeDamaged, match="Restore it from a copy"):
        lake.verify(ky)


def test_what_was_removed_from_the_store_leaves_the_working_copy(store: Store) -> None:
    land(load_estate(store.estate), KEY)
    lake = store.lake()
    (ky,) = lake.snapshots(system="ky")
    assert ky.path("sag").exists()  # type: ignore[union-attr]
    store.lake().remove(Path("snapshots") / ky.place, [Path("snapshots") / ky.place / "manifest.json"])
    other = store.lake()
    assert other.snapshots(system="ky") == []
    assert not ky.folder.exists()


def test_what_retention_removed_is_gone_for_every_machine_and_landed_by_none(store: Store, tmp_path: Path) -> None:
    night(store.estate)
    for day in (1, 8):
        when = datetime(2021, 6, day, 2, tzinfo=UTC)
        write_delivery(store.folder / "inbox", "ky", "0751", when, faulty().new)
        night(store.estate)
    written = json.loads(store.estate.read_text(encoding="utf-8"))
    store.estate.write_text(json.dumps({**written, "bevaring": {"dage": "1", "koersler": "1"}}), encoding="utf-8")
    estate, other = load_estate(store.estate), store.elsewhere(tmp_path / "other")
    # What another machine began to remove and did not end.
    text = "tekster/system=ky/kommune=0101/udtrukket=20210601T020000Z"
    for key in (f"{text}/journalnotat.parquet", f"{text.replace('tekster', 'fjernet')}.json"):
        store.server.put(f"{store.prefix}/{key}", b"{}")
    plan = plan_retention(estate, store.lake(), TODAY)
    gone = {(thing.kind, thing.name) for thing in apply_retention(estate, store.lake(), plan, TODAY)}
    first, ky = "ky/0751/20210601T020000Z", "system=ky/kommune=0751/udtrukket=20210601T020000Z"
    assert {("snapshot", first), ("rest", text)} <= gone
    assert sum(kind == "run" for kind, _ in gone) == 2
    assert [key for key in store.objects() if ky in key or text in key] == [f"fjernet/{ky}.json"]
    assert len(store.objects("bevaring/")) == len(gone)
    assert {each.delivery: each.status for each in land(load_estate(other.estate), KEY)}[first] == "fjernet"
    assert verify_lake(other.lake()).sound


def test_what_an_upload_that_was_given_up_has_left_is_not_published_with_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivery,) = (store.folder / "inbox" / "ky" / "0751").iterdir()
    place = f"system=ky/kommune=0751/udtrukket={delivery.name}"
    left = [f"snapshots/{place}/fil.parquet", f"tekster/{place}/af-en-anden.parquet"]
    for name in left:
        store.server.put(f"{store.prefix}/{name}", b"")
    monkeypatch.setattr(objects, "_ABANDONED", timedelta(0))
    night(store.estate)
    assert f"snapshots/{place}/manifest.json" in store.objects()
    assert not set(left) & store.objects().keys()
    assert verify_lake(store.lake()).sound
    # What comes when it has been published is told.
    store.server.put(f"{store.prefix}/{left[1]}", b"")
    assert verify_lake(store.lake()).unnamed == left[1:]


def test_a_snapshot_that_is_listed_and_cannot_be_had_is_told_and_never_left_out(store: Store, tmp_path: Path) -> None:
    land(load_estate(store.estate), KEY)
    lake = store.lake()
    (ky,) = lake.snapshots(system="ky")
    # A store gives nothing that it has laid in its archive.
    key = f"{store.prefix}/snapshots/{ky.place}/manifest.json"
    content = store.objects()[f"snapshots/{ky.place}/manifest.json"]
    store.server.client.put_object(Bucket=store.server.bucket, Key=key, Body=content, StorageClass="GLACIER")
    other = store.elsewhere(tmp_path / "other")
    with pytest.raises(AfstemError, match=str(store.server.bucket)):
        other.lake().snapshots()


def test_other_bytes_are_never_put_in_the_place_of_what_is_published(store: Store, tmp_path: Path) -> None:
    land(load_estate(store.estate), KEY)
    lake = store.lake()
    (ky,) = lake.snapshots(system="ky")
    before = store.objects()
    with lake.staging() as space:
        folder = space / "other"
        folder.mkdir()
        (folder / "sag.parquet").write_bytes(b"other")
        (folder / "manifest.json").write_bytes(b"{}")
        place = Path("snapshots") / ky.place
        with pytest.raises(SystemFailure, match="never changed"):
            lake.publish({place: folder}, place / "manifest.json")
    assert store.objects() == before


def test_what_another_is_publishing_is_waited_for(store: Store) -> None:
    lake = store.lake()
    place = Path("snapshots/system=ky/kommune=0751/udtrukket=20210301T020000Z")
    store.server.put(f"{store.prefix}/{place}/sag.parquet", b"of another version, on its way")
    with lake.staging() as space:
        folder = space / "mine"
        folder.mkdir()
        (folder / "sag.parquet").write_bytes(b"mine")
        (folder / "manifest.json").write_bytes(b"{}")
        with pytest.raises(LakeUnreachable, match="is being published by another"):
            lake.publish({place: folder}, place / "manifest.json")


def closed(settings: dict[str, Any], _: pytest.MonkeyPatch) -> None:
    settings["objektlager"]["endepunkt"] = f"http://{HOST}:{free_port()}"


def no_bucket(settings: dict[str, Any], _: pytest.MonkeyPatch) -> None:
    settings["lake"] = "s3://findes-ikke/lake"


def no_login(_: dict[str, Any], environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AFSTEM_LAKE")


@pytest.mark.parametrize(
    ("spoil", "code", "sentence"),
    [
        (closed, 3, "could not be reached"),
        (no_bucket, 2, "The bucket of s3://findes-ikke/lake is not there"),
        (no_login, 2, "Set the environment variable AFSTEM_LAKE"),
    ],
)
def test_a_store_that_cannot_be_used_is_told_in_a_sentence(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[dict[str, Any], pytest.MonkeyPatch], None],
    code: int,
    sentence: str,
) -> None:
    settings = json.loads(store.estate.read_text(encoding="utf-8"))
    spoil(settings, monkeypatch)
    store.estate.write_text(json.dumps(settings), encoding="utf-8")
    monkeypatch.setenv("AFSTEM_KEY", "5e" * 32)
    found, told, complained = within("land", "--estate", store.estate)
    assert found == code, complained
    assert sentence in complained
    assert str(store.server.credentials.password) not in told + complained
    assert "Traceback" not in complained


@pytest.mark.parametrize(
    ("lake", "sentence"),
    [
        ("s3://", "lake: must be s3://bucket/folder"),
        ("s3://key:secret@bucket/lake", "lake: must be s3://bucket/folder, without login"),
    ],
)
def test_a_wrong_address_is_told_with_its_line(store: Store, lake: str, sentence: str) -> None:
    settings = json.loads(store.estate.read_text(encoding="utf-8"))
    store.estate.write_text(json.dumps({**settings, "lake": lake}), encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        load_estate(store.estate)


def test_settings_of_a_store_without_one_are_a_mistake(store: Store) -> None:
    settings = json.loads(store.estate.read_text(encoding="utf-8"))
    store.estate.write_text(json.dumps({**settings, "lake": "lake"}), encoding="utf-8")
    with pytest.raises(InputError, match="objektlager: is for a lake in a store"):
        load_estate(store.estate)


def test_without_a_folder_of_its_own_the_working_copy_lies_in_the_cache(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = json.loads(store.estate.read_text(encoding="utf-8"))
    del settings["objektlager"]["arbejdskopi"]
    store.estate.write_text(json.dumps(settings), encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert load_estate(store.estate).lake.parent == tmp_path / "cache" / "afstem"
    assert os.environ["XDG_CACHE_HOME"]
