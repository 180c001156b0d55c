"""The part of the estate that tells where each system's snapshots are pulled from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipelines.contract import ENTITIES
from pipelines.placed_yaml import Place, PlacedYaml
from pipelines.sources.kinds import KINDS, Road

SCHEMES = ("sftp", "s3")
_PLACES = ("{system}", "{kommunekode}", "{udtrukket}")
_DEFAULT_FOLDER = "/".join(_PLACES)
# Which keys each road reads a source by, and those that it cannot do without.
_KEYS: dict[Road, tuple[frozenset[str], frozenset[str]]] = {
    "deliveries": (frozenset({"sted"}), frozenset({"sted"})),
    "extract": (frozenset({"sted", "faerdig", "entiteter"}), frozenset({"sted"})),
    "database": (
        frozenset({"forbindelse", "udtrukket", "entiteter", "raekker_pr_del", "raekker_pr_sekund"}),
        frozenset({"forbindelse", "entiteter"}),
    ),
}

# The keys that every kind has.
_ALWAYS = frozenset({"art", "kommuner", "tidsplan", "samtidige"})
_CRON = r"^([0-9*,/-]+ +){4}[0-9*,/-]+$"

Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


def _art(value: str) -> str:
    if value not in KINDS:
        raise ValueError(f"is not a kind of source; they are {', '.join(KINDS)}")
    return value


def _entity(value: str) -> str:
    if value not in ENTITIES:
        raise ValueError(f"is not an entity of the contract; they are {', '.join(ENTITIES)}")
    return value


def _url(value: str) -> str:
    scheme, separator, _ = value.partition("://")
    if not separator:
        return value
    if scheme not in SCHEMES:
        raise ValueError(f"must be a folder or begin with {' or '.join(f'{each}://' for each in SCHEMES)}")
    if "@" in urlsplit(value).netloc:
        raise ValueError("must not hold a user or a password; they come from forbindelse")
    return value


def _folder_pattern(value: str) -> str:
    parts = value.strip("/").split("/")
    if parts[-1] != "{udtrukket}" or any(value.count(place) > 1 for place in _PLACES):
        raise ValueError("must end in /{udtrukket}, and hold {system} and {kommunekode} at most once each")
    if any(part in ("", ".", "..") or ("{" in part and part not in _PLACES) for part in parts):
        raise ValueError(f"must be folder names and, as whole names, {', '.join(_PLACES)}")
    return "/".join(parts)


def _named(value: object) -> object:
    if isinstance(value, str):
        raise ValueError("must be one of miljoe, fil or airflow with a name; what is secret never stands in the estate")
    return value


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Forbindelse(_Frozen):
    """Where the address, user and password of a source are found: in exactly one place, never in the estate.

    ``miljoe``: an environment variable. ``fil``: a file, absolute or relative to the estate's folder. Both hold a
    URL, ``scheme://user:password@host:port/name?option=value``. ``airflow``: the id of an Airflow connection.
    """

    miljoe: Words | None = None
    fil: Words | None = None
    airflow: Words | None = None

    @model_validator(mode="after")
    def _one(self) -> Forbindelse:
        if sum(value is not None for value in (self.miljoe, self.fil, self.airflow)) != 1:
            raise ValueError("must name exactly one of miljoe, fil and airflow")
        return self


Named = Annotated[Forbindelse, BeforeValidator(_named)]


class Sted(_Frozen):
    """A place of folders: a folder of this machine (relative to the estate's), an SFTP server or an S3 store.

    ``mappe``: where under it one extract lies; ``{udtrukket}`` is its time in UTC, ``YYYYMMDDTHHMMSSZ``.
    ``vaertsnoegle``: the SFTP server's public key as in known_hosts, ``ssh-ed25519 AAAA…``.
    ``endepunkt``: the address of an S3 store that is not Amazon's.
    """

    url: Annotated[Words, AfterValidator(_url)]
    mappe: Annotated[Words, AfterValidator(_folder_pattern)] = _DEFAULT_FOLDER
    forbindelse: Named | None = None
    vaertsnoegle: Annotated[str, Field(pattern=r"^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$")] | None = None
    endepunkt: Annotated[str, Field(pattern=r"^https?://")] | None = None

    @property
    def scheme(self) -> str:
        """``sftp``, ``s3`` or ``file``."""
        scheme, separator, _ = self.url.partition("://")
        return scheme if separator else "file"

    @model_validator(mode="after")
    def _fits(self) -> Sted:
        if self.scheme == "sftp" and (self.forbindelse is None or self.vaertsnoegle is None):
            raise ValueError("an SFTP server needs forbindelse, and vaertsnoegle so that no other can answer for it")
        if self.scheme != "sftp" and self.vaertsnoegle is not None:
            raise ValueError("vaertsnoegle is for an SFTP server alone")
        if self.scheme != "s3" and self.endepunkt is not None:
            raise ValueError("endepunkt is for an S3 store alone")
        if self.scheme == "file" and self.forbindelse is not None:
            raise ValueError("a folder has no forbindelse")
        return self


class Afbildning(_Frozen):
    """How an entity of the contract is had from the source's own tables.

    Either ``sql``, in the source's SQL (for files: DuckDB's), with ``:kommunekode`` for the kommune; or ``tabel``,
    with ``kommunekolonne`` where it holds several kommuner. ``kolonner``: the contract's column to the source's,
    for those of another name. ``noegle``: a column that differs in every row and has an index, by which a large
    table is read part by part.
    """

    tabel: Words | None = None
    sql: Words | None = None
    kolonner: dict[str, Words] = {}
    kommunekolonne: Words | None = None
    noegle: Words | None = None

    @model_validator(mode="after")
    def _one(self) -> Afbildning:
        if (self.tabel is None) == (self.sql is None):
            raise ValueError("must have exactly one of tabel and sql")
        if self.sql is not None and self.kommunekolonne is not None:
            raise ValueError("kommunekolonne goes with tabel; sql says :kommunekode itself")
        return self


class Kilde(_Frozen):
    """One source of one system.

    ``kommuner``: those that it holds; None means all of the estate that the system concerns. ``udtrukket``: SQL
    that tells the time of a copy that stands still; without it the time is that of the reading transaction.
    ``faerdig``: the name of the file that an extract's sender writes last. ``raekker_pr_del``: rows asked for at a
    time where ``noegle`` is given. ``raekker_pr_sekund``: the most that may be read, to spare the source.
    ``tidsplan``: when the system is pulled at night, as cron in Danish time; ``samtidige``: of how many kommuner at a
    time. Both stand with the system's first source.
    """

    art: Annotated[str, AfterValidator(_art)]
    kommuner: tuple[str, ...] | None = None
    sted: Sted | None = None
    faerdig: Annotated[str, Field(pattern=r"^[^/]+$")] | None = None
    forbindelse: Named | None = None
    udtrukket: Words | None = None
    entiteter: dict[Annotated[str, AfterValidator(_entity)], Afbildning] = {}
    raekker_pr_del: Annotated[int, Field(ge=1)] = 200_000
    raekker_pr_sekund: Annotated[int, Field(ge=1)] | None = None
    tidsplan: Annotated[str, Field(pattern=_CRON)] = "0 1 * * *"
    samtidige: Annotated[int, Field(ge=1)] = 2

    @property
    def road(self) -> Road:
        """How the source is read."""
        return KINDS[self.art].road

    def tells_apart(self, mapping: Afbildning) -> bool:
        """Whether what ``mapping`` gives is one kommune's, also where the source holds several."""
        if mapping.kommunekolonne is not None or ":kommunekode" in (mapping.sql or ""):
            return True
        if self.sted is not None:
            return "{kommunekode}" in self.sted.mappe
        named = self.forbindelse
        return named is not None and "{kommunekode}" in (named.miljoe or named.fil or named.airflow or "")

    @model_validator(mode="after")
    def _fits(self) -> Kilde:
        allowed, needed = _KEYS[self.road]
        given = self.model_fields_set - _ALWAYS
        if missing := sorted(needed - given):
            raise ValueError(f"art {self.art} needs {' and '.join(missing)}")
        if other := sorted(given - allowed):
            raise ValueError(f"art {self.art} has no {' and no '.join(other)}; it has {', '.join(sorted(allowed))}")
        for name, mapping in self.entiteter.items():
            unknown = sorted(mapping.kolonner.keys() - {column.name for column in ENTITIES[name].columns})
            if unknown:
                raise ValueError(f"entiteter.{name}.kolonner: {', '.join(unknown)} is no column of {name}")
        return self


# A system may be pulled from several sources: the first tells the time, and each entity comes from one of them.
Kilder = tuple[Kilde, ...]

# The model of what stands under each of these keys of the estate.
SOURCE_MODELS: Mapping[str | int, type[BaseModel]] = {
    "kilder": Kilde,
    "sted": Sted,
    "forbindelse": Forbindelse,
    "entiteter": Afbildning,
}


def list_sources(read: PlacedYaml, written: dict[str, Any]) -> None:
    """A system's one source may stand without the list; its mistakes are told where they stand all the same."""
    sources = written.get("kilder")
    if not isinstance(sources, dict):
        return
    written["kilder"] = {key: value if isinstance(value, list) else [value] for key, value in sources.items()}
    for place, line in list(read.lines.items()):
        if place[0:1] == ("kilder",) and len(place) > 2 and not isinstance(sources.get(place[1]), list):
            read.lines[("kilder", place[1], 0, *place[2:])] = line


def hold_sources(
    read: PlacedYaml,
    systems: Mapping[str, Sequence[Kilde]],
    known_kommuner: Collection[str],
    kommuner_of: Callable[[str, Kilde], Sequence[str]],
) -> None:
    """What the sources of a system must be beside one another and beside the rest of the estate."""
    for system, kilder in systems.items():
        if not kilder:
            read.mistake(("kilder", system), "names no source; give one, or leave the system out")
        given: dict[str, int] = {}
        for number, kilde in enumerate(kilder):
            place: Place = ("kilder", system, number)
            if number and kilde.road != "extract":
                read.mistake((*place, "art"), "only the first source of a system may be deliveries or a database")
            if number and kilder[0].road == "deliveries":
                read.mistake(place, "a delivery is whole; nothing is added to it from another source")
            for key in sorted({"tidsplan", "samtidige"} & kilde.model_fields_set if number else ()):
                read.mistake((*place, key), "stands with the first source of a system: all of them are pulled together")
            for kommunekode in sorted(set(kilde.kommuner or ()) - set(known_kommuner)):
                read.mistake((*place, "kommuner"), f"kommune {kommunekode} is not in the estate")
            for name, mapping in kilde.entiteter.items():
                if system not in ENTITIES[name].systems:
                    read.mistake((*place, "entiteter", name), f"{system} does not deliver {name}")
                if name in given:
                    read.mistake((*place, "entiteter", name), f"comes from source {given[name] + 1} already")
                given[name] = number
                if len(kommuner_of(system, kilde)) > 1 and not kilde.tells_apart(mapping):
                    read.mistake(
                        (*place, "entiteter", name),
                        "would give each kommune the rows of all: use :kommunekode in sql, kommunekolonne with tabel, "
                        "{kommunekode} in the name of forbindelse or of mappe, or name one kommune in kommuner",
                    )


def hold_nights(read: PlacedYaml, systems: Mapping[str, Sequence[Kilde]], frist: str) -> None:
    """What is pulled after ``frist`` (HH:MM) of the same night would never come in time.

    A ``tidsplan`` of several times is not held: its first may be early enough.
    """
    for system, kilder in systems.items():
        minute, hour = kilder[0].tidsplan.split()[:2] if kilder else ("", "")
        if (minute + hour).isdigit() and _since_noon(hour, minute) >= _since_noon(*frist.split(":")):
            read.mistake(
                ("kilder", system, 0, "tidsplan"),
                f"{int(hour):02}:{int(minute):02} comes after frist {frist} of its night, which lasts from noon to "
                "noon: pull it earlier, or set frist later",
            )


def _since_noon(hour: str, minute: str) -> int:
    return ((int(hour) + 12) % 24) * 60 + int(minute)
