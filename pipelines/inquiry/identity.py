"""What an id can mean in a run: a finding, a case, a note, a document, a delivery, in one kommune or in several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from pipelines.catalog import quoted
from pipelines.errors import UsageError
from pipelines.inquiry.objekt_id import as_uuid, parts_of
from pipelines.inquiry.published import published, session
from pipelines.run_record import RunRecord

# Where an id of each kind stands: entity and column.
_CASES = (
    ("sag", "sag_uuid"),
    ("journalnotat", "sag_uuid"),
    ("dokument_sag", "sag_uuid"),
    ("noeglepose", "ny_sag_uuid"),
    ("noeglepose", "edh_sag_uuid"),
    ("berigtigelse", "sag_uuid"),
    ("indeks_sag", "sag_uuid"),
)
_DOCUMENTS = (
    ("dokument", "dokument_uuid"),
    ("dokument_sag", "dokument_uuid"),
    ("fil", "dokument_uuid"),
    ("indeks_dokument", "dokument_uuid"),
)
# A note's id stands as it was delivered; of a uuid the case of its letters says nothing.
_OLD, _NEW = (f"if(objekttype = 'journalnotat', {column}, lower({column}))" for column in ("gammel_id", "ny_id"))
_FINDING = re.compile(r"[0-9A-Fa-f]{16}")
_WITH_DOCUMENT = ("dokument", "fil", "dokument_sag")


@dataclass(frozen=True)
class Meaning:
    """One thing that an id can mean.

    ``slags``: ``sag``, ``journalnotat`` or ``dokument``; ``leverance`` and ``regel`` when a finding is about a delivery
    or about no object. ``objekt_id``: sag_uuid, notat_id, dokument_uuid, delivery. ``sag_uuid``: the one case that a
    note is asked for on. ``sager``: the cases that a note lies on. ``snapshots``: the deliveries that the id stands in.
    ``fund``: the finding asked for by its id.
    """

    kommunekode: str
    slags: str
    objekt_id: str
    sag_uuid: str | None = None
    sager: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    fund: Mapping[str, Any] | None = None


def meanings(run: RunRecord, asked: str, kommunekode: str | None = None) -> list[Meaning]:
    """Everything that ``asked`` means in the snapshots and findings of ``run``, in order of kommune and kind.

    Raises ``UsageError`` when it means nothing, or when the run holds no such kommune.
    """
    if kommunekode is not None and kommunekode not in run.kommuner:
        raise UsageError(f"Run {run.run_id} holds no kommune {kommunekode!r}; it holds {', '.join(run.kommuner)}.")
    with session() as con:
        seen = _Seen(con, run, kommunekode)
        found = list(_of_finding(seen, run, asked, kommunekode))
        for wanted in _readings(asked):
            found += seen.meanings(wanted)
        found += [
            Meaning(code, "leverance", asked, snapshots=(asked,))
            for code in run.kommuner
            if kommunekode in (None, code) and asked in run.record["kommuner"][code]["leverancer"]
        ]
    # A composite id may be read in two ways that come to the same thing.
    distinct = {(one.kommunekode, one.slags, one.objekt_id, one.sag_uuid): one for one in reversed(found)}
    if not distinct:
        place = "" if kommunekode is None else f" of kommune {kommunekode}"
        raise UsageError(
            f"Nothing in run {run.run_id}{place} has the id {asked!r}: no finding, case, note or document that was"
            " delivered. Give an id as `afstem findings` and `afstem query` show it."
        )
    return [distinct[key] for key in sorted(distinct, key=lambda key: tuple(part or "" for part in key))]


@dataclass(frozen=True)
class _Reading:
    """A kind of thing that the id can be the id of."""

    slags: str
    objekt_id: str
    sag_uuid: str | None = None

    @property
    def values(self) -> list[str]:
        return [self.slags, self.objekt_id]


def _readings(asked: str) -> Iterator[_Reading]:
    uuid = as_uuid(asked)
    if uuid is not None:
        yield _Reading("sag", uuid)
        yield _Reading("dokument", uuid)
    yield _Reading("journalnotat", asked)
    parts = parts_of(asked)
    if len(parts) == 1:
        return
    first, last = as_uuid(parts[0]), as_uuid(parts[-1])
    if len(parts) == 2 and last is not None:
        yield _Reading("journalnotat", parts[0], last)
        if first is not None:
            yield _Reading("dokument", first)
            yield _Reading("sag", last)
    elif len(parts) == 3 and first is not None:
        yield _Reading("dokument", first)
    elif len(parts) == 3:
        corrected = as_uuid(parts[1])
        yield from [_Reading("sag", corrected), _Reading("dokument", corrected)] if corrected else []
        yield _Reading("journalnotat", parts[1])


def _of_finding(seen: _Seen, run: RunRecord, asked: str, kommunekode: str | None) -> Iterator[Meaning]:
    if not _FINDING.fullmatch(asked):
        return
    for name in ("fund", "fund_forklaret"):
        for code, path in published(run, name).items():
            if kommunekode in (None, code):
                rows = seen.con.execute(
                    f"SELECT * REPLACE (CAST(sag_uuid AS VARCHAR) AS sag_uuid) FROM read_parquet({quoted(path)},"
                    " hive_partitioning = false) WHERE fund_id = $1",
                    [asked.lower()],
                )
                for row in rows.to_arrow_table().to_pylist():
                    yield _about(seen, code, row)


def _about(seen: _Seen, code: str, fund: dict[str, Any]) -> Meaning:
    """The thing that a finding is about, with the deliveries that it stands in."""
    objekttype, objekt_id = fund["objekttype"], fund["objekt_id"]
    if objekttype == "afvigelse":
        # A waiver's own finding is about the object that the waiver names.
        objekttype, objekt_id = parts_of(objekt_id)[:2]
    parts = parts_of(objekt_id) if objekt_id else []
    if objekttype == "leverance":
        return Meaning(code, "leverance", objekt_id, snapshots=(objekt_id,), fund=fund)
    if objekttype == "journalnotat" and len(parts) == 2:
        wanted = _Reading("journalnotat", parts[0], as_uuid(parts[1]))
    elif objekttype in _WITH_DOCUMENT and parts and as_uuid(parts[0]):
        wanted = _Reading("dokument", parts[0])
    elif case := as_uuid(fund["sag_uuid"] or (parts[0] if objekttype == "sag" and parts else "")):
        wanted = _Reading("sag", case)
    else:
        return Meaning(code, "regel", fund["regel"], fund=fund)
    told = [one for one in seen.meanings(wanted) if one.kommunekode == code]
    return replace(told[0], fund=fund) if told else Meaning(code, wanted.slags, wanted.objekt_id, fund=fund)


class _Seen:
    """The snapshots of a run, asked which of them an id stands in."""

    def __init__(self, con: duckdb.DuckDBPyConnection, run: RunRecord, kommunekode: str | None) -> None:
        self.con = con
        self._files: dict[str, dict[str, str]] = {}
        self._kommune: dict[str, str] = {}
        for snapshot in run.snapshots():
            if kommunekode in (None, snapshot.kommunekode):
                self._kommune[snapshot.id] = snapshot.kommunekode
                for entity, path in snapshot.paths().items():
                    self._files.setdefault(entity, {})[str(path)] = snapshot.id

    def meanings(self, wanted: _Reading, *, renamed_too: bool = True) -> list[Meaning]:
        """A meaning for each kommune in which the id stands, with its deliveries.

        ``renamed_too``: an id of the new ESDH also means what it was called before.
        """
        found: dict[str, set[str]] = {}
        if wanted.slags == "journalnotat":
            where, values = "notat_id = $1", [wanted.objekt_id]
            if wanted.sag_uuid is not None:
                where, values = f"{where} AND sag_uuid = CAST($2 AS UUID)", [*values, wanted.sag_uuid]
            found = self._standing("journalnotat", "sag_uuid", where, values)
        else:
            for entity, column in _CASES if wanted.slags == "sag" else _DOCUMENTS:
                where = f"{column} = CAST($1 AS UUID)"
                found |= self._standing(entity, "NULL", where, [wanted.objekt_id])
        renamed = []
        if wanted.sag_uuid is None:
            found |= self._standing("krydsreference", "NULL", f"objekttype = $1 AND {_OLD} = $2", wanted.values)
            renamed = self._before_the_new_esdh(wanted) if renamed_too else []
        by_kommune: dict[str, list[str]] = {}
        for snapshot_id in sorted(found):
            by_kommune.setdefault(self._kommune[snapshot_id], []).append(snapshot_id)
        told = [
            Meaning(
                code,
                wanted.slags,
                wanted.objekt_id,
                wanted.sag_uuid,
                tuple(sorted({case for one in snapshots for case in found[one]})),
                tuple(snapshots),
            )
            for code, snapshots in by_kommune.items()
            # An id of the new ESDH alone is told under the id it had before.
            if not any(one.kommunekode == code for one in renamed)
            or not all(one.startswith("esdh/") for one in snapshots)
        ]
        return told + renamed

    def _before_the_new_esdh(self, wanted: _Reading) -> list[Meaning]:
        """What the id, as one of the new ESDH, was called before."""
        old = self._standing("krydsreference", "gammel_id", f"objekttype = $1 AND {_NEW} = $2", wanted.values)
        named = {
            (self._kommune[snapshot_id], wanted.slags, one if wanted.slags == "journalnotat" else one.lower())
            for snapshot_id, ids in old.items()
            for one in ids
        }
        return [
            meaning
            for code, slags, one in sorted(named)
            if one != wanted.objekt_id
            for meaning in self.meanings(_Reading(slags, one), renamed_too=False)
            if meaning.kommunekode == code
        ]

    def _standing(self, entity: str, column: str, where: str, values: list[str]) -> dict[str, set[str]]:
        """The snapshots in which rows of ``entity`` are so, each with the values of ``column`` in them."""
        files = self._files.get(entity)
        if not files:
            return {}
        listed = ", ".join(quoted(path) for path in files)
        rows = self.con.execute(
            f"SELECT DISTINCT filename, CAST({column} AS VARCHAR)"
            f" FROM read_parquet([{listed}], filename = true, hive_partitioning = false) WHERE {where}",
            values,
        ).fetchall()
        found: dict[str, set[str]] = {}
        for path, value in rows:
            found.setdefault(files[path], set()).update([] if value is None else [value])
        return found
