"""Pulling: whatever a system's snapshot lives in, what is landed is the same, and nothing half-done shows."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import UsageError
from pipelines.estate import load_estate
from pipelines.landing import Outcome, land
from pipelines.landing.pull import pull
from tests.sources.demo_estate import KEY, Demo, demo, place_of, write_estate
from tests.sources.file_servers import S3Server, SftpServer, s3_server, sftp_server

__all__ = ["demo", "s3_server", "sftp_server"]


def pulled(estate: Path, **options: object) -> list[Outcome]:
    return pull(load_estate(estate), KEY, **options)  # type: ignore[arg-type]


def everything(lake: Path) -> dict[str, bytes]:
    """Every file of the snapshots and texts, manifests too."""
    return {
        str(path.relative_to(lake)): path.read_bytes()
        for folder in ("snapshots", "tekster")
        for path in sorted((lake / folder).rglob("*"))
        if path.is_file()
    }


def statuses(outcomes: list[Outcome]) -> list[str]:
    assert all(
        (outcome.error is None) == (outcome.status in ("landet", "kendt", "ufuldstaendig")) for outcome in outcomes
    )
    return [outcome.status for outcome in outcomes]


@pytest.fixture(scope="module")
def landed(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The lake of the deliveries, landed from the inbox that they were put into."""
    folder = tmp_path_factory.mktemp("landed")
    estate = write_estate(folder, "  {}\n")
    demo.copy_to(folder / "inbox")
    assert set(statuses(land(load_estate(estate), KEY))) == {"landet"}
    return everything(folder / "lake")


@pytest.fixture
def sent(demo: Demo, tmp_path: Path) -> Path:
    """One delivery of KMD Sag in a place of its own, with an estate that pulls it; its ``leverance.json``."""
    place = place_of(demo.first("kmd_sag"))
    shutil.copytree(demo.inbox / place, tmp_path / "sent" / place)
    write_estate(tmp_path, "  kmd_sag: {art: leverance, sted: {url: sent}}\n")
    return tmp_path / "sent" / place / "leverance.json"


def test_deliveries_from_a_folder_are_what_they_are_in_the_inbox(
    demo: Demo, landed: dict[str, bytes], tmp_path: Path
) -> None:
    systems = ("kmd_sag", "edh", "ksd", "ky", "indeks")
    kilder = "".join(f"  {system}: {{art: leverance, sted: {{url: {demo.inbox}}}}}\n" for system in systems)
    estate = write_estate(tmp_path, kilder)
    outcomes = pulled(estate)
    assert set(statuses(outcomes)) == {"landet"}
    lake = everything(tmp_path / "lake")
    assert lake == {path: content for path, content in landed.items() if path in lake}
    assert len({path.split("/")[1] for path in lake}) == len(systems)
    again = pulled(estate)
    assert set(statuses(again)) == {"kendt"}
    assert [outcome.delivery for outcome in again] == [outcome.delivery for outcome in outcomes]
    assert everything(tmp_path / "lake") == lake


def test_deliveries_from_an_sftp_server(
    demo: Demo,
    landed: dict[str, bytes],
    sftp_server: SftpServer,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = tmp_path_factory.mktemp("sftp")
    demo.copy_to(root)
    monkeypatch.setenv("KMD_SFTP", sftp_server.credentials.render_as_string(hide_password=False))
    place = (
        f"{{url: '{sftp_server.url(root)}', forbindelse: {{miljoe: KMD_SFTP}}, vaertsnoegle: '{sftp_server.host_key}'}}"
    )
    estate = write_estate(tmp_path, f"  edh: {{art: leverance, sted: {place}}}\n")
    assert set(statuses(pulled(estate))) == {"landet"}
    lake = everything(tmp_path / "lake")
    assert lake == {path: content for path, content in landed.items() if "system=edh" in path}


def test_deliveries_and_an_extract_from_an_s3_store(
    demo: Demo, landed: dict[str, bytes], s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in demo.inbox.glob("ksd/*/*/*"):
        s3_server.put(f"pulled/{path.relative_to(demo.inbox)}", path.read_bytes())
    monkeypatch.setenv("LAKE_STORE", s3_server.credentials.render_as_string(hide_password=False))
    place = (
        f"{{url: 's3://{s3_server.bucket}/pulled', forbindelse: {{miljoe: LAKE_STORE}}, "
        f"endepunkt: '{s3_server.endpoint}'}}"
    )
    estate = write_estate(tmp_path, f"  ksd: {{art: leverance, sted: {place}}}\n")
    assert set(statuses(pulled(estate))) == {"landet"}
    lake = everything(tmp_path / "lake")
    assert lake == {path: content for path, content in landed.items() if "system=ksd" in path and path in lake}
    assert set(statuses(pulled(estate))) == {"kendt"}


def test_an_address_by_file_and_by_airflow_and_by_nothing(demo: Demo, tmp_path: Path) -> None:
    """In a process of its own: Airflow sets up logging and warnings for all that runs beside it."""
    (tmp_path / "address").write_text("postgresql://afstem:canary@127.0.0.1:1/edh\n")
    airflow = '{"conn_type": "postgres", "login": "afstem", "password": "canary", "host": "127.0.0.1", "port": 1}'
    environment = {**os.environ, "AIRFLOW_CONN_EDH": airflow, "AIRFLOW_HOME": str(tmp_path), "AFSTEM_KEY": KEY.decode()}
    said = {}
    for named in ("fil: address", "airflow: edh", "airflow: nothing", "miljoe: NOTHING_SET", "fil: nothing"):
        source = "entiteter: {sag: {sql: 'SELECT 1 WHERE 1 = :kommunekode'}}"
        kilder = f"  edh: {{art: postgresql, forbindelse: {{{named}}}, {source}}}\n"
        estate = write_estate(tmp_path, kilder)
        command = [str(Path(sys.executable).with_name("afstem")), "pull", "--estate", str(estate)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert "canary" not in done.stdout + done.stderr
        said[named] = (done.returncode, done.stderr)
    assert [code for code, _ in said.values()] == [3, 3, 3, 2, 2]
    assert "Airflow gives no connection nothing" in said["airflow: nothing"][1]
    assert "Set the environment variable NOTHING_SET" in said["miljoe: NOTHING_SET"][1]
    assert "readable: the estate takes an address from it" in said["fil: nothing"][1]


def test_one_system_and_one_kommune_of_all(demo: Demo, tmp_path: Path) -> None:
    kilder = "".join(f"  {system}: {{art: leverance, sted: {{url: {demo.inbox}}}}}\n" for system in ("edh", "ky"))
    estate = write_estate(tmp_path, kilder, ["0420", "0751"])
    (nothing,) = pulled(estate, systems=["edh"], kommuner=["0751"])
    assert (nothing.delivery, nothing.status) == ("edh/0751", "tom")
    assert {outcome.delivery[:7] for outcome in pulled(estate, systems=["ky"], kommuner=["0420"])} == {"ky/0420"}
    with pytest.raises(UsageError, match="The estate has no source for ksd; it has edh, ky"):
        pulled(estate, systems=["ksd"])
    with pytest.raises(UsageError, match="nothing to pull"):
        pulled(estate, kommuner=["0101"])


def test_a_delivery_that_changed_where_it_lies_is_refused_and_the_lake_stays(sent: Path, tmp_path: Path) -> None:
    estate = tmp_path / "estate.yaml"
    assert statuses(pulled(estate)) == ["landet"]
    lake = everything(tmp_path / "lake")
    sent.write_bytes(sent.read_bytes() + b"\n")
    (outcome,) = pulled(estate)
    assert (outcome.status, outcome.snapshot) == ("afvist", None)
    assert "Have a new extract made under its own time" in str(outcome.error)
    assert everything(tmp_path / "lake") == lake


def test_what_is_not_complete_is_left_for_the_next_time(sent: Path, tmp_path: Path) -> None:
    estate = tmp_path / "estate.yaml"
    content = sent.read_bytes()
    sent.unlink()
    assert statuses(pulled(estate)) == ["ufuldstaendig"]
    assert everything(tmp_path / "lake") == {}
    sent.write_bytes(content)
    assert statuses(pulled(estate)) == ["landet"]


def test_a_source_that_is_wrong_stops_no_other(demo: Demo, tmp_path: Path) -> None:
    kilder = (
        "  kmd_sag: {art: leverance, sted: {url: nowhere}}\n"
        "  edh: {art: excel, sted: {url: .}, entiteter: {sag: {sql: FROM sag}}}\n"
        f"  ky: {{art: leverance, sted: {{url: {demo.inbox}}}}}\n"
    )
    estate = write_estate(tmp_path, kilder)
    outcomes = pulled(estate)
    assert [outcome.status for outcome in outcomes if outcome.delivery.startswith("kmd_sag")] == ["afvist"]
    assert {outcome.status for outcome in outcomes if outcome.delivery.startswith("ky")} == {"landet"}
