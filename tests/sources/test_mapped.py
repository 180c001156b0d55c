"""What an extract's tables become by the estate's mapping: DuckDB's SQL, or columns by name."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from pipelines.errors import InputError
from pipelines.estate_sources import Afbildning
from pipelines.sources.block import RecordMistake
from pipelines.sources.mapped import MappedDelivery, MappedEntity
from pipelines.sources.native import Extract, ExtractFile, NativeTable, OnRead

MOMENT = datetime(2021, 3, 1, 2, tzinfo=UTC)
CANARY = "6101701234"


def table(name: str, content: list[tuple[str | None, ...]], *columns: str, **options: Any) -> NativeTable:
    """A table of two batches, so that what is asked of one batch alone does not pass for all."""

    def read(on_read: OnRead) -> Iterator[pa.RecordBatch]:
        half = len(content) // 2
        for first, part in ((1, content[:half]), (half + 1, content[half:])):
            numbered = [dict(zip(columns, row, strict=True)) | {"linje": first + i} for i, row in enumerate(part)]
            yield pa.RecordBatch.from_pylist(numbered, made.schema)

    made = NativeTable(name, f"{name}.xml", columns, read, **options)
    return made


LINKS = [("d1", "s1", "Tilakteret", "0751"), ("d2", "s1", "Vedlagt", "0751"), ("d3", "s9", "Vedlagt", "0101")]
LINK_TABLE = table("LINK", LINKS, "Dok", "sag_uuid", "Rolle", "Kommune", rows=3)


def delivered(tables: list[NativeTable], mapping: Mapping[str, Afbildning], system: str = "edh") -> MappedDelivery:
    extract = Extract({each.name: each for each in tables}, (ExtractFile("a.xml", 1, "0" * 64),))
    return MappedDelivery("siard", system, "0751", MOMENT, extract, mapping)


def rows_of(mapped: MappedEntity) -> list[dict[str, Any]]:
    with mapped.open(lambda name, size: None) as records:
        return [
            row | {"linje": int(line)}
            for block in records.blocks()
            for row, line in zip(block.columns.to_pylist(), block.lines, strict=True)
        ]


def one(delivery: MappedDelivery) -> MappedEntity:
    (mapped,) = delivery.entities
    return mapped


def test_columns_by_the_estates_names_by_the_contracts_and_the_rest_kept_out() -> None:
    mapping = Afbildning(tabel="link", kolonner={"dokument_uuid": "dok", "rolle": "Rolle"})
    mapped = one(delivered([LINK_TABLE], {"dokument_sag": mapping}))
    assert rows_of(mapped) == [
        {"dokument_uuid": dok, "sag_uuid": sag, "rolle": rolle, "linje": number}
        for number, (dok, sag, rolle, _) in enumerate(LINKS, 1)
    ]
    assert mapped.sent == 3
    with mapped.open(lambda name, size: None) as records:
        list(records.blocks())
        assert records.header.unknown == ("Kommune",)


def test_one_kommune_of_a_table_that_holds_several() -> None:
    mapping = Afbildning(tabel="LINK", kolonner={"dokument_uuid": "Dok", "rolle": "Rolle"}, kommunekolonne="kommune")
    mapped = one(delivered([LINK_TABLE], {"dokument_sag": mapping}))
    assert [row["dokument_uuid"] for row in rows_of(mapped)] == ["d1", "d2"]
    assert mapped.sent is None, "the source's count is of all its kommuner"


def test_sql_with_the_kommune_and_the_same_table_twice() -> None:
    sql = """
        SELECT a."Dok" AS dokument_uuid, a.sag_uuid, a."Rolle" AS rolle
        FROM link AS a JOIN link AS b USING (sag_uuid)
        WHERE a."Kommune" = :kommunekode AND b."Dok" = 'd2' AND 'x'::VARCHAR = 'x'
        ORDER BY dokument_uuid"""
    rows = rows_of(one(delivered([LINK_TABLE], {"dokument_sag": Afbildning(sql=sql)})))
    assert [(row["dokument_uuid"], row["linje"]) for row in rows] == [("d1", 1), ("d2", 2)]


def test_a_column_by_what_the_source_says_that_it_means() -> None:
    meanings = {"c": ("Sagsidentifikation",), "t": ("Sagstitel",), "u": ("Sagstitel",)}
    sager = table("SAG", [("1", "K-1", "a", "b")], "sag_uuid", "c", "t", "u", meanings=meanings)
    named = Afbildning(tabel="SAG", kolonner={"titel": "u"})
    assert '"c" AS "sagsnummer"' in one(delivered([sager], {"sag": named})).sql
    with pytest.raises(InputError, match=r"Several columns of SAG are said to be Sagstitel \(t, u\)"):
        _ = delivered([sager], {"sag": Afbildning(tabel="SAG")}).entities


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        (Afbildning(tabel="SAG"), "entiteter.dokument_sag.tabel in the estate is no table"),
        (Afbildning(tabel="LINK", kolonner={"rolle": "Role"}), r"kolonner.rolle in the estate is no column of LINK"),
        (Afbildning(sql="SELECT * FROM links"), r"the tables LINK. DuckDB says: .*links does not exist"),
        (Afbildning(sql="SELECT Role FROM link"), r"cannot be run on what lies there.*Role"),
        (Afbildning(sql="SELEC"), r"cannot be run on what lies there"),
        (Afbildning(sql="FROM read_csv('/etc/passwd')"), r"cannot be run on what lies there"),
        (Afbildning(sql="COPY link TO '/tmp/link.csv'"), r"cannot be run on what lies there"),
    ],
)
def test_a_mapping_that_does_not_fit_is_told_before_a_record_is_read(mapping: Afbildning, sentence: str) -> None:
    with pytest.raises(InputError, match=f"(?s){sentence}"):
        rows_of(one(delivered([LINK_TABLE], {"dokument_sag": mapping})))


def test_an_entity_that_the_system_does_not_deliver() -> None:
    with pytest.raises(InputError, match="kmd_sag does not deliver dokument_sag; it delivers sag, journalnotat"):
        _ = delivered([LINK_TABLE], {"dokument_sag": Afbildning(tabel="LINK")}, "kmd_sag").entities


def test_nothing_is_mapped() -> None:
    with pytest.raises(InputError, match=r"has the tables LINK, and no entity.*kilder.edh.entiteter"):
        _ = delivered([LINK_TABLE], {}).entities


def test_a_value_that_the_sql_cannot_read_is_not_quoted() -> None:
    sager = table("SAG", [("1", CANARY), ("2", CANARY)], "Dok", "Tekst")
    sql = """SELECT "Dok" AS dokument_uuid, "Dok" AS sag_uuid, CAST("Tekst" AS DATE)::VARCHAR AS rolle FROM sag"""
    with pytest.raises(RecordMistake, match="a value cannot be read by the SQL of dokument_sag") as caught:
        rows_of(one(delivered([sager], {"dokument_sag": Afbildning(sql=sql)})))
    assert CANARY not in str(caught.value)


def test_a_number_for_an_identifier_is_refused() -> None:
    sql = """SELECT linje AS dokument_uuid, sag_uuid, "Rolle" AS rolle FROM link"""
    with pytest.raises(RecordMistake, match="type must be text or a 16-byte uuid; cast it in the SQL"):
        rows_of(one(delivered([LINK_TABLE], {"dokument_sag": Afbildning(sql=sql)})))


def test_what_is_wrong_in_the_files_is_told_in_the_readers_words() -> None:
    def read(on_read: OnRead) -> Iterator[pa.RecordBatch]:
        raise RecordMistake("the row has a cell twice", 7, "c1", "Tables/table1/table1.xml")
        yield

    broken = NativeTable("LINK", "table1.xml", ("dokument_uuid", "sag_uuid", "rolle"), read)
    with pytest.raises(RecordMistake, match="the row has a cell twice") as caught:
        rows_of(one(delivered([broken], {"dokument_sag": Afbildning(tabel="LINK")})))
    assert (caught.value.line, caught.value.file) == (7, "Tables/table1/table1.xml")


def test_fewer_rows_than_the_source_counts() -> None:
    short = table("LINK", LINKS, "dokument_uuid", "sag_uuid", "rolle", "x", rows=4)
    mapped = one(delivered([short], {"dokument_sag": Afbildning(tabel="LINK")}))
    with (
        mapped.open(lambda name, size: None) as records,
        pytest.raises(InputError, match="there are 3 rows where the source says 4"),
    ):
        records.verify(3)
