"""The documents of a trail side by side, each with its files and its links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb

from pipelines.inquiry.pairing import ids_of, pair_of, side_by_side
from pipelines.inquiry.questions import Row, ask
from pipelines.inquiry.sources import Sources

Ledger = Callable[[Sequence[str], Sequence[str]], list[Row]]


@dataclass(frozen=True)
class Documents:
    """The documents of a trail. ``told``: pairs, each with ``dokument_uuid``, ``filer`` and ``koblinger``."""

    told: list[Row]

    @property
    def ids(self) -> set[str]:
        """The ids of the documents."""
        return {str(pair["dokument_uuid"]) for pair in self.told}

    @property
    def pairs(self) -> list[Row]:
        """Documents, files and links: every pair."""
        parts = [part for pair in self.told for kind in ("filer", "koblinger") for part in pair[kind]]
        return [*self.told, *parts]

    @property
    def objects(self) -> dict[str, set[str]]:
        """The ids of documents, files and links, before and now."""
        return {
            "dokument": self.ids,
            "fil": ids_of([part for pair in self.told for part in pair["filer"]]),
            "dokument_sag": ids_of([part for pair in self.told for part in pair["koblinger"]]),
        }


def read_documents(
    con: duckdb.DuckDBPyConnection, sources: Sources, sager: Sequence[str], asked: Sequence[str], ledger: Ledger
) -> Documents:
    """The documents on the cases ``sager`` and those ``asked`` for, in order of when they were registered.

    ``ledger`` gives the ledgers' rows of cases and documents.
    """
    rows = ask(con, "trail_documents", uuids={"sager": sager, "dokumenter": asked})
    ids = list(dict.fromkeys(str(row["dokument_uuid"]) for row in rows))
    books = ledger([], ids)
    found = [{**row, "objekt_id": row["dokument_uuid"]} for row in rows if row["sted"] is not None]
    documents = _by_document(side_by_side(sources.told(found, "dokument"), books, "dokument"))
    files, links = (
        _by_document(side_by_side(sources.told(ask(con, stem, uuids={"dokumenter": ids}), entity), books, entity))
        for stem, entity in (("trail_files", "fil"), ("trail_links", "dokument_sag"))
    )
    told = []
    for one in ids:
        # A document that only links and files name is nowhere itself.
        for pair in documents.get(one) or [pair_of("dokument", None, None, [])]:
            told.append({**pair, "dokument_uuid": one, "filer": files.get(one, []), "koblinger": links.get(one, [])})
    return Documents(told)


def _by_document(pairs: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for pair in pairs:
        one = next(row for row in [pair["foer"], *pair["efter"]] if row is not None)
        found.setdefault(str(one["dokument_uuid"]), []).append(pair)
    return found
