"""Pulling: whatever a system's snapshot lives in, what is landed is the same, and nothing half-done shows."""

import shutil
from pathlib import Path

import pytest

from pipelines.errors import UsageError
from pipelines.estate import load_estate
from pipelines.landing import Outcome, land
from pipelines.landing.pull import pull
from tests.sources.demo_estate import KEY, Demo, demo, place_of, write_estate

__all__ = ["demo"]


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
