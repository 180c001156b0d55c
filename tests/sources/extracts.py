"""What the tests of the extracts' forms ask of what was opened."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.contract import ENTITIES
from pipelines.landing.remarks import Remarks
from pipelines.sources.block import RecordMistake
from pipelines.sources.native import Extract, NativeTable


def read(table: NativeTable) -> pa.Table:
    """Every record of the table; each batch has the schema that the table tells of."""
    batches = list(table.read(lambda _: None))
    return pa.Table.from_batches(batches, table.schema)


def rows(table: NativeTable) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(table).to_pylist()
    return found


def mapped(extract: Extract, entity: str, sql: str, **given: str) -> list[dict[str, Any]]:
    """What ``sql`` has of the tables, held to the names that the contract has for ``entity``.

    ``given``: the parameters that it names as ``:name``.
    """
    query = re.sub(r"(?<!:):(?=[a-z])", "$", sql)
    with duckdb.connect() as session:
        for name, table in extract.tables.items():
            session.register(name, read(table))
        found: list[dict[str, Any]] = session.sql(query, params=given).to_arrow_table().to_pylist()
    declared = {column.name: column.required for column in ENTITIES[entity].columns}
    for row in found:
        assert set(row) - {"linje"} <= set(declared)
        assert all(row[name] is not None for name, required in declared.items() if required)
    return found


def example(module: ModuleType) -> str:
    """The SQL that the module's docstring gives as an example."""
    found = re.search(r"^    SELECT\n.*?^    FROM \w+$", module.__doc__ or "", re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[0]


def remarks(extract: Extract) -> list[tuple[str, str, int, int | None]]:
    """The remarks, each of a kind that there is a sentence for."""
    found = extract.remarks()
    told = Remarks()
    for remark in found:
        told.add(remark.art, remark.file, remark.count, remark.line)
    assert len(told.as_records()) == len(found)
    return [(remark.art, remark.file, remark.count, remark.line) for remark in found]


def refusal(module: ModuleType, folder: Path, secret: str = "") -> RecordMistake:
    """Why what lies in ``folder`` is refused, when it is opened or when all of it is read."""
    with pytest.raises(RecordMistake) as caught:
        [read(table) for table in module.open_extract(folder).tables.values()]
    assert secret == "" or secret not in f"{caught.value.reason} {caught.value.column} {caught.value.file}"
    return caught.value
