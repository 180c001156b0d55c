"""The estate: which kommuner are reconciled, when each moved, and which deviations are accepted.

``estate.yaml`` and ``afvigelser.yaml`` are written by hand, so every mistake is collected and told
together, each with its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
)

from pipelines.contract import NEW_SYSTEMS, kommuner
from pipelines.contract.codes import SYSTEM
from pipelines.errors import EstateError
from pipelines.estate_lake import S3, Objektlager, check_url
from pipelines.estate_notice import Varsling
from pipelines.estate_sources import SOURCE_MODELS, Kilde, Kilder, hold_nights, hold_sources, list_sources
from pipelines.placed_yaml import Place, PlacedYaml, read_yaml, validated

WAIVERS_FILE = "afvigelser.yaml"
DANISH_TIME = ZoneInfo("Europe/Copenhagen")
# These rules follow from the ledgers: a waiver takes the ledger's row, so naming the rule says nothing more.
LEDGER_RULES = frozenset({"R02", "R03", "R04", "R05", "R20", "R22", "R23", "R24"})
LEDGER_OBJECTS = ("sag", "journalnotat", "dokument", "fil", "dokument_sag")
_UUID_KEYED = (*LEDGER_OBJECTS, "noeglepose")
_UUID = re.compile(r"\b[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b")
# What a waiver names its object by: no two may agree in all of these.
_NAMING = ("kommunekode", "objekttype", "objekt_id", "sted", "regel")


def _date(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError("must be a date, YYYY-MM-DD")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError("is a date that does not exist") from error
    return value


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be a date and time in ISO 8601, e.g. 2020-06-03T08:00:00+02:00") from error
    if len(value) <= len("2020-06-03"):
        raise ValueError("needs a time of day too: a case born that day is new or old by it")
    local = moment if moment.tzinfo else moment.replace(tzinfo=DANISH_TIME)
    try:
        instant = local.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies outside the years 1 to 9999") from error
    # An hour that summer time skips does not come back from UTC as it was written.
    if not moment.tzinfo and instant.astimezone(DANISH_TIME).replace(tzinfo=None) != moment:
        raise ValueError("does not exist in Denmark (the hour that summer time skips); give an offset")
    return instant


def _kommunekode(value: str) -> str:
    if value not in kommuner():
        raise ValueError('is not one of the 98 kommunekoder (four digits in quotes, e.g. "0751")')
    return value


def _new_system(value: str) -> str:
    if value not in NEW_SYSTEMS:
        raise ValueError(f"is not a new system; they are {', '.join(NEW_SYSTEMS)}")
    return value


def _system(value: str) -> str:
    if value not in SYSTEM:
        raise ValueError(f"is not a system; they are {', '.join(SYSTEM.values)}")
    return value


def _folder(value: object, info: ValidationInfo) -> object:
    """A folder of the estate, absolute; what is relative stands beside the estate file."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a folder, relative to this file or absolute")
    return (info.data["path"].parent / value).resolve()


def _lake(value: object, info: ValidationInfo) -> object:
    """The lake's folder on this machine: where it lies, or where its working copy does."""
    if not isinstance(value, str) or not value.startswith(S3):
        return _folder(value, info)
    store = info.data.get("objektlager") or Objektlager()
    return store.working_copy(check_url(value), info.data["path"].parent)


IsoDate = Annotated[date, BeforeValidator(_date)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Kommunekode = Annotated[str, AfterValidator(_kommunekode)]
Folder = Annotated[Path, BeforeValidator(_folder)]
LakeFolder = Annotated[Path, BeforeValidator(_lake)]
NewSystem = Annotated[str, AfterValidator(_new_system)]
System = Annotated[str, AfterValidator(_system)]
KleEmne = Annotated[str, Field(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}$")]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kommune(_Frozen):
    """One kommune. ``overgang``: new system to the moment it took over (UTC).

    ``opsagt_manuelle_sager``: the day from which manual cases were given up, Danish time.
    """

    overgang: dict[NewSystem, Moment] = {}
    opsagt_manuelle_sager: IsoDate | None = None


class KleOmlaegning(_Frozen):
    """A declared change of KLE-emne: from ``gaelder_fra`` (Danish date) ``til`` in ``system`` answers ``fra``."""

    system: NewSystem
    fra: KleEmne
    til: KleEmne
    gaelder_fra: IsoDate


class Afvigelse(_Frozen):
    """An accepted deviation (waiver). It counts until the end of ``udloeber``.

    ``regel`` is given only for a rule that does not read a ledger; without it the object and ``sted``
    name a row of ``pligt`` or ``oprindelse``.
    """

    kommunekode: Kommunekode
    objekttype: Words
    objekt_id: Words
    sted: Literal["nyt", "edh"] | None = None
    regel: Annotated[str, Field(pattern=r"^R(0[1-9]|1[0-9]|2[0-4])$")] | None = None
    begrundelse: Words
    ejer: Words
    godkendt_af: Words
    godkendt: IsoDate
    udloeber: IsoDate


class Bevaring(_Frozen):
    """How long the lake keeps what nothing needs: snapshots for ``dage`` days, and the newest ``koersler`` runs."""

    dage: Annotated[int, Field(ge=1)]
    koersler: Annotated[int, Field(ge=1)]


class Estate(_Frozen):
    """What is reconciled. ``lake`` and ``inbox`` are absolute; ``fuldt_udrullet``: the day all 98 had moved.

    ``lake_url``: the store that the lake lies in, when ``lake`` is only its working copy; ``objektlager`` how it is
    reached.

    ``kle_omlaegninger``: None where the file has none of its own, and ``sql/explained`` tells. ``kilder``: where
    each system's snapshots are pulled from. ``frist``: the Danish time of day at which a night is reconciled with
    what has come. ``varsling``: who is told of it. ``bevaring``: how long the lake keeps what
    nothing needs; without it, for good. ``krypter_tekster``: no note's text is landed without a key of its own.
    """

    path: Path
    objektlager: Objektlager = Objektlager()
    lake: LakeFolder
    lake_url: str | None = None
    inbox: Folder
    kommuner: Annotated[dict[Kommunekode, Kommune], Field(min_length=1)]
    fuldt_udrullet: IsoDate | None = None
    kle_omlaegninger: tuple[KleOmlaegning, ...] | None = None
    kilder: dict[System, Kilder] = {}
    varsling: tuple[Varsling, ...] = ()
    bevaring: Bevaring | None = None
    krypter_tekster: bool = False
    frist: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "06:00"
    afvigelser: tuple[Afvigelse, ...] = ()

    def kommuner_of(self, system: str, kilde: Kilde) -> list[str]:
        """The kommuner that ``kilde`` is asked for: those it names, else those that ``system`` concerns."""
        if kilde.kommuner is not None:
            return sorted(kilde.kommuner)
        return sorted(
            kommunekode
            for kommunekode, kommune in self.kommuner.items()
            if system not in NEW_SYSTEMS or system in kommune.overgang
        )


def load_estate(path: Path) -> Estate:
    """The estate of ``path``, with the waivers of ``afvigelser.yaml`` beside it (absent: none).

    Raises ``EstateError`` with every mistake of both files, each with its file, line and key.
    """
    path = path.resolve()
    read = read_yaml(path)
    if not isinstance(read.content, dict):
        if not read.mistakes:
            read.mistake((), "must be keys and values: lake, inbox, kommuner")
        raise EstateError(read.mistakes)
    for key in _NOT_KEYS & read.content.keys():
        read.mistake((key,), f"unknown key; known here: {_known(Estate)}")
    written = {key: value for key, value in read.content.items() if key not in _NOT_KEYS}
    list_sources(read, written)
    named = written.get("lake")
    lake_url = named.rstrip("/") if isinstance(named, str) and named.startswith(S3) else None
    if lake_url is None and "objektlager" in written:
        read.mistake(("objektlager",), f"is for a lake in a store: set lake to {S3}bucket/folder, or leave it out")
    told = {**written, "path": path, "lake_url": lake_url}
    estate, wrong = validated(read, TypeAdapter(Estate), told, _known_at)
    if lake_url is None and not wrong & {("lake",), ("inbox",)}:
        lake, inbox = ((path.parent / written[key]).resolve() for key in ("lake", "inbox"))
        if lake.is_relative_to(inbox) or inbox.is_relative_to(lake):
            read.mistake((), "lake and inbox must be two folders, neither inside the other")
    if estate is not None:
        hold_sources(read, estate.kilder, estate.kommuner.keys(), estate.kommuner_of)
        hold_nights(read, estate.kilder, estate.frist)
    waivers = _load_waivers(path.with_name(WAIVERS_FILE), read.content.get("kommuner"))
    mistakes = [*read.mistakes, *waivers.mistakes]
    if mistakes or estate is None:
        raise EstateError(mistakes)
    return estate.model_copy(update={"afvigelser": tuple(waivers.content)})


def _load_waivers(path: Path, known_kommuner: object) -> PlacedYaml:
    """The file read, its content the list of its ``Afvigelse`` (empty when something is wrong)."""
    if not path.exists():
        return PlacedYaml(path.name, content=[])
    read = read_yaml(path)
    raw, read.content = read.content, []
    if raw is None:
        return read
    waivers = [(index, item) for index, item in enumerate(raw) if isinstance(item, dict)]
    for _, waiver in waivers:
        _lower_uuids(waiver)
    accepted, wrong = validated(read, TypeAdapter(list[Afvigelse]), raw, _known_at)
    read.content = accepted or []
    seen: dict[tuple[Any, ...], int] = {}
    for index, waiver in waivers:
        right = {key: value for key, value in waiver.items() if (index, key) not in wrong}
        for sentence in _inconsistencies(waiver, right):
            read.mistake((index,), sentence)
        if not any((index, key) in wrong for key in _NAMING):
            named = tuple(waiver.get(key) for key in _NAMING)
            if named in seen:
                read.mistake((index,), f"names the same object as line {seen[named]}; keep one of them")
            seen.setdefault(named, read.lines[(index,)])
        kommunekode = right.get("kommunekode")
        if kommunekode and isinstance(known_kommuner, dict) and kommunekode not in known_kommuner:
            read.mistake((index, "kommunekode"), f"kommune {kommunekode} is not in the estate")
    return read


def _lower_uuids(waiver: dict[str, Any]) -> None:
    """A uuid in any case is one uuid; a notat_id stands as it was delivered, even when it looks like one."""
    objekttype, objekt_id = waiver.get("objekttype"), waiver.get("objekt_id")
    if isinstance(objekt_id, str) and objekttype in _UUID_KEYED:
        text, bar, keys = objekt_id.rpartition("|") if objekttype == "journalnotat" else ("", "", objekt_id)
        waiver["objekt_id"] = text + bar + _UUID.sub(lambda uuid: uuid[0].lower(), keys)


def _inconsistencies(waiver: dict[str, Any], right: dict[str, Any]) -> Iterator[str]:
    """How the fields of a waiver contradict each other; ``right`` are those with no mistake of their own."""
    if right.get("regel") in LEDGER_RULES:
        yield f"{right['regel']} reads a ledger: leave regel out, the object and sted name the row"
    if waiver.get("regel") is None:
        if "objekttype" in right and right["objekttype"] not in LEDGER_OBJECTS:
            yield f"objekttype must be one of {', '.join(LEDGER_OBJECTS)} when no regel is named"
        if waiver.get("sted") is None:
            yield "sted must be nyt or edh when no regel is named"
    if {"godkendt", "udloeber"} <= right.keys() and right["udloeber"] < right["godkendt"]:
        yield "udloeber lies before godkendt"


_NOT_KEYS = {"path", "lake_url", "afvigelser"}
# The model at a place, by the last key of it that names one.
_MODELS: Mapping[str | int, type[BaseModel]] = {
    "kommuner": Kommune,
    "kle_omlaegninger": KleOmlaegning,
    **SOURCE_MODELS,
    "objektlager": Objektlager,
    "varsling": Varsling,
    "bevaring": Bevaring,
}


def _known(model: type[BaseModel]) -> str:
    # What must be given comes first.
    fields = sorted(model.model_fields.items(), key=lambda named: not named[1].is_required())
    return ", ".join(name for name, _ in fields if name not in _NOT_KEYS)


def _known_at(place: Place) -> str:
    """The keys that may stand where an unknown one stands."""
    if isinstance(place[0], int):
        return _known(Afvigelse)
    return _known(next((_MODELS[part] for part in reversed(place[:-1]) if part in _MODELS), Estate))
