"""What comes in right is landed, the same whatever form it came in, and only once."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from pipelines.contract import ENTITIES
from pipelines.contract.text import normalise_text
from pipelines.errors import LakeDamaged, UsageError
from pipelines.lake import Lake
from pipelines.landing import land
from tests.deliveries import small_delivery, typical, uuid_of, write_delivery
from tests.landing.place import EXTRACTED, KEY, SNAPSHOT, Place, rows, texts

FORMS: list[dict[str, Any]] = [
    {"form": "csv"},
    {"form": "csv", "bom": True},
    {"form": "csv", "linjeskift": "\n"},
    {"form": "csv", "tegnsaet": "iso-8859-1"},
    {"form": "csv", "tegnsaet": "cp1252", "skilletegn": ","},
    {"form": "parquet"},
]


def test_every_entity_lands_with_its_declared_schema(place: Place) -> None:
    case, document = uuid_of("sag", 1), uuid_of("dokument", 1)
    keys = {"sag_uuid": case, "dokument_uuid": document, "notat_id": "N1", "sagsnummer": "S1"}
    keys |= {"ny_sag_uuid": case, "edh_sag_uuid": case, "anmodning_id": "A1", "objekt_id": case}
    keys |= {"gammel_id": case, "ny_id": case}
    landed = set()
    for system in ("edh", "ky", "indeks", "esdh"):
        tables = {}
        for entity in ENTITIES.values():
            if system in entity.systems:
                names = [column.name for column in entity.columns]
                row = typical(entity.name, **{name: value for name, value in keys.items() if name in names})
                if system == "ky":
                    row.pop("fagsystem", None)
                tables[entity.name] = [row]
        place.deliver(tables, system=system)
    assert [outcome.status for outcome in place.land()] == ["landet"] * 4
    for snapshot in place.lake.snapshots():
        place.lake.verify(snapshot)
        for entry in snapshot.manifest["filer"]:
            path = snapshot.path(entry["entitet"])
            assert path is not None
            assert pq.read_schema(path).equals(ENTITIES[entry["entitet"]].schema)
            landed.add(entry["entitet"])
    assert landed == set(ENTITIES)


@pytest.mark.parametrize("form", FORMS)
def test_the_form_does_not_change_what_is_landed(place: Place, form: dict[str, Any]) -> None:
    place.deliver(udtrukket=EXTRACTED)
    place.deliver(udtrukket=EXTRACTED + timedelta(hours=1), **form)
    assert [outcome.status for outcome in place.land()] == ["landet", "landet"]
    plain, other = place.lake.snapshots()
    for entity, delivered in small_delivery().items():
        assert len(rows(plain, entity)) == len(delivered)
        assert rows(plain, entity) == rows(other, entity)
    assert texts(plain) == texts(other)
    assert 'To linjer:\n"ja", sagde hun; æøå' in texts(plain)


def test_arrow_types_land_as_text_does(place: Place) -> None:
    folder = place.deliver(form="parquet")
    path = folder / "dokument.parquet"
    typed = pq.read_table(path)
    moments = (
        pa.array(["2019-02-03T11:00:00Z"] * 2).cast(pa.timestamp("ns", "UTC")).cast(pa.timestamp("ns", "Europe/Paris"))
    )
    columns = {
        "dokument_uuid": pa.array([UUID(value.as_py()) for value in typed["dokument_uuid"]], pa.uuid()),
        "registreret": moments,
        "brevdato": pa.array(["2019-02-01", None]).cast(pa.date32()),
        "dokumenttype": typed["dokumenttype"].dictionary_encode(),
    }
    for name, column in columns.items():
        typed = typed.set_column(typed.schema.get_field_index(name), name, column)
    pq.write_table(typed, path)
    said = json.loads((folder / "leverance.json").read_text())
    for entry in said["filer"]:
        if entry["entitet"] == "dokument":
            content = path.read_bytes()
            entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "leverance.json").write_text(json.dumps(said))
    snapshot = place.landed()
    assert rows(snapshot, "dokument", "dokument_uuid, registreret, brevdato, dokumenttype") == [
        (uuid_of("dokument", 0), "2019-02-03 11:00:00+00", "2019-02-01", "Indgående"),
        (uuid_of("dokument", 1), "2019-02-03 11:00:00+00", None, "Indgående"),
    ]


def test_a_delivery_is_landed_once(place: Place) -> None:
    place.deliver()
    assert place.land_one().status == "landet"
    before = place.bytes_of_lake()
    assert place.land_one().status == "kendt"
    assert place.bytes_of_lake() == before != {}


def test_two_lakes_get_the_same_bytes(place: Place, tmp_path_factory: pytest.TempPathFactory) -> None:
    place.deliver()
    first = place.landed()
    before = place.bytes_of_lake()
    for path in (first.folder, first.text_folder):
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    place.landed()
    assert place.bytes_of_lake() == before


def test_another_delivery_at_the_same_place_is_refused(place: Place) -> None:
    place.deliver()
    place.landed()
    before = place.bytes_of_lake()
    changed = small_delivery()
    changed["sag"][0]["titel"] = "En anden titel"
    place.deliver(changed)
    outcome = place.land_one()
    assert outcome.status == "afvist"
    assert "never changed" in str(outcome.error)
    assert place.bytes_of_lake() == before


def test_a_known_delivery_whose_file_changed_is_refused(place: Place) -> None:
    folder = place.deliver()
    place.landed()
    path = folder / "sag.csv"
    path.write_bytes(path.read_bytes().replace(b"Sygedagpenge", b"SYGEDAGPENGE"))
    outcome = place.land_one()
    assert outcome.error is not None
    assert (outcome.error.file, outcome.status) == ("sag.csv", "afvist")


def test_an_incomplete_delivery_is_left_alone(place: Place) -> None:
    folder = place.deliver(complete=False)
    outcome = place.land_one()
    assert (outcome.status, outcome.snapshot) == ("ufuldstaendig", None)
    assert place.bytes_of_lake() == {}
    assert (folder / "sag.csv").exists()


def test_a_kommune_that_is_not_in_the_estate_is_landed(place: Place) -> None:
    place.deliver(kommunekode="0101")
    assert place.landed().kommunekode == "0101"


def test_the_manifest_tells_what_was_landed_from_what(place: Place) -> None:
    folder = place.deliver(kontroltal={"sager": 3, "journalnotater": 4, "adviser": 7})
    snapshot = place.landed()
    manifest = snapshot.manifest
    assert snapshot.id == SNAPSHOT
    assert manifest["leverance_sha256"] == hashlib.sha256((folder / "leverance.json").read_bytes()).hexdigest()
    assert manifest["leverance"] == json.loads((folder / "leverance.json").read_text())
    assert manifest["kontroltal"] == {
        "sager": {"sendt": 3, "landet": 3},
        "journalnotater": {"sendt": 4, "landet": 4},
    }
    assert manifest["andre_kontroltal"] == {"adviser": 7}
    assert manifest["bemaerkninger"] == []
    assert [(entry["entitet"], entry["sendt"], entry["raekker"]) for entry in manifest["filer"]] == [
        (entity, len(delivered), len(delivered)) for entity, delivered in small_delivery().items()
    ]


def test_the_lines_are_those_of_the_file(place: Place) -> None:
    place.deliver()
    assert rows(place.landed(), "journalnotat", "notat_id, linje") == [
        ("N1", "2"),
        ("N2", "3"),
        ("N3", "5"),
        ("N4", "6"),
    ]


def test_a_citizen_has_one_pseudonym_and_no_number_in_the_lake(place: Place) -> None:
    tables = small_delivery()
    tables["sag"][2]["part_cpr"] = "6201801234"
    place.deliver(tables)
    snapshot = place.landed()
    expected = [
        str(UUID(bytes=hmac.digest(KEY, number, "sha256")[:16]))
        for number in (b"6101801234", b"6101801234", b"6201801234")
    ]
    assert rows(snapshot, "sag", "part_id") == [(part,) for part in expected]
    for content in place.bytes_of_lake().values():
        assert b"6101801234" not in content


def test_fingerprints_are_those_of_the_specification(place: Place) -> None:
    tables = {"sag": small_delivery()["sag"], "journalnotat": small_delivery()["journalnotat"]}
    tables["journalnotat"][0] |= {"oprettet": "2019-02-02T11:15:30.9+01:00", "titel": "  Sam\ttale ", "forfatter": "Å"}
    place.deliver(tables)
    snapshot = place.landed()
    found = rows(snapshot, "journalnotat", "tekstaftryk, fingeraftryk, tekst_bytes, er_stub")
    for row, note in zip(found, tables["journalnotat"], strict=True):
        text = normalise_text(note["tekst"], note["format"])
        title = "\x1e" if note["titel"] is None else " ".join(note["titel"].split())
        whole = "\x1f".join(["2019-02-02T10:15:30Z", note["forfatter"], title, text])
        prints = [str(UUID(hashlib.sha256(part.encode()).hexdigest()[:32])) for part in (text, whole)]
        assert row == (*prints, str(len(note["tekst"].encode())), "false")


def test_a_stub_is_known_by_its_first_words(place: Place) -> None:
    tables = small_delivery()
    stub = "Dette Journalnotat er for stort til at blive sendt til Sags- og Dokumentindekset"
    tables["journalnotat"][3] |= {"tekst": f"<p>{stub}.</p>"}
    place.deliver(tables)
    assert [row[0] for row in rows(place.landed(), "journalnotat", "er_stub")] == ["false", "false", "false", "true"]


def test_texts_are_encrypted_when_a_key_is_given(place: Place) -> None:
    place.deliver()
    text_key = bytes(range(32))
    snapshot = place.landed(text_key=text_key)
    path = snapshot.text_path("journalnotat")
    assert path is not None
    stored = pq.ParquetFile(path).read().to_pylist()
    delivered = [note["tekst"] for note in small_delivery()["journalnotat"]]
    cipher = AESSIV(text_key)
    opened = [
        cipher.decrypt(note["tekst"], [note["notat_id"].encode(), note["sag_uuid"].bytes]).decode() for note in stored
    ]
    assert opened == delivered
    assert b"Borgeren ringede" not in path.read_bytes()
    assert snapshot.manifest["tekster"][0]["noegle"] is not None


def test_a_lake_has_one_key(place: Place) -> None:
    place.deliver()
    place.landed()
    with pytest.raises(UsageError, match="under another key"):
        land(place.estate, b"another key that is long enough")


def test_a_lake_has_one_text_key(place: Place) -> None:
    place.deliver()
    place.landed(text_key=bytes(64))
    for other in (None, bytes(range(64))):
        with pytest.raises(UsageError, match="under another text key"):
            place.land(text_key=other)


def test_progress_ends_when_all_is_read(place: Place) -> None:
    place.deliver()
    place.deliver(udtrukket=EXTRACTED + timedelta(days=1), form="parquet")
    told: list[tuple[str, int, int]] = []
    place.land(progress=lambda what, done, total: told.append((what, done, total)))
    assert {what.rpartition("/")[0] for what, _, _ in told} == {SNAPSHOT, "edh/0751/20200523T210000Z"}
    assert all(0 <= done <= total for _, done, total in told)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_damaged_snapshot_is_noticed(place: Place) -> None:
    place.deliver()
    snapshot = place.landed()
    place.lake.verify(snapshot)
    path = snapshot.path("sag")
    assert path is not None
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LakeDamaged, match=r"sag\.parquet"):
        place.lake.verify(snapshot)
    path.unlink()
    with pytest.raises(LakeDamaged, match=r"sag\.parquet"):
        place.lake.verify(snapshot)


def test_snapshots_are_listed_in_order(place: Place) -> None:
    for kommunekode in ("0751", "0101"):
        for hours in (1, 0):
            place.deliver(kommunekode=kommunekode, udtrukket=EXTRACTED + timedelta(hours=hours))
    place.land()
    lake = Lake(place.estate.lake)
    assert [snapshot.id for snapshot in lake.snapshots()] == [
        f"edh/{kommunekode}/20200522T2{hour}0000Z" for kommunekode in ("0101", "0751") for hour in (1, 2)
    ]
    assert len(lake.snapshots(kommunekode="0101")) == len(lake.snapshots(system="edh")) / 2 == 2
    with pytest.raises(LakeDamaged, match="holds no snapshot"):
        lake.snapshot("edh/0751/20300101T000000Z")


def test_empty_files_land_as_nothing(place: Place) -> None:
    write_delivery(place.inbox, "edh", "0751", EXTRACTED, {entity: [] for entity in small_delivery()})
    assert rows(place.landed(), "sag") == []
