"""A CSV file as blocks of records: hashed, decoded, checked and cut in one reading, in bounded memory."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv

from pipelines.contract import Entity
from pipelines.sources.block import Block, Header, RecordMistake, read_header, refuse_long_fields
from pipelines.sources.csv_scan import Integers, scan
from pipelines.sources.encoding import READS_AS_UTF_8, Decoder, Encoding, EncodingFault, first_letter_beyond_ascii

CHUNK_BYTES = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class CsvRecords:
    """One reading of ``stream``, an open file at its start.

    ``choose`` is told the names in the header, once, and returns the columns to read, in their order; it raises
    ``RecordMistake`` when the header is not the one it wants, and always when a name stands twice. ``on_read`` is
    told the size of each piece read, in bytes.
    """

    def __init__(
        self,
        stream: BinaryIO,
        choose: Callable[[Sequence[str]], Sequence[str]],
        *,
        encoding: Encoding = "utf-8",
        delimiter: str = ";",
        on_read: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._stream = stream
        self._choose = choose
        self._chosen: list[str] = []
        self._encoding: Encoding = encoding
        self._delimiter = delimiter
        self._on_read = on_read
        self._digest = hashlib.sha256()
        self._decoder = Decoder(encoding)
        self._first_letter_line: int | None = None
        self._header_record = b""

    def sha256(self) -> str:
        """SHA-256 of the whole file in hex; what has not been read yet is read for it."""
        while self._read():
            pass
        return self._digest.hexdigest()

    def blocks(self) -> Iterator[Block]:
        """The records in their order; raises ``RecordMistake`` at the first that is not in order."""
        pending, width, line = b"", 0, 1
        for chunk in self._chunks():
            data = pending + chunk
            if not data:
                break
            found = scan(np.frombuffer(data, np.uint8), ord(self._delimiter), at_end=not chunk)
            lines = line + np.concatenate(([0], found.line_feeds))
            starts = np.concatenate(([0], found.ends))
            mistake = found.fault.reason if found.fault else None
            whole = found.record_of(found.fault.offset) if found.fault else len(found.ends)
            first = 0
            if whole and not self._header_record:
                self._read_header(data[: starts[1]])
                width, first = int(found.fields[0]), 1
            wrong = np.flatnonzero(found.fields[first:whole] != width)
            if len(wrong):
                whole = first + int(wrong[0])
                mistake = (
                    f"the record has {found.fields[whole]} fields where the header has {width}; "
                    "put quotes round a field that holds a delimiter or a line break"
                )
            if whole > first:
                yield self._block(
                    data[starts[first] : starts[whole]], starts[first:whole] - starts[first], lines[first:whole]
                )
            if mistake is not None:
                raise RecordMistake(mistake, int(lines[whole]))
            pending, line = data[starts[whole] :], int(lines[whole])
        if not self._header_record:
            raise RecordMistake("the file is empty; its first line must be the header", 1)
        if self._decoder.reads_as_utf8:
            raise RecordMistake(READS_AS_UTF_8, self._first_letter_line)

    def _read(self) -> bytes:
        chunk = self._stream.read(CHUNK_BYTES)
        self._digest.update(chunk)
        self._on_read(len(chunk))
        return chunk

    def _chunks(self) -> Iterator[bytes]:
        """The pieces of the file without its byte order mark, and an empty one at the end."""
        chunk = self._read()
        without_mark = chunk.removeprefix(_BOM) if self._encoding == "utf-8" else chunk
        if without_mark:
            yield without_mark
        while chunk:
            chunk = self._read()
            yield chunk

    def _read_header(self, record: bytes) -> None:
        record = self._utf8(record, np.array([0]), np.array([1]))
        text = record.decode().rstrip("\r\n")
        self._header_record = text.encode() + b"\n"
        try:
            names = next(csv.reader([text], delimiter=self._delimiter, strict=True), [""])
        except csv.Error as error:
            raise RecordMistake("the header cannot be read; the first line must be the column names", 1) from error
        self._chosen = list(self._choose(names))

    def _block(self, records: bytes, starts: Integers, lines: Integers) -> Block:
        names = self._chosen
        # With the header before it no block begins with what a parser takes for a byte order mark.
        data = self._header_record + self._utf8(records, starts, lines)
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(block_size=len(data) + 1),
            parse_options=pa.csv.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=pa.csv.ConvertOptions(
                include_columns=names,
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
        if table.num_rows != len(lines):
            raise AssertionError("the scan and the parser see another number of records")
        (batch,) = table.combine_chunks().to_batches()
        refuse_long_fields(batch, lines)
        return Block(batch, lines)

    def _utf8(self, records: bytes, starts: Integers, lines: Integers) -> bytes:
        def line_of(offset: int) -> int:
            return int(lines[int(np.searchsorted(starts, offset, side="right")) - 1])

        try:
            decoded = self._decoder.utf8(records)
        except EncodingFault as fault:
            raise RecordMistake(fault.reason, line_of(fault.offset)) from None
        if self._decoder.reads_as_utf8 and self._first_letter_line is None:
            letter = first_letter_beyond_ascii(records)
            self._first_letter_line = None if letter is None else line_of(letter)
        return decoded


class CsvFile(CsvRecords):
    """One reading of a file whose columns are those of ``entity``.

    ``header`` holds once ``blocks`` has begun. The rest is as ``CsvRecords`` has it.
    """

    def __init__(
        self,
        stream: BinaryIO,
        entity: Entity,
        *,
        encoding: Encoding = "utf-8",
        delimiter: str = ";",
        on_read: Callable[[int], None] = lambda _: None,
    ) -> None:
        super().__init__(stream, self._hold, encoding=encoding, delimiter=delimiter, on_read=on_read)
        self.header = Header((), ())
        self._entity = entity

    def _hold(self, names: Sequence[str]) -> list[str]:
        self.header = read_header(names, self._entity)
        return [column.name for column in self._entity.columns if column.name not in self.header.absent]
