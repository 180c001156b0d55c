"""What others put at a place reaches the inbox byte for byte, all at once and once; or it stays where it lies."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paramiko
import pytest
from sqlalchemy.engine import URL, make_url

from pipelines.errors import AfstemError, InputError, SourceFailed
from pipelines.estate_sources import Sted
from pipelines.sources.folder import find_deliveries
from pipelines.sources.places import Place, PlacedFolder, fetch_delivery, fetch_extract, open_place, store
from tests.deliveries import small_delivery, write_delivery
from tests.sources.file_servers import (
    HOST,
    CuttingProxy,
    S3Server,
    SftpServer,
    free_port,
    s3_server,  # noqa: F401
    sftp_server,  # noqa: F401
)

MOMENT = datetime(2020, 5, 22, 21, tzinfo=UTC)
LATER = datetime(2020, 6, 22, 21, tzinfo=UTC)
FOLDER = "edh/0751/20200522T210000Z"
CANARY = "kanariefugl-9f3c"
KINDS = ["local", "sftp", "s3"]
# What reads as a large file is large only beside the pieces that it is read in.
PIECE = 16 * 1024
LARGE = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PAUSES", (0.0, 0.0, 0.0))


@dataclass
class Sender:
    """A place of one kind, and how its sender puts files there."""

    folder: Path
    sted: Sted
    credentials: URL | None
    bucket: S3Server | None
    prefix: str

    def put(self, name: str, content: bytes) -> None:
        if self.bucket is not None:
            self.bucket.put(f"{self.prefix}/{name}", content)
            return
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def remove(self, name: str) -> None:
        if self.bucket is not None:
            self.bucket.client.delete_object(Bucket=self.bucket.bucket, Key=f"{self.prefix}/{name}")
        else:
            (self.folder / name).unlink()

    def send(self, made: Path) -> None:
        """Put a folder that was made below ``<any>/<system>/<kommunekode>/``, with everything in it."""
        for path in sorted(made.rglob("*")):
            self.put(path.relative_to(made.parents[2]).as_posix(), path.read_bytes())

    def open(self) -> Any:
        return open_place(self.sted, self.folder, self.credentials)


@pytest.fixture(params=KINDS)
def sender(request: pytest.FixtureRequest, tmp_path: Path) -> Sender:
    if request.param == "local":
        folder = tmp_path / "estate" / "modtaget"
        folder.mkdir(parents=True)
        sender = Sender(folder, Sted(url="modtaget"), None, None, "")
        sender.open = lambda: open_place(sender.sted, tmp_path / "estate", None)  # type: ignore[method-assign]
        return sender
    if request.param == "sftp":
        return sftp_sender(request.getfixturevalue("sftp_server"), tmp_path)
    server: S3Server = request.getfixturevalue("s3_server")
    prefix = tmp_path.name
    sted = Sted.model_validate({"url": f"s3://{server.bucket}/{prefix}", "endepunkt": server.endpoint})
    return Sender(tmp_path, sted, server.credentials, server, prefix)


def sftp_sender(server: SftpServer, tmp_path: Path, port: int | None = None, **changed: Any) -> Sender:
    folder = server.root / tmp_path.name
    folder.mkdir(exist_ok=True)
    sted = {"url": server.url(folder, port), "vaertsnoegle": server.host_key, "forbindelse": {"miljoe": "SFTP"}}
    credentials = changed.pop("credentials", server.credentials)
    return Sender(folder, Sted.model_validate({**sted, **changed}), credentials, None, "")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return inbox


@pytest.fixture
def proxy(sftp_server: SftpServer) -> Iterator[CuttingProxy]:  # noqa: F811
    with CuttingProxy(sftp_server.port) as proxy:
        yield proxy


def delivery(tmp_path: Path, moment: datetime = MOMENT, **options: Any) -> Path:
    return write_delivery(tmp_path / "made", "edh", "0751", moment, small_delivery(), **options)


def large_delivery(tmp_path: Path, content: bytes = LARGE) -> Path:
    """A delivery with one large file, whose contents are for landing to judge."""
    return delivery(tmp_path, raw={"fil.csv": content})


class Reads:
    """What was told of bytes read."""

    def __init__(self) -> None:
        self.bytes: dict[str, int] = {}

    def __call__(self, name: str, count: int) -> None:
        self.bytes[name] = self.bytes.get(name, 0) + count


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def only_folder(place: Place) -> PlacedFolder:
    (folder,) = place.folders("edh", "0751")
    return folder


def fetch(sender: Sender, inbox: Path, reads: Reads | None = None) -> Path | None:
    with sender.open() as place:
        return fetch_delivery(only_folder(place), inbox, "edh", "0751", reads or Reads())


def test_a_delivery_arrives_byte_for_byte_and_once(sender: Sender, inbox: Path, tmp_path: Path) -> None:
    made = delivery(tmp_path)
    sender.send(delivery(tmp_path, LATER))
    sender.send(made)
    sender.put(f"{FOLDER}/ikke_opfoert.txt", b"not listed")
    for other in (".20200101T000000Z", "20200101", "2020-01-01", "20209901T000000Z"):
        sender.put(f"edh/0751/{other}/leverance.json", b"{}")
    sender.put("edh/0751/20200101T000000Z", b"a file, no folder")
    reads = Reads()
    with sender.open() as place:
        first, second = place.folders("edh", "0751")
        assert (first.udtrukket, second.udtrukket) == (MOMENT, LATER)
        target = fetch_delivery(first, inbox, "edh", "0751", reads)
    assert target == inbox / FOLDER
    expected = files_below(made)
    assert len(expected) == 6
    assert files_below(inbox) == {f"{FOLDER}/{name}": content for name, content in expected.items()}
    assert [found.path for found in find_deliveries(inbox)] == [target]
    assert reads.bytes == {name: len(content) for name, content in expected.items() if name != "leverance.json"}
    # Once more: nothing but leverance.json is looked at.
    again = Reads()
    with sender.open() as place:
        assert fetch_delivery(place.folders("edh", "0751")[0], inbox, "edh", "0751", again) == target
    assert again.bytes == {}


def test_an_incomplete_delivery_is_left(sender: Sender, inbox: Path, tmp_path: Path) -> None:
    sender.send(delivery(tmp_path, complete=False))
    assert fetch(sender, inbox) is None
    assert list(inbox.iterdir()) == []
    with sender.open() as place:
        assert place.folders("ksd", "0751") == []


def test_another_delivery_of_the_same_time_is_refused(sender: Sender, inbox: Path, tmp_path: Path) -> None:
    sender.send(delivery(tmp_path))
    target = fetch(sender, inbox)
    assert target is not None
    before = files_below(target)
    sender.send(delivery(tmp_path, bom=True))
    with pytest.raises(InputError, match="another delivery of the same time"):
        fetch(sender, inbox)
    assert files_below(target) == before


def test_an_extract_is_copied_with_its_folders_and_kept_in_step(sender: Sender, inbox: Path) -> None:
    for name in ("Indices/filer.xml", "Tables/table1/table1.xml", "Dokumenter/hvad?#1%20 æ.tif", "gammel.xml"):
        sender.put(f"{FOLDER}/{name}", f"<{name}/>".encode())
    local = sender.sted.scheme == "file"
    with sender.open() as place:
        folder = only_folder(place)
        path = fetch_extract(folder, inbox, "edh", "0751", Reads())
        assert path == (sender.folder / FOLDER if local else inbox / ".hentet" / FOLDER)
        assert {name: len(content) for name, content in files_below(path).items()} == folder.files()
        assert len(folder.files()) == 4
        sender.remove(f"{FOLDER}/gammel.xml")
        sender.put(f"{FOLDER}/Indices/filer.xml", b"<another/>")
        reads = Reads()
        fetch_extract(folder, inbox, "edh", "0751", reads)
    assert reads.bytes == ({} if local else {"Indices/filer.xml": 10})
    content = files_below(path)
    assert len(content) == 3
    assert content["Indices/filer.xml"] == b"<another/>"
    assert content["Dokumenter/hvad?#1%20 æ.tif"] == "<Dokumenter/hvad?#1%20 æ.tif/>".encode()
    assert find_deliveries(inbox) == []


@pytest.mark.parametrize("name", ["..", "../ud.xml", "a\\b.xml", "a/../../ud.xml", "bell\a.xml", "sag.csv.del"])
def test_a_name_that_would_lead_astray_is_refused(
    name: str,
    s3_server: S3Server,  # noqa: F811
    inbox: Path,
    tmp_path: Path,
) -> None:
    prefix = f"{tmp_path.name}-astray"
    s3_server.put(f"{prefix}/{FOLDER}/leverance.json", b"{}")
    s3_server.put(f"{prefix}/{FOLDER}/{name}", b"<x/>")
    sted = Sted(url=f"s3://{s3_server.bucket}/{prefix}", endepunkt=s3_server.endpoint)
    with open_place(sted, tmp_path, s3_server.credentials) as place:
        folder = only_folder(place)
        for road in (fetch_delivery, fetch_extract):
            with pytest.raises(InputError, match="Rename it where it lies") as caught:
                road(folder, inbox, "edh", "0751", Reads())
            assert name not in str(caught.value).replace(folder.path, "") or name in ("..", "sag.csv.del")
        with pytest.raises(InputError, match="Rename it where it lies"):
            folder.fetch(inbox, [name], Reads())
    assert files_below(tmp_path) == {}


def test_links_of_a_folder_are_not_followed(inbox: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "sag.csv").write_bytes(b"not to be read")
    made = delivery(tmp_path)
    (made / "sag.csv").unlink()
    (made / "sag.csv").symlink_to(secret / "sag.csv")
    (made / "mappe").symlink_to(secret)
    (made.parent / "20200101T000000Z").symlink_to(secret)
    with open_place(Sted(url="made"), tmp_path, None) as place:
        folder = only_folder(place)
        assert folder.udtrukket == MOMENT
        assert {"sag.csv", "mappe/sag.csv"}.isdisjoint(folder.files())
        target = fetch_delivery(folder, inbox, "edh", "0751", Reads())
    assert target is not None
    # That it is not there is for landing to say.
    assert "sag.csv" not in files_below(target)
    (tmp_path / "made" / "ksd").symlink_to(tmp_path / "made" / "edh")
    with (
        open_place(Sted(url="made"), tmp_path, None) as place,
        pytest.raises(InputError, match="links are not followed"),
    ):
        place.folders("ksd", "0751")


def test_a_place_that_is_the_inbox_is_taken_as_it_is(tmp_path: Path) -> None:
    made = delivery(tmp_path)
    before = files_below(tmp_path)
    with open_place(Sted(url=str(tmp_path / "made")), tmp_path, None) as place:
        assert fetch_delivery(only_folder(place), tmp_path / "made", "edh", "0751", Reads()) == made
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("said", [b"{", b'{"version": 1}'])
def test_what_landing_refuses_arrives_as_it_is(said: bytes, inbox: Path, tmp_path: Path) -> None:
    made = delivery(tmp_path, filer={"sag.csv": {"sha256": "0" * 64}})
    (made / "dokument.csv").unlink()
    whole = files_below(made)
    with open_place(Sted(url="made"), tmp_path, None) as place:
        target = fetch_delivery(only_folder(place), inbox, "edh", "0751", Reads())
        assert target is not None
        assert files_below(target) == whole
        (made / "leverance.json").write_bytes(said)
        alone = fetch_delivery(only_folder(place), tmp_path / "second", "edh", "0751", Reads())
        assert alone is not None
        assert files_below(alone) == {"leverance.json": said}


def test_a_server_with_another_key_is_refused(
    sftp_server: SftpServer,  # noqa: F811
    inbox: Path,
    tmp_path: Path,
) -> None:
    login_key = " ".join(sftp_server.key_file.with_suffix(".pub").read_text(encoding="ascii").split()[:2])
    ecdsa = paramiko.ECDSAKey.generate()
    of_another_kind = f"{ecdsa.get_name()} {ecdsa.get_base64()}"
    before = sftp_server.log.read_text().count("Accepted publickey")
    for key in (login_key, of_another_kind):
        sender = sftp_sender(sftp_server, tmp_path, vaertsnoegle=key)
        with pytest.raises(InputError, match="another key than vaertsnoegle"):
            fetch(sender, inbox)
    assert sftp_server.log.read_text().count("Accepted publickey") == before
    assert list(inbox.iterdir()) == []


def test_a_broken_transfer_goes_on_where_it_stopped(
    proxy: CuttingProxy,
    sftp_server: SftpServer,  # noqa: F811
    inbox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "CHUNK_BYTES", PIECE)
    sender = sftp_sender(sftp_server, tmp_path, proxy.port)
    made = large_delivery(tmp_path)
    sender.send(made)
    proxy.limit = len(LARGE) // 8
    with pytest.raises(SourceFailed, match="what was fetched is kept"):
        fetch(sender, inbox)
    # The first attempt and three more, each over a connection of its own.
    assert proxy.connections == 4
    assert find_deliveries(inbox) == []
    assert [path.name for path in inbox.iterdir()] == [".hentes"]
    kept = (inbox / ".hentes" / FOLDER / "fil.csv.del").stat().st_size
    assert len(LARGE) // 4 < kept < len(LARGE) // 2
    proxy.limit, proxy.passed = None, 0
    reads = Reads()
    target = fetch(sender, inbox, reads)
    assert target is not None
    assert files_below(target) == files_below(made)
    assert reads.bytes["fil.csv"] == len(LARGE) - kept
    assert len(LARGE) - kept < proxy.passed < len(LARGE) - kept // 2


@pytest.mark.parametrize("change", ["sent anew", "pieces spoilt"])
def test_pieces_of_two_files_are_not_put_together(
    change: str,
    proxy: CuttingProxy,
    sftp_server: SftpServer,  # noqa: F811
    inbox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "CHUNK_BYTES", PIECE)
    sender = sftp_sender(sftp_server, tmp_path, proxy.port)
    made = large_delivery(tmp_path)
    sender.send(made)
    proxy.limit = len(LARGE) // 8
    with pytest.raises(SourceFailed):
        fetch(sender, inbox)
    part = inbox / ".hentes" / FOLDER / "fil.csv.del"
    assert part.stat().st_size > PIECE
    if change == "sent anew":
        made = large_delivery(tmp_path, LARGE[::-1])
        sender.send(made)
        remote = sender.folder / FOLDER / "fil.csv"
        os.utime(remote, (remote.stat().st_atime, remote.stat().st_mtime + 7))
    else:
        with part.open("r+b") as file:
            file.write(b"spoilt")
    proxy.limit = None
    target = fetch(sender, inbox)
    assert target is not None
    assert files_below(target) == files_below(made)


def test_a_connection_that_breaks_a_few_times_is_made_again(
    proxy: CuttingProxy,
    sftp_server: SftpServer,  # noqa: F811
    inbox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "CHUNK_BYTES", PIECE)
    sender = sftp_sender(sftp_server, tmp_path, proxy.port)
    made = large_delivery(tmp_path)
    sender.send(made)
    proxy.limit = len(LARGE) // 2
    target = fetch(sender, inbox)
    assert target is not None
    assert proxy.connections == 3
    assert files_below(target) == files_below(made)


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CHUNK_BYTES", PIECE)
    made = large_delivery(tmp_path)

    def append(name: str, count: int) -> None:
        with (made / "fil.csv").open("ab") as file:
            file.write(b"x" * PIECE)

    with open_place(Sted(url="made"), tmp_path, None) as place:
        folder = only_folder(place)
        with pytest.raises(SourceFailed, match="changes while it is read"):
            fetch_delivery(folder, inbox, "edh", "0751", append)
        assert find_deliveries(inbox) == []


def test_no_secret_is_told(
    sftp_server: SftpServer,  # noqa: F811
    s3_server: S3Server,  # noqa: F811
    inbox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("PASSPHRASE", CANARY)
    nobody = free_port()
    key = f"{sftp_server.key_file}"
    user = sftp_server.credentials.username
    folder = sftp_server.root

    def sftp(credentials: str, port: int | None = None) -> tuple[Sted, URL]:
        return sftp_sender(sftp_server, tmp_path, port).sted, make_url(credentials)

    def s3(bucket: str, port: str) -> tuple[Sted, URL]:
        sted = Sted(url=f"s3://{bucket}/x", endepunkt=port)
        return sted, make_url(f"s3://MADEKEY:{CANARY}@/?region=eu-north-1")

    attempts: list[tuple[tuple[Sted, URL], type[AfstemError], str]] = [
        (sftp(f"sftp://{user}:{CANARY}@"), InputError, "does not accept the user"),
        (sftp(f"sftp://{user}:{CANARY}@", nobody), SourceFailed, "could not be reached"),
        (sftp(f"sftp://{user}:{CANARY}@elsewhere:22/"), InputError, "two servers"),
        (sftp(f"sftp://{user}:{CANARY}@/?key_file={folder}/none"), InputError, "no private key"),
        (sftp(f"sftp://{user}@/?key_file={key}&passphrase_env=PASSPHRASE"), InputError, "passphrase"),
        (sftp(f"sftp://{user}:{CANARY}@/?keyfile={key}"), InputError, "has an option beside"),
        (sftp(f"ftp://{user}:{CANARY}@/"), InputError, "must begin with sftp"),
        (sftp("sftp:///"), InputError, "must give a user"),
        (s3(s3_server.bucket, f"http://{HOST}:{nobody}"), SourceFailed, "could not be reached"),
        (s3("findes-ikke", s3_server.endpoint), InputError, "bucket"),
    ]
    for (sted, credentials), kind, words in attempts:
        with (
            ExitStack() as stack,
            pytest.raises(kind, match=words) as caught,
        ):
            stack.enter_context(open_place(sted, tmp_path, credentials)).folders("edh", "0751")
        assert CANARY not in str(caught.value)
        assert CANARY not in repr(caught.value)
    # The password was tried, and the server is who says so.
    assert f"Failed password for {user}" in sftp_server.log.read_text()
    assert caplog.records
    assert CANARY not in caplog.text
    assert list(inbox.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(sftp_server: SftpServer, tmp_path: Path) -> None:  # noqa: F811
    remote = sftp_sender(sftp_server, tmp_path)
    missing = remote.sted.model_copy(update={"url": f"{remote.sted.url}/ikke_her"})
    for sted, credentials in ((missing, remote.credentials), (Sted(url="ikke_her"), None)):
        with (
            open_place(sted, tmp_path, credentials) as place,
            pytest.raises(InputError, match="ikke_her is not there"),
        ):
            place.folders("edh", "0751")


def test_a_delivery_is_fetched_by_one_at_a_time(inbox: Path, tmp_path: Path) -> None:
    delivery(tmp_path)

    with open_place(Sted(url="made"), tmp_path, None) as place:
        folder = only_folder(place)
        refused: list[str] = []

        def meanwhile(name: str, count: int) -> None:
            with pytest.raises(SourceFailed, match="by another pull") as caught:
                fetch_delivery(folder, inbox, "edh", "0751", Reads())
            refused.append(str(caught.value))

        target = fetch_delivery(folder, inbox, "edh", "0751", meanwhile)
    assert target is not None
    assert len(refused) == 5
    assert json.loads((target / "leverance.json").read_text(encoding="utf-8"))["version"] == 1
