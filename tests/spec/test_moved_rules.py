"""The specs of the rules about cases that moved, R06 to R15, held against the oracle and against the SQL."""

from __future__ import annotations

import pytest

from pipelines.catalogue.specs import Spec
from tests.spec.judged import MOVED_RULES, SPECS, Said, named, said_by_oracle, said_by_pipeline, said_in

OF_MOVED = [spec for rule_id in MOVED_RULES for spec in SPECS[rule_id]]


@pytest.fixture(scope="module")
def said() -> dict[str, Said]:
    return said_by_pipeline(OF_MOVED)


@pytest.mark.parametrize("spec", OF_MOVED, ids=named)
def test_the_oracle_says_what_the_spec_says(spec: Spec) -> None:
    assert said_by_oracle(spec) == said_in(spec).lines


@pytest.mark.parametrize("spec", OF_MOVED, ids=named)
def test_the_sql_says_what_the_spec_says(spec: Spec, said: dict[str, Said]) -> None:
    assert said[named(spec)] == said_in(spec)
