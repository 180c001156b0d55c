"""Every example and every made world is judged by the oracle and by the pipeline."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ledger.engine import by_pipeline
from tests.ledger.world import World, by_oracle
from tests.oracle import Ledgers

Judge = Callable[[World], Ledgers]
# What is fsynced for safety would be most of the time of a test.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as name:
        yield Path(name)


@pytest.fixture(params=["oracle", "sql"])
def judge(request: pytest.FixtureRequest, folder: Path) -> Judge:
    """From a world to its ledgers, once by each."""
    return by_oracle if request.param == "oracle" else lambda world: by_pipeline(folder, world)
