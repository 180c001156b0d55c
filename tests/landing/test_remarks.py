"""What is landed all the same is told: how many, in which file, and where the first is."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.deliveries import small_delivery, typical, uuid_of
from tests.landing.place import Place, rows, texts

Tables = dict[str, list[dict[str, Any]]]


def remarks(place: Place, tables: Tables, **options: Any) -> list[tuple[Any, ...]]:
    place.deliver(tables, **options)
    outcome = place.land_one()
    assert outcome.status == "landet", outcome
    (snapshot,) = place.lake.snapshots()
    assert list(outcome.bemaerkninger) == snapshot.manifest["bemaerkninger"]
    for remark in outcome.bemaerkninger:
        assert remark["saetning"].startswith(remark["fil"])
    return [(each["art"], each["fil"], each["antal"], each["foerste_linje"]) for each in outcome.bemaerkninger]


def test_nothing_to_remark(place: Place) -> None:
    assert remarks(place, small_delivery()) == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_column_that_the_contract_does_not_know(place: Place, form: str) -> None:
    tables = small_delivery()
    tables["sag"][1] |= {"kassationskode": "B", "note": "6101801234"}
    assert remarks(place, tables, form=form) == [("ukendt_kolonne", f"sag.{form}", 2, 1)]
    assert all(b"6101801234" not in content for content in place.bytes_of_lake().values())


def test_a_column_that_may_be_null_and_was_not_sent(place: Place) -> None:
    tables = small_delivery()
    header = [name for name in tables["dokument"][0] if name != "dokumentnummer"]
    assert remarks(place, tables, kolonner={"dokument": [*header, "brevdato"]}) == [
        ("kolonne_mangler", "dokument.csv", 1, 1)
    ]
    (snapshot,) = place.lake.snapshots()
    assert rows(snapshot, "dokument", "dokumentnummer") == [(None,), (None,)]


def test_a_file_that_is_not_listed(place: Place) -> None:
    folder = place.deliver(leverance={"kontakt": ["ring 610180-1234"]}, kontroltal={"6101801234": 1})
    folder.joinpath("til 6101801234.txt").write_text("6101801234", encoding="utf-8")
    outcome = place.land_one()
    (remark,) = outcome.bemaerkninger
    assert (outcome.status, remark["art"], remark["antal"], remark["foerste_linje"]) == (
        "landet",
        "fil_ikke_opfoert",
        1,
        None,
    )
    for content in place.bytes_of_lake().values():
        assert b"6101801234" not in content
        assert b"610180-1234" not in content


def test_references_that_lead_nowhere(place: Place) -> None:
    tables = small_delivery()
    nowhere = uuid_of("sag", 99)
    tables["journalnotat"].append(typical("journalnotat", notat_id="N5", sag_uuid=nowhere))
    tables["dokument"].append(typical("dokument", dokument_uuid=uuid_of("dokument", 7)))
    tables["fil"].append(typical("fil", dokument_uuid=uuid_of("dokument", 98)))
    tables["dokument_sag"] += [
        typical("dokument_sag", dokument_uuid=uuid_of("dokument", 0), sag_uuid=nowhere),
        typical("dokument_sag", dokument_uuid=uuid_of("dokument", 98), sag_uuid=uuid_of("sag", 0)),
    ]
    assert remarks(place, tables) == [
        ("loest_dokument", "dokument.csv", 1, 4),
        ("haengende_dokument_sag", "dokument_sag.csv", 2, 4),
        ("haengende_fil", "fil.csv", 1, 4),
        ("notat_paa_ukendt_sag", "journalnotat.csv", 1, 7),
    ]
    (snapshot,) = place.lake.snapshots()
    assert [snapshot.rows(entity) for entity in tables] == [len(delivered) for delivered in tables.values()]


def test_what_was_not_delivered_leaves_nothing_hanging(place: Place) -> None:
    tables = small_delivery()
    assert remarks(place, {"journalnotat": tables["journalnotat"], "fil": tables["fil"]}) == []


def test_a_local_time_that_comes_twice_is_the_first(place: Place) -> None:
    tables = small_delivery()
    tables["sag"][1] |= {"oprettet": "2018-10-28T02:30:00", "aendret": "2018-10-28T02:59:59.5"}
    tables["sag"][2] |= {"oprettet": "2018-10-28T03:00:00", "aendret": "2018-07-01T12:00:00"}
    assert remarks(place, tables) == [("flertydig_lokaltid", "sag.csv", 2, 3)]
    (snapshot,) = place.lake.snapshots()
    assert rows(snapshot, "sag", "oprettet, aendret")[1:] == [
        ("2018-10-28 00:30:00+00", "2018-10-28 00:59:59.5+00"),
        ("2018-10-28 02:00:00+00", "2018-07-01 10:00:00+00"),
    ]


def test_a_correction_of_a_column_that_is_none(place: Place) -> None:
    case = small_delivery()["sag"][0]["sag_uuid"]
    corrections = [
        typical("berigtigelse", anmodning_id=f"A{number}", sag_uuid=case, objekt_id=case, felt=felt)
        for number, felt in enumerate(("titel", "part_cpr", "Titel"))
    ]
    assert remarks(place, {"berigtigelse": corrections}) == [("ukendt_felt", "berigtigelse.csv", 1, 4)]


def test_a_personal_number_in_free_text_never_reaches_the_lake(place: Place) -> None:
    tables = small_delivery()
    tables["sag"][0]["titel"] = "Om 6101801234"
    tables["sag"][1]["ansvarlig_enhed"] = "Enhed 610180-1234, 620180 1234"
    notes = tables["journalnotat"]
    notes[0]["tekst"] = "Ringede: 610180-1234.\nIkke 12345678901 eller 123456-1234"
    notes[1] |= {"tekst": "<p>610180-<b>1234</b></p>\n<p>Bl&aring;</p>", "format": "html"}
    notes[2]["tekst"] = "610180\u00a01234 kom  i dag"
    notes[3] |= {"tekst": r"{\rtf1 6101801\'3234 og\par mere}", "format": "rtf"}
    tables["fil"][0]["filnavn"] = "attest6101801234.pdf"
    assert remarks(place, tables) == [
        ("maskeret_cpr", "fil.csv", 1, 2),
        ("maskeret_cpr", "journalnotat.csv", 4, 2),
        ("maskeret_cpr", "sag.csv", 3, 2),
    ]
    (snapshot,) = place.lake.snapshots()
    ((part,),) = rows(snapshot, "sag", "part_id")[:1]
    assert part is not None
    mark = part.replace("-", "")[:16]
    assert rows(snapshot, "sag", "titel")[0] == (f"Om [cpr:{mark}]",)
    (unit,) = rows(snapshot, "sag", "ansvarlig_enhed")[1]
    assert unit is not None
    assert unit.startswith(f"Enhed [cpr-:{mark}], [cpr :")
    assert mark not in unit.rpartition("[")[2]
    assert rows(snapshot, "fil", "filnavn")[0] == (f"attest[cpr:{mark}].pdf",)
    assert texts(snapshot) == [
        f"Ringede: [cpr-:{mark}].\nIkke 12345678901 eller 123456-1234",
        f"[cpr-:{mark}]<br>Blå",
        f"[cpr :{mark}] kom i dag",
        rf"[cpr:{mark}] og\line mere",
    ]
    for content in place.bytes_of_lake().values():
        assert b"6101801234" not in content
        assert b"610180-1234" not in content


def test_a_personal_number_that_is_an_id_never_reaches_the_lake(place: Place) -> None:
    tables = small_delivery()
    number, written = "6101801234", "610180-1234"
    tables["sag"][0]["sagsnummer"] = written
    tables["journalnotat"][0]["notat_id"] = number
    tables["dokument"][0] |= {"dokumentnummer": number, "dokumenttype": written, "fremdrift": number}
    tables["fil"][0] |= {"variant": number, "mimetype": written}
    arts = {(art, fil): antal for art, fil, antal, _ in remarks(place, tables)}
    assert arts["maskeret_cpr", "sag.csv"] == 1
    assert arts["maskeret_cpr", "journalnotat.csv"] == 1
    assert arts["maskeret_cpr", "dokument.csv"] == 3
    assert arts["maskeret_cpr", "fil.csv"] == 2
    (snapshot,) = place.lake.snapshots()
    told = [str(rows(snapshot, entity)) for entity in ("sag", "journalnotat", "dokument", "fil")]
    assert all(number not in each and written not in each and "[cpr" in each for each in told)


def test_a_personal_number_beside_the_contract_never_reaches_the_lake(place: Place) -> None:
    folder = place.deliver()
    manifest = json.loads((folder / "leverance.json").read_text(encoding="utf-8"))
    manifest |= {"kontakt": 6101801234, "noter": ["cpr6101801234", {"610180-1234": "x"}]}
    (folder / "leverance.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "brev6101801234x.pdf").write_bytes(b"")
    outcome = place.land_one()
    assert outcome.status == "landet"
    assert "6101801234" not in str(outcome)
    assert all(b"6101801234" not in content for content in place.bytes_of_lake().values())
    assert all(b"610180-1234" not in content for content in place.bytes_of_lake().values())


def test_a_file_whose_name_is_not_utf_8_is_told_and_stops_nothing(place: Place) -> None:
    folder = place.deliver()
    folder.joinpath(os.fsdecode(b"bilag_\xe6.pdf")).touch()
    (remark,) = place.land_one().bemaerkninger
    assert remark["art"] == "fil_ikke_opfoert"
    assert remark["fil"] == "bilag_\\xe6.pdf"


def test_the_same_number_is_masked_alike_whatever_the_format(place: Place) -> None:
    tables = small_delivery()
    tables["journalnotat"] = [
        typical("journalnotat", notat_id=str(number), sag_uuid=uuid_of("sag", 0), tekst=text, format=form)
        for number, (text, form) in enumerate(
            [
                ("Om 610180-1234", "text"),
                ("Om \t610180-1234 ", "text"),
                ("<p>Om 61<i>0180</i>&#45;1234", "html"),
                (r"{\rtf1 Om 610180\_1234}", "rtf"),
            ]
        )
    ]
    place.deliver(tables)
    prints = rows(place.landed(), "journalnotat", "tekstaftryk")
    assert len(prints) == 4
    assert len(set(prints)) == 1
