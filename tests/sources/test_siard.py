"""SIARD-DK: an arkiveringsversion reads back as it was written, or is refused with the file and the place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.sources.block import RecordMistake
from pipelines.sources.native import Extract
from pipelines.sources.siard import open_extract, rows
from pipelines.sources.siard.rows import Form, read_rows
from tests.sources.siard_made import Document, Made, MadeTable, table_xml, write_file_index, write_table_xml

ID = "AVID.AFS.17001"
TEXTS = ["Æblegrød på Ærø", "linje 1\nlinje 2", '"citat"', "<b>&lt;</b> & ]]&gt;", " mellemrum ", "a\rb\r\nc\t", None]
SAG = pl.DataFrame({"Sagsnr": [str(number) for number in range(1, 8)], "Titel": TEXTS})
NOTAT = pl.DataFrame({"NotatID": ["1", "2"], "Tekst": ["notat", None], "CPR": ["6101701234", None]})
MADE = Made(
    {
        "SAG": MadeTable(SAG, required=["Sagsnr"], meanings={"Sagsnr": ["Sagsidentifikation"]}),
        "NOTAT": MadeTable(NOTAT, medium=2),
    },
    {
        1: Document({"1.tif": b"side et"}),
        2: Document({"1.tif": b"bilag", "2.tif": b""}, medium=2, collection=2, parent=1, original="bilag & æ.pdf"),
    },
    media=2,
)
TABLE_1, TABLE_2 = f"{ID}.1/Tables/table1/table1.xml", f"{ID}.2/Tables/table2/table2.xml"
FILE_INDEX, DOC_INDEX, TABLE_INDEX = (f"{ID}.1/Indices/{name}.xml" for name in ("fileIndex", "docIndex", "tableIndex"))
FORM = Form("table", "row", ("c1", "c2"), ("foerste", "anden"), frozenset({"c1"}))


def read(extract: Extract, name: str) -> pl.DataFrame:
    table = extract.tables[name]
    batches = list(table.read(lambda _: None))
    assert all(batch.schema == table.schema for batch in batches)
    return pl.DataFrame(pa.Table.from_batches(batches, schema=table.schema))


def read_all(folder: Path) -> None:
    extract = open_extract(folder)
    for name in extract.tables:
        read(extract, name)


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(linje=pl.int_range(1, len(frame) + 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    MADE.write(tmp_path)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    content = path.read_bytes()
    assert content.count(old.encode()) >= 1
    path.write_bytes(content.replace(old.encode(), new.encode(), 1))


@pytest.mark.parametrize("namespace", ["http://www.sa.dk/xmlns/diark/1.0", "http://www.sa.dk/xmlns/diark/2.0"])
@pytest.mark.parametrize("mark", [False, True])
def test_an_archive_of_two_media_reads_back_as_it_was_written(tmp_path: Path, namespace: str, mark: bool) -> None:
    made = Made(MADE.tables, MADE.documents, media=2, mark=mark, namespace=namespace)
    made.write(tmp_path)
    extract = open_extract(tmp_path)
    assert list(extract.tables) == ["SAG", "NOTAT", "fileIndex", "docIndex", "dokumentfil"]
    assert read(extract, "SAG").equals(numbered(SAG))
    assert read(extract, "NOTAT").equals(numbered(NOTAT))
    sag = extract.tables["SAG"]
    assert (sag.file, sag.rows, sag.meanings) == (TABLE_1, 7, {"Sagsnr": ("Sagsidentifikation",)})
    assert extract.tables["NOTAT"].file == TABLE_2


def test_windows_line_ends_and_an_empty_value_are_line_feeds_and_null(tmp_path: Path) -> None:
    frame = pl.DataFrame({"Nr": ["1", "2"], "Tekst": ["a\nb", ""]})
    Made({"T": MadeTable(frame)}, line_end="\r\n").write(tmp_path)
    (tmp_path / f"{ID}.1/Tables/table1/table1.xml").write_bytes(table_xml(frame.rows()).replace("\n", "\r\n").encode())
    write_file_index(tmp_path, ID)
    assert read(open_extract(tmp_path), "T")["Tekst"].to_list() == ["a\nb", None]


def test_the_documents_are_joined_to_their_files(folder: Path) -> None:
    extract = open_extract(folder)
    found = read(extract, "dokumentfil").drop("linje").rows()

    def md5(content: bytes) -> str:
        return hashlib.md5(content).hexdigest()

    second = ("2", "1", "2", "docCollection2", "bilag & æ.pdf", "tif")
    assert found == [
        ("1", None, "1", "docCollection1", "brev.docx", "tif", "1.tif", "7", md5(b"side et")),
        (*second, "1.tif", "5", md5(b"bilag")),
        (*second, "2.tif", "0", md5(b"")),
    ]
    assert read(extract, "docIndex")["dID"].to_list() == ["1", "2"]
    listed = read(extract, "fileIndex")
    assert f"{ID}.2/Documents/docCollection2/2" in listed["foN"]
    for place, name, digest, size, _ in listed.rows():
        content = (folder / place / name).read_bytes()
        assert (digest, size) == (md5(content), str(len(content)))
    assert extract.tables["fileIndex"].rows == len(listed) == 11


def test_indices_and_tables_stand_with_their_sha256(folder: Path) -> None:
    files = {file.name: file for file in open_extract(folder).files}
    names = ["archiveIndex", "contextDocumentationIndex", "docIndex", "fileIndex", "tableIndex"]
    assert list(files) == [*(f"{ID}.1/Indices/{name}.xml" for name in names), TABLE_1, TABLE_2]
    for name, file in files.items():
        content = (folder / name).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_an_archive_without_documents_has_no_document_tables(tmp_path: Path) -> None:
    Made({"TOM": MadeTable(SAG.clear())}).write(tmp_path)
    extract = open_extract(tmp_path)
    assert list(extract.tables) == ["TOM", "fileIndex"]
    assert read(extract, "TOM").is_empty()


# What is spoilt, the file that the refusal names, its line, and words of its sentence.
Spoilt = tuple[Callable[[Path], None], str | None, int | None, str]


def unlisted(change_it: Callable[[Path], None]) -> Callable[[Path], None]:
    """Change a file and list it anew, so that only what it says is wrong."""

    def spoil(folder: Path) -> None:
        change_it(folder)
        write_file_index(folder, ID)

    return spoil


def text(path: str, old: str, new: str) -> Callable[[Path], None]:
    return unlisted(lambda folder: change(folder / path, old, new))


def whole(path: str, content: bytes) -> Callable[[Path], None]:
    return unlisted(lambda folder: (folder / path).write_bytes(content) and None)


def cut_off(folder: Path) -> None:
    path = folder / TABLE_1
    path.write_bytes(path.read_bytes()[:-30])
    write_file_index(folder, ID)


LAUGHS = b'<!DOCTYPE table [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><table><row><c1>&b;</c1></row></table>'
OUTSIDE = b'<!DOCTYPE table [<!ENTITY a SYSTEM "file:///etc/hostname">]><table><row><c1>&a;</c1></row></table>'
UTF_16 = table_xml([("1", "a")]).encode("utf-16")
DEEP = b"<table><row><c1>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</c1></row></table>"
SPOILT: dict[str, Spoilt] = {
    "another MD5": (lambda folder: change(folder / TABLE_2, "notat", "Notat"), FILE_INDEX, None, "table2.xml has"),
    "missing file": (lambda folder: (folder / TABLE_2).unlink(), FILE_INDEX, None, "1 file.*table2.xml is missing"),
    "extra file": (
        lambda folder: (folder / f"{ID}.2/Tables/a.txt").touch(),
        FILE_INDEX,
        None,
        "Tables/a.txt is not listed",
    ),
    "many extra files": (
        lambda folder: [(folder / f"{ID}.2/{number}.txt").touch() for number in range(8)] and None,
        FILE_INDEX,
        None,
        r"^8 file.*4\.txt is not listed; and 3 more",
    ),
    "extra link": (
        lambda folder: (folder / f"{ID}.2/Tables/a").symlink_to("/etc"),
        f"{ID}.2/Tables/a",
        None,
        "plain file",
    ),
    "missing medium": (
        lambda folder: (folder / f"{ID}.2").rename(folder / f"{ID}.3"),
        None,
        None,
        "medium 2 of 3 is missing",
    ),
    "misnamed medium": (lambda folder: (folder / f"{ID}.2").rename(folder / "AVID.2"), None, None, "must hold media"),
    "another archive": (lambda folder: (folder / "AVID.AFS.2.1").mkdir(), None, None, "more than one"),
    "row count": (text(TABLE_INDEX, "<rows>7<", "<rows>8<"), TABLE_1, None, "7 rows where tableIndex says 8"),
    "unknown column": (text(TABLE_1, "</row>", "<c3>x</c3></row>"), TABLE_1, 1, "does not declare"),
    "cell twice": (text(TABLE_1, "<c1>2</c1>", "<c1>2</c1><c1>2</c1>"), TABLE_1, 2, "stands twice"),
    "nil that may not be": (text(TABLE_1, "<c1>3</c1>", '<c1 xsi:nil="true"/>'), TABLE_1, 3, "may not be null"),
    "cell that must be": (text(TABLE_1, "<c1>3</c1>", ""), TABLE_1, 3, "may not be null"),
    "text between cells": (text(TABLE_1, "<c1>4</c1>", "<c1>4</c1>x"), TABLE_1, 4, "outside the cells"),
    "text between rows": (text(TABLE_1, "</row>", "</row>x"), TABLE_1, 1, "outside the cells"),
    "element in a cell": (text(TABLE_1, "<c1>5</c1>", "<c1>5<b>x</b></c1>"), TABLE_1, 5, "holds elements"),
    "another element": (text(TABLE_1, "  <row><c1>2<", "<raekke/>  <row><c1>2<"), TABLE_1, 2, "another element"),
    "not well-formed": (text(TABLE_1, "<c1>6</c1>", "<c1>6</c2>"), TABLE_1, 6, "not well-formed"),
    "control character": (text(TABLE_1, "<c1>6</c1>", "<c1>6\x01</c1>"), TABLE_1, 6, "not well-formed"),
    "unknown entity": (text(TABLE_1, "<c1>6</c1>", "<c1>&nbsp;</c1>"), TABLE_1, 6, "not well-formed"),
    "cut off": (cut_off, TABLE_1, 7, "cut off"),
    "internal entities": (whole(TABLE_1, LAUGHS), TABLE_1, 1, "DOCTYPE"),
    "external entity": (whole(TABLE_1, OUTSIDE), TABLE_1, 1, "DOCTYPE"),
    "entities in an index": (
        whole(TABLE_INDEX, LAUGHS.replace(b"table", b"siardDiark")),
        TABLE_INDEX,
        1,
        "DOCTYPE",
    ),
    "deep nesting": (whole(TABLE_1, DEEP), TABLE_1, 1, "not well-formed"),
    "deep index": (whole(TABLE_INDEX, b"<siardDiark>" * 300), TABLE_INDEX, 1, "not well-formed"),
    "UTF-16": (whole(TABLE_1, UTF_16), TABLE_1, 1, "does not begin as XML in UTF-8"),
    "declared encoding": (text(TABLE_1, "utf-8", "iso-8859-1"), TABLE_1, 1, "another encoding"),
    "not UTF-8": (
        whole(TABLE_1, table_xml(SAG.rows()).encode().replace("på".encode(), "på".encode("latin-1"))),
        TABLE_1,
        1,
        "not UTF-8",
    ),
    "empty file": (whole(TABLE_1, b""), TABLE_1, 1, "does not begin"),
    "another root": (text(TABLE_1, "<table ", "<tabel "), TABLE_1, 1, "root element is not table"),
    "another archive's index": (
        text(f"{ID}.1/Indices/archiveIndex.xml", f">{ID}<", ">AVID.AFS.1<"),
        f"{ID}.1/Indices/archiveIndex.xml",
        3,
        "another arkiveringsversion",
    ),
    "index that is not there": (
        unlisted(lambda folder: (folder / DOC_INDEX).unlink()),
        DOC_INDEX,
        None,
        "not there",
    ),
    "column order": (text(TABLE_INDEX, ">c2<", ">c3<"), TABLE_INDEX, 5, "c1, c2"),
    "column twice": (text(TABLE_INDEX, ">Titel<", ">SAGSNR<"), TABLE_INDEX, 5, "earlier one"),
    "table twice": (text(TABLE_INDEX, ">NOTAT<", ">sag<"), TABLE_INDEX, None, "table2 has the name"),
    "table of no XML": (
        unlisted(lambda folder: (folder / TABLE_2).unlink()),
        TABLE_INDEX,
        None,
        "lists 0 XML files of table2",
    ),
    "table of no index": (text(TABLE_INDEX, ">table2<", ">table3<"), FILE_INDEX, 10, "tableIndex does not have"),
    "document twice": (text(DOC_INDEX, "<dID>2<", "<dID>1<"), DOC_INDEX, 2, "earlier document"),
    "parent of none": (text(DOC_INDEX, "<pID>1<", "<pID>9<"), DOC_INDEX, 2, "dID of no document"),
    "medium of none": (text(DOC_INDEX, "<mID>2<", "<mID>3<"), DOC_INDEX, 2, "no media folder"),
    "collection of none": (text(DOC_INDEX, ">docCollection2<", ">docCollection0<"), DOC_INDEX, 2, "docCollection1 to"),
    "document without files": (text(DOC_INDEX, "<dID>2<", "<dID>3<"), DOC_INDEX, 2, "no file of"),
    "files without document": (
        unlisted(lambda folder: Document({}) and _file(folder, f"{ID}.1/Documents/docCollection1/9/1.tif")),
        FILE_INDEX,
        2,
        "docIndex does not have",
    ),
    "path out of the archive": (
        lambda folder: change(folder / FILE_INDEX, r"\Documents\docCollection1\1<", r"\..\..\etc<"),
        FILE_INDEX,
        1,
        "no folder that may be",
    ),
    "no MD5": (lambda folder: change(folder / FILE_INDEX, "</md5>", "0</md5>"), FILE_INDEX, 1, "32 hexadecimal"),
    "listed twice": (
        lambda folder: change(folder / FILE_INDEX, ">tableIndex.xml<", ">docIndex.xml<"),
        FILE_INDEX,
        5,
        "earlier element",
    ),
}


def _file(folder: Path, path: str) -> None:
    (folder / path).parent.mkdir(parents=True)
    (folder / path).touch()


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_is_not_as_the_indices_say_is_refused_and_never_quoted(folder: Path, spoilt: str) -> None:
    read_all(folder)
    spoil, file, line, words = SPOILT[spoilt]
    spoil(folder)
    with pytest.raises(RecordMistake) as refused:
        read_all(folder)
    mistake = refused.value
    assert (mistake.file, mistake.line) == (file, line)
    assert re.search(words, mistake.reason)
    assert not any(value in mistake.reason for value in ("Ærø", "6101701234", "bilag"))


def test_a_table_changed_after_it_was_opened_is_refused(folder: Path) -> None:
    extract = open_extract(folder)
    change(folder / TABLE_2, "notat", "Notat")
    with pytest.raises(RecordMistake, match="changed while it was read"):
        read(extract, "NOTAT")


def records(content: bytes, size: int) -> list[tuple[str | None, ...]]:
    chunks = (content[start : start + size] for start in range(0, len(content), size))
    found: list[tuple[str | None, ...]] = []
    for batch in read_rows(chunks, FORM, "table1.xml"):
        assert batch["linje"].to_pylist() == list(range(len(found) + 1, len(found) + 1 + batch.num_rows))
        found += zip(batch["foerste"].to_pylist(), batch["anden"].to_pylist(), strict=True)
    return found


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
CELLS = st.text(CHARACTERS | st.sampled_from("<>&;\"'\n\t\r]æø "), max_size=12)


@given(st.lists(st.tuples(CELLS, st.none() | CELLS), max_size=8), st.integers(1, 200))
@example([("&lt;", "]]>"), ("\r\n", "&amp;#13;"), ("</row>", "<!--")], 7)
def test_every_text_reads_back_wherever_a_piece_ends(written: list[tuple[str, str | None]], size: int) -> None:
    expected = [(first or None, second or None) for first, second in written]
    assert records(table_xml(written).encode(), size) == expected


FRAGMENTS = [
    *("<c1>1</c1>", "<c1/>", "<c1></c1>", '<c1 xsi:nil="true"/>', "<c2>a</c2>", "<c2 />", '<c2 xsi:nil="1"></c2>'),
    *("<c1>&#65;&lt;</c1>", "<c1>&#xD;\r\n</c1>", "<c2>&x;</c2>", "<c1>]]></c1>", "<c2><![CDATA[</row>]]></c2>"),
    *("</row><row>", "<!-- </row> -->", "<?a </row>?>", " \n", "x", "<c2>", "</c2>", "<c3/>", "<c1>\u00a0\x0b</c1>"),
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=7), st.integers(1, 60))
@example(["<c1>1</c1>", "<c2><![CDATA[</row>]]></c2>", "</row><row>", "<c1/>"], 9)
def test_the_quick_way_says_what_the_parser_says(fragments: list[str], size: int) -> None:
    head = '<table xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    content = f"{head}<row>{''.join(fragments)}</row></table>".encode()

    def answer(size: int) -> list[tuple[str | None, ...]] | str:
        try:
            return records(content, size)
        except RecordMistake:
            return "refused"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_plain_columns", lambda *_: None)
        parsed = answer(len(content))
    assert answer(len(content)) == answer(size) == parsed


def test_prefixed_names_are_read_by_their_local_part() -> None:
    content = b'<t:table xmlns:t="urn:a"><t:row><t:c1>1</t:c1><t:c2>a</t:c2></t:row></t:table>'
    assert records(content, 20) == [("1", "a")]


def test_the_largest_field_is_read_and_a_larger_one_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = "æ" * (8 * 1024 * 1024)
    assert records(table_xml([("1", largest)]).encode(), 4 * 1024 * 1024) == [("1", largest)]
    with pytest.raises(RecordMistake, match="16 MiB") as refused:
        records(table_xml([("1", "a"), ("2", largest + "b")]).encode(), 4 * 1024 * 1024)
    assert (refused.value.line, refused.value.column, refused.value.file) == (2, "anden", "table1.xml")
    monkeypatch.setattr(rows, "_MAX_ROW_BYTES", 1000)
    with pytest.raises(RecordMistake, match="no row element ends"):
        records(b"<table><row><c1>" + b"a" * 5000, 100)


def test_a_table_is_given_out_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "table1.xml"
    write_table_xml(path, ((str(number), "a" * 900) for number in range(12_000)))
    chunks = iter([path.read_bytes()[:1_000_000], path.read_bytes()[1_000_000:]])
    first = next(read_rows(chunks, FORM, "table1.xml"))
    assert 1000 < first.num_rows < 1200
    assert next(chunks, None) is not None
