"""What small estates are made of: few values of each kind, so that rows collide, and who chooses among them.

What stands first is the plain choice, so that Hypothesis shrinks a failing estate towards a clean one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

from tests.oracle import STUB

Row = dict[str, Any]

# Extracts (E) and transitions (T), in order; an extract may also fall on the transition itself.
E0, T0, E1, T1, E2 = (
    "2020-02-28T20:00:00Z",
    "2020-03-01T00:00:00Z",
    "2021-02-28T20:00:00Z",
    "2021-03-01T00:00:00Z",
    "2022-02-02T02:00:00Z",
)
# In the night when a kommune gave up its manual cases: 1 September 2021, 00:00 Danish time.
GIVEN_UP = "2021-08-31T22:00:00Z"
AFTER = [
    "2021-06-01T12:00:00Z",
    GIVEN_UP,
    "2021-08-31T21:59:59Z",
    "2021-12-01T09:00:00Z",
    T0,
    T1,
    "2021-03-01T00:00:00.5Z",
    E2,
    "2022-02-02T02:00:01Z",
]
# The last two: the Danish day of the last extract, and the day after it.
DAYS_GIVEN_UP = [None, "2021-09-01", "2021-09-01", "2021-03-01", "2022-02-02", "2022-02-03"]
DAYS_ROLLED_OUT = [None, None, "2022-02-03", "2022-02-02", "2021-03-01"]
TRANSITIONS = [
    *[{"ksd": T0, "ky": T1}, {"ksd": T1, "ky": T1, "spk": T1}, {"ky": T0, "ksd": T1}] * 3,
    {"ky": T1},
    {"ksd": T1},
    {"ksd": T0, "ky": T1, "spk": "2023-01-01T00:00:00Z"},
    {"spk": T1},
    {"ky": E0},
    {},
]
EARLY = [
    "2019-07-02T10:15:30Z",
    "2019-07-02T08:15:30Z",
    "2019-07-01T22:00:00Z",
    "2019-07-02T10:15:30.5Z",
    "2019-07-02T10:15:31Z",
]
LATE = [T0, "2021-02-28T22:00:00Z", "2021-02-28T23:59:59Z", T1, "2021-03-01T05:00:00Z"]
LARGE = "Bor på Ærø. " * 9_000
TEXTS = [
    "Bor på Ærø",
    "Ringet",
    "Bor pÃ¥ Ã†rÃ¸",
    "Bor p? ?r?",
    "Bor p r",
    "Bor påÆrø",
    "Bor på …",
    "Bor p",
    "Ringet.",
    STUB,
    LARGE,
]
CASE_VALUES: dict[str, list[Any]] = {
    "sagsnummer": ["", "", "S-1", "S-2"],
    "part_cpr": ["6101801234", "6102800003"],
    "titel": ["Ydelse", "Anden ydelse"],
    "kle_emne": ["32.24.04", "32.24.32", "32.18.04"],
    "kle_facet": ["G01", "G02"],
    "fremdrift": ["Oplyst", "Afgjort", "Udfoert", "Afsluttet"],
    "fremdrift_fra": ["2019-03-01T09:00:00Z", T1],
    "oprettet": [*EARLY[:2], *LATE[1:]],
    "livscyklus": ["aktiv", "aktiv", "aktiv", "passiveret"],
    "ydelse_til": [None, "2016-12-31", "2017-01-01", "2017-12-31"],
}
NOTE_VALUES: dict[str, list[Any]] = {
    "oprettet": EARLY * 2 + LATE,
    "forfatter": ["Mette", "Ole"],
    "titel": [None, "Samtale"],
    "tekst": TEXTS,
}
DOCUMENT_VALUES = {"titel": ["Attest", "Brev"], "registreret": [*EARLY[:1], *LATE]}
FILE_VALUES = {"bytes": [10, 0], "kontrolsum": ["ab" * 32, "AB" * 32, "cd" * 32, "ef" * 32]}
VALUES = {"sag": CASE_VALUES, "journalnotat": NOTE_VALUES, "dokument": DOCUMENT_VALUES, "fil": FILE_VALUES}
CHANGED_MOST = {"journalnotat": ["tekst", "tekst", "oprettet"], "sag": ["titel", "fremdrift"]}
NOTE_IDS = ["1", "2", "3", "4", "5", "6", "7|a", "8\\"]


class Choice(Protocol):
    """Chooses one of some values, the first being the plainest."""

    def one(self, among: Sequence[Any]) -> Any: ...


@dataclass(frozen=True)
class Drawn:
    draw: Callable[[st.SearchStrategy[Any]], Any]

    def one(self, among: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(among))


@dataclass(frozen=True)
class Picked:
    source: random.Random

    def one(self, among: Sequence[Any]) -> Any:
        return self.source.choice(among)


def seldom(draw: Choice) -> bool:
    return draw.one([False] * 7 + [True])


def values(draw: Choice, entity: str) -> Row:
    """Every value from its alphabet, the plain one as often as all others together."""
    return {
        name: draw.one([*alphabet[:1] * (len(alphabet) - 1), *alphabet[1:]])
        for name, alphabet in VALUES[entity].items()
    }


def changed(draw: Choice, entity: str, row: Row) -> Row:
    name = draw.one([*VALUES[entity], *CHANGED_MOST.get(entity, [])])
    return {**row, name: draw.one([value for value in VALUES[entity][name] if value != row.get(name)])}


def survived(draw: Choice, entity: str, rows: list[Row]) -> list[Row]:
    """``rows`` as they came through: most of them, some lost, some changed."""
    out = []
    for row in rows:
        fate = draw.one(["kept"] * 9 + ["lost", "changed", "changed", "changed"])
        if fate == "changed" and entity in VALUES:
            out.append(changed(draw, entity, row))
        elif fate != "lost":
            out.append(row)
    return out


def some(draw: Choice, names: Sequence[Any], most: int) -> list[Any]:
    return [draw.one(names) for _ in range(draw.one(range(most + 1)))] if names else []


def unique(rows: list[Row], *key: str) -> list[Row]:
    return list({tuple(row[name] for name in key): row for row in rows}.values())
