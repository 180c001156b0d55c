"""Answers of Sags- og Dokumentindekset: read into exact rows, mapped to the contract, or refused with their file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.contract import ENTITIES
from pipelines.sources.block import RecordMistake
from pipelines.sources.native import Extract, ExtractFile, SourceRemark
from pipelines.sources.sf1470 import open_extract
from tests.sources.sf1470_made import (
    HISTORY,
    UNKNOWN_ROLE,
    V1_2,
    answer,
    dokument,
    journalpost,
    relation,
    sag,
    sag_registration,
    total,
    uuid,
    write,
)

STUB = (
    "Dette Journalnotat er for stort til at blive sendt til Sags- og Dokumentindekset, "
    "se dette Journalnotat i KMD Sag EDH"
)
NOTE = journalpost("URN:Empty", note=("Samtale", "Ringet op\r\nÆrede borger".encode(), "Text"))


def rows(extract: Extract, table: str) -> list[dict[str, Any]]:
    native = extract.tables[table]
    read = pa.Table.from_batches(native.read(lambda _: None), native.schema)
    return [dict(row) for row in read.to_pylist()]


def mapped(extract: Extract, entity: str, sql: str | None = None) -> list[tuple[Any, ...]]:
    """What a mapping makes of the extract, in the contract's order of columns, and the line."""
    session = duckdb.connect()
    for name, native in extract.tables.items():
        session.register(name, pa.Table.from_batches(native.read(lambda _: None), native.schema))
    found = session.sql(sql or extract.mapping[entity])
    assert set(found.columns) == {*(column.name for column in ENTITIES[entity].columns), "linje"}
    columns = ", ".join([*(column.name for column in ENTITIES[entity].columns), "linje"])
    return session.sql(f"SELECT {columns} FROM found ORDER BY linje").fetchall()


def read_all(folder: Path) -> Extract:
    extract = open_extract(folder)
    for table in extract.tables:
        rows(extract, table)
    return extract


def refused(folder: Path, reason: str, file: str | None = "svar.xml", line: int | None = None) -> None:
    with pytest.raises(RecordMistake, match=re.escape(reason)) as caught:
        read_all(folder)
    assert (caught.value.file, caught.value.line) == (file, line)


def test_version_6_is_read_into_its_tables(tmp_path: Path) -> None:
    posts = [
        NOTE,
        journalpost(uuid(7), role="urn:oio:rolle:Tilakteret", indeks="2", dokumenttitel="Attest & bilag"),
        journalpost("urn:empty", indeks="3", note=("Rig tekst", b"{\\rtf1 x}", uuid(55))),
        journalpost(uuid(8), indeks="4"),
    ]
    write(tmp_path, svar=answer(dokument(7), sag(1, titel="Løn & <dagpenge>", journalposts=posts)))
    extract = open_extract(tmp_path)
    assert rows(extract, "sag") == [
        {
            "sag_uuid": uuid(1),
            "registreret": "2020-05-22T20:59:00.000+02:00",
            "sts_tidspunkt": "2020-05-22T21:00:05.000+02:00",
            "livscyklus": "Importeret",
            "brugervendt_noegle": "2019-1",
            "sagsnummer": "2019-1",
            "titel": "Løn & <dagpenge>",
            "fremdrift": "Afgjort",
            "fremdrift_fra": "2019-08-05T00:00:00.000+02:00",
            "master": "edh",
            "afsender": "urn:oio:it-system:afsender",
            "antal_journalnotater": "2",
            "part": "urn:oio:cpr-nr:6101701234",
            "kle_emne": "32.24.04",
            "kle_facet": "G01",
            "linje": 2,
        }
    ]
    assert rows(extract, "tilstand") == [
        {"sag_uuid": uuid(1), "fremdrift": code, "fra": since, "til": until, "linje": 2}
        for code, since, until in HISTORY
    ]
    shared = {"sag_uuid": uuid(1), "virkning_fra": "2019-05-12T00:00:00.000+02:00", "linje": 2}
    empty = dict.fromkeys(("dokumenttitel", "notattitel", "notat", "notatformat", "er_stub"))
    assert rows(extract, "journalpost") == [
        empty
        | shared
        | {"rolle": "Journalnotat", "indeks": "1", "reference": "URN:Empty", "er_stub": "false"}
        | {"notattitel": "Samtale", "notat": "Ringet op\r\nÆrede borger", "notatformat": "Text"},
        empty
        | shared
        | {"rolle": "Tilakteret", "indeks": "2", "reference": uuid(7), "dokumenttitel": "Attest & bilag"},
        empty
        | shared
        | {"rolle": "Journalnotat", "indeks": "3", "reference": "urn:empty", "er_stub": "false"}
        | {"notattitel": "Rig tekst", "notatformat": uuid(55)},
        empty | shared | {"rolle": UNKNOWN_ROLE, "indeks": "4", "reference": uuid(8)},
    ]
    assert rows(extract, "dokument") == [
        {
            "dokument_uuid": uuid(7),
            "registreret": "2019-06-01T08:00:00.000+02:00",
            "sts_tidspunkt": "2020-05-22T21:00:05.000+02:00",
            "titel": "Lægeattest",
            "dokumenttype": "Brev, indgaaende",
            "brevdato": "2019-05-30",
            "master": "edh",
            "afsender": None,
            "linje": 1,
        }
    ]
    assert extract.remarks() == ()


def test_version_1_2_in_a_soap_envelope_keeps_the_states_that_version_6_lacks(tmp_path: Path) -> None:
    history = [*HISTORY[:2], ("Udfoert", "2019-08-05T00:00:00.000+02:00", None)]
    inner = answer(sag(1, states=history), version=V1_2).partition("?>")[2]
    header = "<s:Header><id>4711</id></s:Header>"
    svar = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">{header}<s:Body>{inner}</s:Body></s:Envelope>'
    )
    extract = open_extract(write(tmp_path, svar=svar))
    assert [(row["sag_uuid"], row["fremdrift"]) for row in rows(extract, "sag")] == [(uuid(1), "Udfoert")]
    assert extract.remarks() == ()


def test_the_default_mapping_gives_the_contract_rows_with_lines_through_all_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        b=answer(sag(3), totals={"sager": 1, "journalnotater": 0}, index="SagIndeks", version=V1_2),
        a=answer(
            sag(1, journalposts=[NOTE]),
            dokument(2, master="ky"),
            totals={"sager": 1, "dokumenter": 1, "journalnotater": 1},
        ),
    )
    extract = open_extract(tmp_path)
    assert extract.kontroltal == {"sager": 2, "dokumenter": 1, "journalnotater": 1}
    sts = "2020-05-22T21:00:05.000+02:00"
    assert mapped(extract, "indeks_sag") == [
        (uuid(1), "2019-1", "Afgjort", "edh", "1", sts, 1),
        (uuid(3), "2019-3", "Afgjort", "edh", "0", sts, 3),
    ]
    assert mapped(extract, "indeks_dokument") == [(uuid(2), "Lægeattest", "ky", sts, 2)]
    files = [(tmp_path / name).read_bytes() for name in ("a.xml", "b.xml")]
    assert extract.files == tuple(
        ExtractFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in zip(("a.xml", "b.xml"), files, strict=True)
    )
    told: list[int] = []
    list(extract.tables["sag"].read(told.append))
    assert sum(told) == sum(map(len, files))


def test_an_estate_translates_the_it_systems_of_its_own_index(tmp_path: Path) -> None:
    extract = open_extract(write(tmp_path, svar=answer(sag(1, master=uuid(801)), sag(2, master="ky"))))
    own = f"""
        SELECT sag_uuid, sagsnummer, fremdrift, antal_journalnotater, sts_tidspunkt, linje,
               CASE master WHEN '{uuid(801)}' THEN 'edh' ELSE master END AS master
        FROM sag"""
    assert [row[3] for row in mapped(extract, "indeks_sag", own)] == ["edh", "ky"]


@pytest.mark.parametrize(
    ("content", "entities"),
    [
        (answer(sag(1), index="SagIndeks"), {"indeks_sag"}),
        (answer(dokument(1), index="DokumentIndeks"), {"indeks_dokument"}),
        (answer(index="SagDokumentIndeks"), {"indeks_sag", "indeks_dokument"}),
        (answer(sag(1), totals={"dokumenter": 0}, index="SagIndeks"), {"indeks_sag", "indeks_dokument"}),
    ],
)
def test_what_was_not_asked_for_is_not_delivered_and_that_is_not_empty(
    tmp_path: Path, content: str, entities: set[str]
) -> None:
    extract = open_extract(write(tmp_path, svar=content))
    assert set(extract.mapping) == entities
    assert set(extract.tables) == {"sag", "tilstand", "journalpost", "dokument"}


def test_objects_of_one_index_are_told_apart_by_their_namespace(tmp_path: Path) -> None:
    def listed(content: str, prefix: str) -> str:
        renamed = re.sub(r"sdi:(Sag|Dokument)(?=Filtreret)", f"{prefix}:", content)
        return renamed.replace("sdi:FremsoegSagDokumentIndeksOutput", f"{prefix}:ListOutput")

    extract = open_extract(
        write(tmp_path, d=listed(answer(dokument(2)), "di"), s=listed(answer(sag(1), version=V1_2), "sag"))
    )
    assert [row["sag_uuid"] for row in rows(extract, "sag")] == [uuid(1)]
    assert [row["dokument_uuid"] for row in rows(extract, "dokument")] == [uuid(2)]
    assert set(extract.mapping) == {"indeks_sag", "indeks_dokument"}


def test_the_last_registration_is_read_wherever_it_stands_and_a_second_object_is_kept(tmp_path: Path) -> None:
    # By the clock in one zone the second is the last; by its text the first.
    registrations = [
        sag_registration(1, titel="Før", tidspunkt="2020-05-22T12:30:00+02:00"),
        sag_registration(1, titel="Nu", tidspunkt="2020-05-22T11:00:00Z"),
        sag_registration(1, titel="Først", tidspunkt="2020-05-22T10:00:00Z"),
    ]
    write(tmp_path, a=answer(sag(1, registrations=registrations)), b=answer(sag(1)))
    read = rows(open_extract(tmp_path), "sag")
    assert [(row["sag_uuid"], row["titel"], row["linje"]) for row in read] == [
        (uuid(1), "Nu", 1),
        (uuid(1), "Sygedagpenge", 2),
    ]


def test_the_stub_of_a_note_too_large_is_told_and_the_largest_note_is_read(tmp_path: Path) -> None:
    largest = b"x" * 102_400
    posts = [
        journalpost("URN:Empty", indeks="1", note=("Stort", STUB.encode(), uuid(55))),
        journalpost("URN:Empty", indeks="2", note=("Størst", largest, "Text")),
    ]
    write(tmp_path, svar=answer(sag(1, journalposts=posts)))
    read = rows(open_extract(tmp_path), "journalpost")
    assert [(row["er_stub"], row["notat"]) for row in read] == [("true", None), ("false", largest.decode())]

    write(
        tmp_path,
        svar=answer(sag(1, journalposts=[journalpost("URN:Empty", note=("For stort", largest + b"x", "Text"))])),
    )
    refused(tmp_path, "longer than 102400 bytes", line=1)


def test_broken_histories_are_read_and_remarked_on_with_the_first_case(tmp_path: Path) -> None:
    opened, informed, decided = HISTORY
    gap = [opened, ("Oplyst", "2019-06-23T00:00:00+02:00", decided[1]), decided]
    overlap = [opened, (informed[0], "2019-06-01T00:00:00+02:00", informed[2]), decided]
    still_open = [(opened[0], opened[1], None), decided]
    # The same moments in another zone, in another order, are no gap.
    whole = [("Afgjort", "2019-08-04T22:00:00Z", None), opened, informed]
    write(
        tmp_path,
        a=answer(sag(1), sag(2, states=[informed, decided]), sag(3, states=gap), sag(4, states=overlap)),
        b=answer(sag(5, states=still_open), sag(6, states=whole)),
    )
    extract = open_extract(tmp_path)
    for _ in range(2):
        assert [row["fremdrift"] for row in rows(extract, "sag")] == ["Afgjort"] * 6
    assert extract.remarks() == (
        SourceRemark("tilstand_hul_eller_overlap", "a.xml", 2, 3),
        SourceRemark("tilstand_uden_opstaaet", "a.xml", 1, 2),
        SourceRemark("tilstand_hul_eller_overlap", "b.xml", 1, 5),
    )


def test_totals_are_summed_where_every_file_gives_them_and_never_from_a_page(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=answer(sag(1), totals=total("sager", 40, paged=True) + total("dokumenter", 5)),
        b=answer(sag(2), totals={"sager": 1, "dokumenter": 7}),
    )
    extract = open_extract(tmp_path)
    assert extract.kontroltal == {"dokumenter": 12}
    assert extract.remarks() == (SourceRemark("antal_af_side", "a.xml", 1, None),)


def test_notes_that_the_search_did_not_ask_for_are_missed(tmp_path: Path) -> None:
    write(tmp_path, svar=answer(sag(1), totals={"journalnotater": 3}))
    refused(tmp_path, "there are 3 journalnotater, but hold 0", file=None)


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DEEP = "<sag:x>" * 70 + "</sag:x>" * 70


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (answer(sag(1, titel="&a9;"), before=f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'), "DOCTYPE"),
        (answer(sag(1), before='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'), "DOCTYPE"),
        (answer(sag(1), before='<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">'), "DOCTYPE"),
        (answer(DEEP), "deeper than 64"),
        (answer(sag(1)).replace("Sygedagpenge", DEEP), "deeper than 64"),
        (answer("<sag:x>" * 9000 + "</sag:x>" * 9000), "not well-formed"),
        (answer(sag(1, titel="x" * (17 * 1024 * 1024))), "a text is too long"),
        (answer(sag(1))[:-40], "breaks off"),
        (answer(sag(1)).replace("</sag:Titel>", "", 1), "at line 5 of the file"),
        (answer(sag(1)).replace("Sygedagpenge", "&ukendt;"), "not well-formed"),
        ("", "breaks off"),
        ("<html><body>Log ind</body></html>", "it is no answer"),
        (
            answer(sag(1)).replace("FremsoegSagDokumentIndeksOutput", "ImporterSagDokumentIndeksInput"),
            "it is no answer",
        ),
        (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault/></s:Body></s:Envelope>',
            "it is no answer",
        ),
        (answer(sag(1)).replace("sagindeks:6", "sagindeks:1.2.4.0"), "both version 6 and version 1.2"),
        (answer(sag(1), version="7"), "neither 6 nor 1.2"),
        (answer(status="50"), "answered with an error"),
        (answer(totals={"ydelser": 1}), "a total (Antal)"),
        (answer(totals=total("sager", "mange")), "a total (Antal)"),
        (answer(totals=total("sager", 1) * 2), "the same total stands twice"),
        (answer(sag(1), "<sdi:Andet>6101701234</sdi:Andet>"), "a text stands in the answer outside"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_an_answer_that_cannot_be_trusted_is_refused_with_its_file(tmp_path: Path, content: str, reason: str) -> None:
    write(tmp_path, god=answer(sag(1)), svar=content)
    with pytest.raises(RecordMistake, match=re.escape(reason)) as caught:
        open_extract(tmp_path)
    assert caught.value.file == "svar.xml"
    assert "6101701234" not in caught.value.reason


MADE = answer(dokument(9), sag(1, journalposts=[NOTE]))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (answer(dokument(9), sag(1, states=HISTORY[:2])), "no state in force"),
        (answer(dokument(9), sag(1, states=[])), "no state in force"),
        (MADE.replace("<sag:FremdriftStatusKode>Oplyst</sag:FremdriftStatusKode>", ""), "no FremdriftStatusKode"),
        (MADE.replace(HISTORY[0][1], "12-05-2019"), "not a time in ISO 8601"),
        (answer(dokument(9), sag(1, registrations=[])), "no Registrering"),
        (MADE.replace(uuid(1), ""), "no UUIDIdentifikator"),
        (
            answer(dokument(9), sag(1, registrations=[sag_registration(1), sag_registration(1, tidspunkt="")])),
            "the last",
        ),
        (
            MADE.replace(
                "</sag:RelationListe>",
                relation("si:SagsitsystemRelation", "urn:oio:rolle:Master", "ky") + "</sag:RelationListe>",
            ),
            "two relations in force with the role Master",
        ),
        (MADE.replace("<sd:URNIdentifikator>URN:Empty</sd:URNIdentifikator>", ""), "neither a role we know nor"),
        (
            answer(
                dokument(9), sag(1, journalposts=[journalpost("URN:Empty", note=("x", "æ".encode("cp1252"), "Text"))])
            ),
            "not UTF-8",
        ),
        (answer(dokument(9), sag(1, journalposts=[journalpost("URN:Empty", note=("x", b"a\0", "Text"))])), "NUL"),
        (re.sub("<sag:Notat>.*</sag:Notat>", "<sag:Notat>6101701234!</sag:Notat>", MADE), "not base64"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_an_object_that_cannot_be_read_is_refused_with_its_number(tmp_path: Path, content: str, reason: str) -> None:
    assert content != MADE
    refused(write(tmp_path, svar=content), reason, line=2)


def test_a_folder_without_answers_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    with pytest.raises(RecordMistake, match=r"no \.xml file"):
        open_extract(tmp_path)
    (tmp_path / "svar.xml").symlink_to(tmp_path / "note.txt")
    refused(tmp_path, "a plain file")


def test_a_large_answer_comes_in_pieces(tmp_path: Path) -> None:
    post = journalpost("URN:Empty", note=("Langt", b"x" * 102_400, "Text"))
    write(tmp_path, svar=answer(*[sag(1, journalposts=[post])] * 100))
    native = open_extract(tmp_path).tables["journalpost"]
    batches = list(native.read(lambda _: None))
    assert len(batches) == 2
    assert pa.Table.from_batches(batches)["linje"].to_pylist() == list(range(1, 101))
