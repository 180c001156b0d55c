"""A lake to make runs in, and one with a clean run in it that is only asked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inquiry.made import Made
from tests.ledger.clean import Clean
from tests.ledger.conftest import IN_MEMORY


@pytest.fixture
def made() -> Iterator[Made]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as name:
        yield Made(Path(name))


@pytest.fixture(scope="session")
def clean() -> Iterator[Made]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as name:
        lake = Made(Path(name))
        lake.run(Clean())
        yield lake
