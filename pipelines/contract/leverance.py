"""``leverance.json``: the sender's word on what was sent."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipelines.contract.codes import SYSTEM, kommuner
from pipelines.contract.entities import ENTITIES

LEVERANCE_FILE = "leverance.json"

# Keys and list indexes from the root, e.g. ("filer", 0, "navn").
Place = tuple[str | int, ...]

_EXPECTED = {
    "": "must be one JSON object",
    "version": "must be 1: this is the version of the delivery contract that is understood",
    "system": f"must be one of {', '.join(SYSTEM.values)}",
    "kommunekode": "must be one of the 98 kommunekoder: four digits in quotes, with the leading zero",
    "udtrukket": "must be the time of the extract as text, e.g. 2020-05-22T23:00:00+02:00",
    "filer": "must list the files, each as an object",
    "kontroltal": "must give each total as a whole number, 0 or more",
    "navn": "must be a bare file name of A-Z a-z 0-9 _ . - that ends in .csv or .parquet",
    "entitet": f"must be one of {', '.join(ENTITIES)}",
    "raekker": "must be the number of rows, a whole number, 0 or more",
    "bytes": "must be the size of the file, a whole number, 0 or more",
    "sha256": "must be the file's SHA-256, 64 hexadecimal digits",
    "tegnsaet": "must be utf-8, iso-8859-1 or cp1252",
    "skilletegn": "must be one printable ASCII character or a tab, and no letter, digit, blank or quote",
}


class LeveranceMistake(ValueError):
    """``leverance.json`` is not what the contract says; ``reason`` quotes no value."""

    def __init__(self, reason: str, line: int | None, key: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.key = key


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class LeveranceFil(_Frozen):
    """One delivered file. ``bytes`` is its size, ``raekker`` its number of records without the header."""

    navn: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+\.(csv|parquet)$")]
    entitet: str
    raekker: Annotated[int, Field(ge=0)]
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
    tegnsaet: Literal["utf-8", "iso-8859-1", "cp1252"] = "utf-8"
    skilletegn: Annotated[str, Field(pattern=r"^[!#-/:-@\[-`{-~\t]$")] = ";"

    @field_validator("entitet")
    @classmethod
    def _known_entity(cls, value: str) -> str:
        if value not in ENTITIES:
            raise ValueError
        return value


class Leverance(_Frozen):
    """What was sent. ``udtrukket`` is the text as it stands; ``kontroltal`` the source's own totals."""

    version: Literal[1]
    system: str
    kommunekode: str
    udtrukket: str
    filer: tuple[LeveranceFil, ...]
    kontroltal: dict[str, Annotated[int, Field(ge=0)]] = {}

    @field_validator("system")
    @classmethod
    def _known_system(cls, value: str) -> str:
        if value not in SYSTEM:
            raise ValueError
        return value

    @field_validator("kommunekode")
    @classmethod
    def _known_kommune(cls, value: str) -> str:
        if value not in kommuner():
            raise ValueError
        return value


class PlacedLeverance:
    """A ``leverance.json`` with the line of each of its keys.

    Raises ``LeveranceMistake`` for the first thing that is not as the contract says.
    """

    def __init__(self, content: bytes) -> None:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise LeveranceMistake("the file is not UTF-8; write it as UTF-8", line) from error
        try:
            self.raw: dict[str, Any] = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            raise LeveranceMistake(
                "the file is not JSON; it was cut short, or it is something else", error.lineno
            ) from error
        except (_NotStrict, RecursionError) as error:
            raise LeveranceMistake(
                "the file is not strict JSON: a key stands twice, or it nests too deep", None
            ) from error
        self.lines = _lines_of(text)
        try:
            # Through JSON again, so that a list may become a tuple although nothing else is converted.
            self.leverance = Leverance.model_validate_json(json.dumps(self.raw))
        except ValidationError as error:
            raise self._mistake(error.errors(include_url=False, include_context=False)[0]) from error

    def line(self, place: Place) -> int | None:
        """The line of ``place``, else of the nearest place around it that stands in the file."""
        return next((self.lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in self.lines), None)

    def _mistake(self, error: Any) -> LeveranceMistake:
        place: Place = tuple(error["loc"])
        known = [part for part in place if part in _EXPECTED]
        key = str(known[-1]) if known else None
        if error["type"] == "missing":
            return LeveranceMistake(f"the key {key} is missing; it {_EXPECTED[key or '']}", self.line(place))
        return LeveranceMistake(_EXPECTED[key or ""], self.line(place), key)


class _NotStrict(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _NotStrict
    return made


def _no_constant(_: str) -> None:
    raise _NotStrict


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def _lines_of(text: str) -> dict[Place, int]:
    """The line of every place of a valid JSON text."""
    lines: dict[Place, int] = {}
    # Inside an object the last part of the path is a key, inside an array an index.
    path: list[str | int] = []
    arrays: list[bool] = []
    line, counted = 1, 0
    key_next = False
    for token in _TOKEN.finditer(text):
        line += text.count("\n", counted, token.start())
        counted = token.start()
        word = token[0]
        if word in "{[":
            lines.setdefault(tuple(path), line)
            arrays.append(word == "[")
            path.append(0 if word == "[" else "")
            key_next = word == "{"
        elif word in "}]":
            arrays.pop()
            path.pop()
        elif word == ",":
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else ""
            key_next = not arrays[-1]
        elif word == ":":
            key_next = False
        elif key_next:
            path[-1] = json.loads(word)
            lines[tuple(path)] = line
        else:
            lines.setdefault(tuple(path), line)
    return lines
