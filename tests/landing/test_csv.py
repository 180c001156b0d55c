"""CSV as RFC 4180 has it: read as Python's own reader reads it, in pieces of any size, or refused."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.contract import ENTITIES
from pipelines.sources import csv_file
from pipelines.sources.block import RecordMistake
from pipelines.sources.csv_file import CsvFile

ENTITY = ENTITIES["krydsreference"]
HEADER = [column.name for column in ENTITY.columns]
FIELDS = st.text(st.sampled_from('ab ;,"\r\nåß€\u00a0\ufeff'), max_size=6)
RECORDS = st.lists(st.tuples(FIELDS, FIELDS, FIELDS), max_size=12)


def read(content: bytes, **options: Any) -> tuple[list[tuple[str | None, ...]], list[int]]:
    rows: list[tuple[str | None, ...]] = []
    lines: list[int] = []
    for block in CsvFile(io.BytesIO(content), ENTITY, **options).blocks():
        rows += zip(*(column.to_pylist() for column in block.columns.columns), strict=True)
        lines += block.lines.tolist()
    return rows, lines


def written(records: list[tuple[str, ...]], delimiter: str = ";", line_end: str = "\n", *, quoted: bool = False) -> str:
    """Strict CSV. Python's own writer leaves a carriage return without quotes when lines end otherwise."""

    def field(value: str) -> str:
        return f'"{value.replace(chr(34), chr(34) * 2)}"' if quoted or set(value) & set('";,\r\n') else value

    return "".join(delimiter.join(map(field, record)) + line_end for record in [tuple(HEADER), *records])


@given(
    RECORDS,
    st.sampled_from(";,"),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 40),
)
@example([("", "", "")], ";", "\n", True, False, 1)
def test_strict_csv_is_read_as_pythons_reader_reads_it(
    records: list[tuple[str, ...]], delimiter: str, line_end: str, quoted: bool, ends: bool, piece: int
) -> None:
    text = written(records, delimiter, line_end, quoted=quoted)
    text = text if ends else text.removesuffix(line_end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "CHUNK_BYTES", piece)
        rows, lines = read(text.encode(), delimiter=delimiter)
    assert rows == [tuple(field or None for field in record) for record in records]
    # The line on which a record begins is one more than the line feeds before it.
    begun = [written(records[:number], delimiter, line_end, quoted=quoted) for number in range(len(records))]
    assert lines == [before.count("\n") + 1 for before in begun]


@given(st.text(st.sampled_from('a;"\r\n'), max_size=12), st.integers(1, 9))
def test_what_is_not_strict_is_refused_and_never_guessed(tail: str, piece: int) -> None:
    text = ";".join(HEADER) + "\n" + tail
    rows: list[tuple[str | None, ...]] = []
    mistake: RecordMistake | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "CHUNK_BYTES", piece)
        try:
            rows, _ = read(text.encode())
        except RecordMistake as error:
            mistake = error
    if mistake is None:
        # What is let through says one thing only, and Python's reader in its strict mode agrees.
        again = [tuple(field or "" for field in row) for row in rows]
        assert read(written(again).encode())[0] == rows
        assert [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)][
            1:
        ] == again
    else:
        assert mistake.line is not None
        assert 1 < mistake.line <= text.count("\n") + 1


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "cp1252"])
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_letters_survive_wherever_a_piece_ends(monkeypatch: pytest.MonkeyPatch, encoding: Any, piece: int) -> None:
    monkeypatch.setattr(csv_file, "CHUNK_BYTES", piece)
    records = [("sag", "æøå ÆØÅ", "§ñü"), ("sag", "ß", "x")]
    text = written(records)
    assert read(text.encode(encoding), encoding=encoding)[0] == records


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    text = written([("sag", "\ufeffa", "b")])
    for mark in ("", "\ufeff"):
        assert read((mark + text).encode())[0] == [("sag", "\ufeffa", "b")]


def test_a_mark_inside_is_a_character_even_where_a_piece_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    text = written([("sag", "a", "b"), ("\ufeffsag", "c", "d")])
    for piece in range(1, 60):
        monkeypatch.setattr(csv_file, "CHUNK_BYTES", piece)
        assert read(text.encode())[0][1] == ("\ufeffsag", "c", "d")


def test_the_largest_field_is_read() -> None:
    largest = '"' * (16 * 1024 * 1024)
    text = written([("sag", largest, "b"), ("sag", "c", "d")])
    rows, lines = read(text.encode())
    assert rows[0][1] == largest
    assert lines == [2, 3]
