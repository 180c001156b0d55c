"""What comes in wrong is refused as a whole: a sentence, the file, the line, no value, and nothing in the lake."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.deliveries import small_delivery, uuid_of
from tests.landing.place import EXTRACTED, SNAPSHOT, Place

Tables = dict[str, list[dict[str, Any]]]
# Stands in every refused value, so that a message which quotes one is caught.
SECRET = "HEMMELIGT"


@dataclass(frozen=True)
class Bad:
    """A faulty delivery and what is to be said of it."""

    name: str
    says: str
    file: str
    line: int | None
    column: str | None = None
    change: Callable[[Tables], object] = lambda tables: None
    options: dict[str, Any] = field(default_factory=dict)
    after: Callable[[Path], object] = lambda folder: None


def put(entity: str, row: int, **values: Any) -> Callable[[Tables], object]:
    return lambda tables: tables[entity][row].update(values)


def raw(name: str, content: bytes) -> dict[str, Any]:
    return {"raw": {name: content}}


def said(**keys: Any) -> Callable[[Path], object]:
    """Change ``leverance.json`` after the files were written."""

    def change(folder: Path) -> None:
        path = folder / "leverance.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **keys}, indent=1), encoding="utf-8")

    return change


def listed(place: int, **keys: Any) -> Callable[[Path], object]:
    """Change one entry of ``filer``."""

    def change(folder: Path) -> None:
        path = folder / "leverance.json"
        content = json.loads(path.read_text())
        content["filer"][place].update(keys)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")

    return change


def linked(folder: Path) -> None:
    folder.joinpath("sag.csv").rename(folder.parent.parent / "elsewhere.csv")
    folder.joinpath("sag.csv").symlink_to(folder.parent.parent / "elsewhere.csv")


def damaged(folder: Path) -> None:
    """The same size, and yet not what was sent; the contract is broken too."""
    path = folder / "sag.csv"
    path.write_bytes(path.read_bytes().replace(b"32.30.04;", b"32.30.0x;"))


def without(entity: str, column: str) -> dict[str, Any]:
    names = [name for name in small_delivery()[entity][0] if name != column]
    return {"kolonner": {entity: names}}


NOTE_HEADER = b"notat_id;sag_uuid;oprettet;forfatter;titel;tekst;format\n"
CASE = uuid_of("sag", 0).encode()
NOTE = b"N1;" + CASE + b";2019-02-02T10:15:30Z;Mette;Samtale;%s;text\n"
L1 = "iso-8859-1"


def note_file(*texts: bytes) -> dict[str, Any]:
    return raw(
        "journalnotat.csv", NOTE_HEADER + b"".join(NOTE.replace(b"N1", b"N%d" % i) % t for i, t in enumerate(texts))
    )


CONTENT = [
    Bad("wrong sha256", "sha256 is not the one in leverance.json, line 7", "sag.csv", None,
        options={"filer": {"sag.csv": {"sha256": "0" * 64}}}),
    Bad("damaged on its way", "sha256 is not the one in", "sag.csv", None,
        after=damaged),
    Bad("wrong row count", "has 3 rows where leverance.json, line 7 says 5", "sag.csv", None,
        options={"filer": {"sag.csv": {"raekker": 5}}}),
    Bad("wrong size", "bytes where leverance.json, line 7 says 7", "sag.csv", None,
        options={"filer": {"sag.csv": {"bytes": 7}}}),
    Bad("wrong kontroltal", "sager says 9, but sag.csv has 3 different", "leverance.json", 44, "kontroltal",
        options={"kontroltal": {"sager": 9}}),
    Bad("a listed file that is not there", "is listed in leverance.json, line 7 but is not there", "sag.csv", None,
        after=lambda folder: (folder / "sag.csv").unlink()),
    Bad("a missing column", "the column is missing", "sag.csv", 1, "titel", options=without("sag", "titel")),
    Bad("a column twice", "column 3 has the name of an earlier one", "sag.csv", 1,
        options={"kolonner": {"sag": ["sag_uuid", "titel", "titel"]}}),
    Bad("a null where none may be", "the value is empty", "journalnotat.csv", 3, "forfatter",
        change=put("journalnotat", 1, forfatter=None)),
    Bad("a bad uuid", "the value is not a uuid", "sag.csv", 4, "sag_uuid", change=put("sag", 2, sag_uuid=SECRET)),
    Bad("a uuid in braces", "the value is not a uuid", "sag.csv", 2, "sag_uuid",
        change=put("sag", 0, sag_uuid="{" + uuid_of("sag", 0) + "}")),
    Bad("an unknown code", "the value is not one of Opstaaet, Oplyst", "sag.csv", 3, "fremdrift",
        change=put("sag", 1, fremdrift=SECRET)),
    Bad("a code with a blank", "the value is not one of aktiv", "sag.csv", 3, "livscyklus",
        change=put("sag", 1, livscyklus="aktiv ")),
    Bad("a CPR of nine digits", "exactly ten digits", "sag.csv", 2, "part_cpr",
        change=put("sag", 0, part_cpr="610180123")),
    Bad("a CPR with a hyphen", "exactly ten digits", "sag.csv", 2, "part_cpr",
        change=put("sag", 0, part_cpr="610180-1234")),
    Bad("a CPR in other digits", "exactly ten digits", "sag.csv", 2, "part_cpr",
        change=put("sag", 0, part_cpr="٦١٠١٨٠١٢٣٤")),
    Bad("too long", "longer than 255 characters", "sag.csv", 4, "titel", change=put("sag", 2, titel=SECRET * 29)),
    Bad("a KLE that is none", "not of the form", "sag.csv", 2, "kle_emne", change=put("sag", 0, kle_emne="32.30.4")),
    Bad("a kle_facet in small letters", "not of the form", "sag.csv", 2, "kle_facet",
        change=put("sag", 0, kle_facet="g01")),
    Bad("a negative integer", "not a whole number", "fil.csv", 3, "bytes", change=put("fil", 1, bytes=-1)),
    Bad("an integer beyond 64 bits", "not a whole number", "fil.csv", 3, "bytes", change=put("fil", 1, bytes=2**63)),
    Bad("a checksum of another algorithm", "64 for sha256", "fil.csv", 2, "kontrolsum",
        change=put("fil", 0, algoritme="md5")),
    Bad("a checksum that is not hexadecimal", "64 for sha256", "fil.csv", 2, "kontrolsum",
        change=put("fil", 0, kontrolsum="x" * 64)),
    Bad("a date that does not exist", "not a date", "sag.csv", 2, "ydelse_til",
        change=put("sag", 0, ydelse_til="2019-02-29")),
    Bad("a date of another form", "not a date", "dokument.csv", 2, "brevdato",
        change=put("dokument", 0, brevdato="01-02-2019")),
    Bad("a time of another form", "not a time", "sag.csv", 2, "oprettet",
        change=put("sag", 0, oprettet="2019-02-01 08:00:00")),
    Bad("a time in the DST gap", "summer time skips", "sag.csv", 2, "oprettet",
        change=put("sag", 0, oprettet="2019-03-31T02:30:00")),
    Bad("the year 9999 past its end", "cannot be stored", "sag.csv", 2, "afsluttet",
        change=put("sag", 0, afsluttet="9999-12-31T23:30:00-01:00")),
    Bad("the year 0", "not a time", "sag.csv", 2, "afsluttet", change=put("sag", 0, afsluttet="0000-01-01T00:00:00Z")),
    Bad("two rows with one key", "same key (notat_id, sag_uuid) as the one on line 2", "journalnotat.csv", 3,
        change=put("journalnotat", 1, notat_id="N1")),
    Bad("one key in two cases of letters", "same key (sag_uuid) as the one on line 2", "sag.csv", 4,
        change=put("sag", 2, sag_uuid=uuid_of("sag", 0).upper())),
    Bad("UTF-8 declared, ISO-8859-1 sent", "bytes that are not UTF-8", "journalnotat.csv", 3,
        options=note_file(b"a", SECRET.encode() + b"\xf8", b"c")),
    Bad("ISO-8859-1 declared, UTF-8 sent", "declare the tegnsaet utf-8", "journalnotat.csv", 3,
        options={**note_file(b"a", SECRET.encode() + "ø".encode()), "filer": {"journalnotat.csv": {"tegnsaet": L1}}}),
    Bad("cp1252 declared, UTF-8 sent", "declare the tegnsaet utf-8", "journalnotat.csv", 2,
        options={**note_file("ø".encode()), "filer": {"journalnotat.csv": {"tegnsaet": "cp1252"}}}),
    Bad("ISO-8859-1 declared, cp1252 sent", "a control character in ISO-8859-1", "journalnotat.csv", 3,
        options={**note_file(b"\xf8", b"\x96"), "filer": {"journalnotat.csv": {"tegnsaet": L1}}}),
    Bad("a byte that cp1252 lacks", "a byte that cp1252 does not have", "journalnotat.csv", 3,
        options={**note_file(b"\xf8", b"\x81"), "filer": {"journalnotat.csv": {"tegnsaet": "cp1252"}}}),
    Bad("a NUL", "a NUL byte", "journalnotat.csv", 3, options=note_file(b"a", SECRET.encode() + b"\0")),
    Bad("an unclosed quote", "a quoted field is not closed", "journalnotat.csv", 3,
        options=note_file(b"a", b'"' + SECRET.encode(), b"c")),
    Bad("a quote inside an unquoted field", "a quote stands inside an unquoted field", "journalnotat.csv", 5,
        options=note_file(b"a", b'"b\nb"', SECRET.encode() + b'"')),
    Bad("text after a closing quote", "not closed, or a quote inside it is not doubled", "journalnotat.csv", 3,
        options=note_file(b"a", b'"b"' + SECRET.encode())),
    Bad("a bare carriage return", "a carriage return stands outside quotes", "journalnotat.csv", 3,
        options=note_file(b"a", SECRET.encode() + b"\r")),
    Bad("a record with too few fields", "the record has 2 fields where the header has 7", "journalnotat.csv", 4,
        options=raw("journalnotat.csv", NOTE_HEADER + NOTE % b'"a\nb"' + b"N2;" + CASE)),
    Bad("an empty line", "the record has 1 fields where the header has 7", "journalnotat.csv", 3,
        options=raw("journalnotat.csv", NOTE_HEADER + NOTE % b"a" + b"\n")),
    Bad("an empty file", "the header", "sag.csv", 1, options=raw("sag.csv", b"")),
    Bad("a field of 50 MB", "longer than 16 MiB", "journalnotat.csv", 3,
        options=note_file(b"a", b"x" * 50_000_000)),
    Bad("a field just too long", "longer than 16 MiB", "journalnotat.csv", 3, "tekst",
        options=note_file(b"a", b"x" * (16 * 1024 * 1024 + 1))),
    Bad("a Parquet file that is none", "not a Parquet file", "sag.parquet", None,
        options={"form": "parquet", **raw("sag.parquet", b"PAR1 and then nothing")}),
    Bad("Parquet: an unknown code", "not one of aktiv", "sag.parquet", 2, "livscyklus",
        change=put("sag", 1, livscyklus=SECRET), options={"form": "parquet"}),
    Bad("Parquet: a NUL", "has a NUL", "journalnotat.parquet", 2, "tekst",
        change=put("journalnotat", 1, tekst=SECRET + "\0"), options={"form": "parquet"}),
    Bad("Parquet: two rows with one key", "same key (sag_uuid) as the one on line 1", "sag.parquet", 3,
        change=put("sag", 2, sag_uuid=uuid_of("sag", 0)), options={"form": "parquet"}),
    Bad("Parquet: too long a field", "longer than 16 MiB", "journalnotat.parquet", 3, "tekst",
        change=put("journalnotat", 2, tekst="x" * (16 * 1024 * 1024 + 1)), options={"form": "parquet"}),
]  # fmt: skip

LEVERANCE = [
    Bad("not JSON", "the file is not JSON", "leverance.json", 2,
        after=lambda folder: (folder / "leverance.json").write_text('{"version": 1,\n"system": HEMMELIGT')),
    Bad("not UTF-8", "the file is not UTF-8", "leverance.json", 2,
        after=lambda folder: (folder / "leverance.json").write_bytes(b'{"version": 1,\n"system": "\xf8"}')),
    Bad("a list", "must be one JSON object", "leverance.json", 1,
        after=lambda folder: (folder / "leverance.json").write_text("[]")),
    Bad("a key twice", "a key stands twice", "leverance.json", None,
        after=lambda folder: (folder / "leverance.json").write_text('{"version": 1, "version": 1}')),
    Bad("another version", "must be 1", "leverance.json", 2, "version", after=said(version=2)),
    Bad("an unknown system", "must be one of kmd_sag", "leverance.json", 3, "system", after=said(system=SECRET)),
    Bad("another system than the folder's", "not what the folder's name says", "leverance.json", 3, "system",
        after=said(system="esdh")),
    Bad("another kommune than the folder's", "not what the folder's name says", "leverance.json", 4, "kommunekode",
        after=said(kommunekode="0101")),
    Bad("another time than the folder's", "not what the folder's name says", "leverance.json", 5, "udtrukket",
        after=said(udtrukket="2020-05-22T21:00:01Z")),
    Bad("a time that is none", "not a time", "leverance.json", 5, "udtrukket", after=said(udtrukket=SECRET)),
    Bad("a kommunekode without its zero", "one of the 98", "leverance.json", 4, "kommunekode",
        after=said(kommunekode="751")),
    Bad("a kommunekode as a number", "one of the 98", "leverance.json", 4, "kommunekode", after=said(kommunekode=751)),
    Bad("a kommune that is none of the 98", "one of the 98", "leverance.json", 4, "kommunekode",
        after=said(kommunekode="0752")),
    Bad("a key that is missing", "the key system is missing", "leverance.json", 1,
        after=lambda folder: (folder / "leverance.json").write_text('{"version": 1}')),
    Bad("a navn that leads up", "must be a bare file name", "leverance.json", 8, "navn",
        after=listed(0, navn="../HEMMELIGT.csv")),
    Bad("a navn that is absolute", "must be a bare file name", "leverance.json", 8, "navn",
        after=listed(0, navn="/etc/HEMMELIGT.csv")),
    Bad("a navn of another kind", "must be a bare file name", "leverance.json", 8, "navn",
        after=listed(0, navn="sag.xlsx")),
    Bad("a navn that is a symbolic link", "it must be a plain file", "sag.csv", None, after=linked),
    Bad("a navn that is a folder", "it must be a plain file", "sag.csv", None,
        after=lambda folder: ((folder / "sag.csv").unlink(), (folder / "sag.csv").mkdir())),
    Bad("a file twice", "the same file is listed twice", "leverance.json", 15, "navn", after=listed(1, navn="sag.csv")),
    Bad("an entity twice", "the same entity is listed twice", "leverance.json", 16, "entitet",
        after=listed(1, entitet="sag")),
    Bad("an entity of other systems", "edh does not deliver noeglepose", "leverance.json", 16, "entitet",
        after=listed(1, entitet="noeglepose")),
    Bad("an entity that is none", "must be one of sag", "leverance.json", 16, "entitet",
        after=listed(1, entitet=SECRET)),
    Bad("rows that are no number", "must be the number of rows", "leverance.json", 17, "raekker",
        after=listed(1, raekker="4")),
    Bad("a sha256 that is none", "64 hexadecimal digits", "leverance.json", 19, "sha256",
        after=listed(1, sha256=SECRET)),
    Bad("a tegnsaet that is not known", "must be utf-8", "leverance.json", 20, "tegnsaet",
        after=listed(1, tegnsaet="utf-16")),
    Bad("a skilletegn of two characters", "must be one printable", "leverance.json", 20, "skilletegn",
        after=listed(1, skilletegn="||")),
    Bad("a kontroltal that is no number", "must give each total", "leverance.json", 44, "kontroltal",
        after=said(kontroltal={"sager": SECRET})),
]  # fmt: skip


@pytest.mark.parametrize("bad", CONTENT + LEVERANCE, ids=lambda bad: bad.name)
def test_refused_as_a_whole_with_file_and_line(place: Place, bad: Bad) -> None:
    cases = {"sag": small_delivery()["sag"]}
    sound = place.deliver(cases, udtrukket=EXTRACTED + timedelta(days=1))
    place.land()
    before = place.bytes_of_lake()
    tables = small_delivery()
    bad.change(tables)
    bad.after(place.deliver(tables, **bad.options))
    later = place.deliver(cases, udtrukket=EXTRACTED + timedelta(days=2))

    outcomes = {outcome.delivery.rpartition("/")[2]: outcome for outcome in place.land()}

    refused = outcomes[SNAPSHOT.rpartition("/")[2]]
    assert refused.status == "afvist"
    assert refused.error is not None
    assert bad.says in refused.error.reason
    assert (refused.error.file, refused.error.line, refused.error.column) == (bad.file, bad.line, bad.column)
    assert str(refused.error).startswith(f"{SNAPSHOT} is refused: {bad.file}")
    assert SECRET not in str(refused.error)
    assert (outcomes[sound.name].status, outcomes[later.name].status) == ("kendt", "landet")
    after = place.bytes_of_lake()
    assert {path: content for path, content in after.items() if later.name not in path} == before != {}


def test_a_folder_named_without_the_leading_zero_is_refused(place: Place) -> None:
    place.deliver(kommunekode="751")
    outcome = place.land_one()
    assert outcome.error is not None
    assert (outcome.error.file, outcome.error.line, outcome.error.column) == ("leverance.json", 4, "kommunekode")
    assert place.bytes_of_lake() == {}


def test_a_delivery_folder_that_is_a_symbolic_link_is_refused(place: Place) -> None:
    folder = place.deliver()
    folder.rename(place.folder / "elsewhere")
    folder.symlink_to(place.folder / "elsewhere")
    outcome = place.land_one()
    assert outcome.error is not None
    assert (outcome.error.file, outcome.error.line) == ("leverance.json", None)
    assert "it must be a plain file" in outcome.error.reason
    assert place.bytes_of_lake() == {}


def test_a_header_that_is_no_header_is_refused(place: Place) -> None:
    place.deliver(**raw("sag.csv", b"x" * 200_000 + b"\n"))
    outcome = place.land_one()
    assert outcome.error is not None
    assert (outcome.error.file, outcome.error.line) == ("sag.csv", 1)
    assert "x" * 100 not in str(outcome.error)


@pytest.mark.parametrize(
    ("system", "sagstype", "fagsystem", "says"),
    [
        ("kmd_sag", "fagsystemsag", None, "a fagsystemsag in KMD Sag has one"),
        ("ksd", "fagsystemsag", "kmd_dagpenge", "a case in ksd has none"),
    ],
)
def test_fagsystem_stands_where_it_belongs(
    place: Place, system: str, sagstype: str, fagsystem: str | None, says: str
) -> None:
    (case, *_) = small_delivery()["sag"]
    place.deliver({"sag": [{**case, "sagstype": sagstype, "fagsystem": fagsystem}]}, system=system)
    outcome = place.land_one()
    assert outcome.error is not None
    assert says in outcome.error.reason
    assert (outcome.error.line, outcome.error.column) == (2, "fagsystem")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_first_of_many_faults_is_told(place: Place, form: str) -> None:
    tables = small_delivery()
    tables["sag"][2]["titel"] = None
    tables["sag"][1] |= {"livscyklus": SECRET, "kle_emne": SECRET}
    place.deliver(tables, form=form)
    outcome = place.land_one()
    assert outcome.error is not None
    assert (outcome.error.line, outcome.error.column) == (3 if form == "csv" else 2, "kle_emne")
