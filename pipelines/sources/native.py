"""What an extract holds before it is mapped to the contract: the source's own tables, every value as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

# Told how many bytes have been read since it was told last.
OnRead = Callable[[int], None]

# The column of a native table that holds the line (CSV), row (Excel, Parquet) or element (XML) of each record.
LINE = "linje"


@dataclass(frozen=True)
class NativeTable:
    """One table as the source has it.

    ``name`` and ``columns`` are the source's own. ``file`` is where the records stand, as messages name it.
    ``read`` begins a new reading: batches of ``schema``, in the source's order, in bounded memory; it raises
    ``RecordMistake`` (with ``file``) at the first record that is not in order, or when the whole is not what the
    source says of it. ``rows`` is the source's own count; None when it gives none. ``meanings`` tells what the
    source itself says that a column means.
    """

    name: str
    file: str
    columns: tuple[str, ...]
    read: Callable[[OnRead], Iterator[pa.RecordBatch]]
    rows: int | None = None
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """Every column as ``pa.string()``, null where nothing stands, and ``linje`` as ``pa.int64()``, last."""
        return pa.schema([*((name, pa.string()) for name in self.columns), (LINE, pa.int64())])


@dataclass(frozen=True)
class ExtractFile:
    """One file that an extract consists of: its name in the extract's folder, its size, and its checksum in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class SourceRemark:
    """What is odd but was read all the same: one of the kinds that ``landing.remarks`` has a sentence for."""

    art: str
    file: str
    count: int
    line: int | None


@dataclass(frozen=True)
class Extract:
    """What lies in one folder, in one form: its tables, and what the source says of the whole.

    ``kontroltal`` are the source's own totals under the contract's names (``sager``, ``dokumenter``,
    ``journalnotater``). ``mapping`` is the form's own SQL for an entity, used where the estate has none:
    DuckDB SQL over the native tables that yields the contract's columns. ``remarks`` is asked when all that
    is wanted of the tables has been read.
    """

    tables: Mapping[str, NativeTable]
    files: tuple[ExtractFile, ...]
    kontroltal: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    remarks: Callable[[], tuple[SourceRemark, ...]] = tuple
