"""The whole trail of a case, a note or a document: what it was, what it became, and what the ledgers and rules say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.inquiry.document_trail import read_documents
from pipelines.inquiry.identity import Meaning
from pipelines.inquiry.objekt_id import parts_of
from pipelines.inquiry.pairing import ids_of, side_by_side, whole_notes
from pipelines.inquiry.questions import Row, ask, plain
from pipelines.inquiry.sources import Sources
from pipelines.inquiry.standing import standing
from pipelines.lake import Lake
from pipelines.query import open_session
from pipelines.run_record import RunRecord


def trails(lake: Lake, run: RunRecord, meanings: Sequence[Meaning]) -> list[dict[str, Any]]:
    """The trail of each of ``meanings``: a record that can be written as JSON, without the text of any note.

    Raises ``LakeDamaged`` when a file is gone, ``UsageError`` when the run was made by another version.
    """
    told = []
    for code in dict.fromkeys(meaning.kommunekode for meaning in meanings):
        with open_session(lake, run.run_id, code) as con:
            sources = Sources(lake, code, run.record["kommuner"][code])
            told += [plain(_Trail(con, run, sources, one).told()) for one in meanings if one.kommunekode == code]
    return told


@dataclass(frozen=True)
class _Trail:
    con: duckdb.DuckDBPyConnection
    run: RunRecord
    sources: Sources
    meaning: Meaning

    def told(self) -> dict[str, Any]:
        """The record of the trail."""
        whole_case = self.meaning.slags == "sag"
        asked = self._cases_asked()
        cases = self.sources.told(ask(self.con, "trail_cases", uuids={"sager": asked}), "sag")
        sager = sorted({*asked, *(case["sag_uuid"] for case in cases)})
        ties = [{**tie, "sted": "nyt"} for tie in ask(self.con, "trail_ties", uuids={"sager": sager})]
        documents = read_documents(
            self.con, self.sources, sager if whole_case else [], self._documents_asked(), self._ledger
        )
        ledger = self._ledger(sager, [])
        notes = self._notes(sager, ledger)
        shown = [pair for pair in notes if self._is_asked(pair)]
        case_pairs = side_by_side([{**case, "objekt_id": case["sag_uuid"]} for case in cases], ledger, "sag")
        in_edh = {*documents.ids, *_ids_in_edh(shown), *(sager if whole_case else [])}
        corrections = self._corrections(sager if whole_case else [], in_edh)
        objects = {
            **documents.objects,
            "journalnotat": ids_of(shown),
            "berigtigelse": {row["noegle"] for row in corrections},
            "leverance": {self.meaning.objekt_id} if self.meaning.slags == "leverance" else set(),
        }
        if whole_case:
            objects["sag"] = set(sager)
            objects["noeglepose"] = {f"{tie['ny_sag_uuid']}|{tie['edh_sag_uuid']}" for tie in ties}
        pairs = [*(case_pairs if whole_case else []), *shown, *documents.pairs]
        return {
            "kommunekode": self.meaning.kommunekode,
            "slags": self.meaning.slags,
            "id": self.meaning.objekt_id,
            "sag_uuid": self.meaning.sag_uuid,
            "fund_id": self.meaning.fund["fund_id"] if self.meaning.fund else None,
            "staar_i": list(self.meaning.snapshots),
            "sager": case_pairs,
            "noeglepose": self.sources.told(ties, "noeglepose"),
            "notater": shown,
            "andre_notater": len(notes) - len(shown),
            "dokumenter": documents.told,
            "berigtigelser": corrections,
            "andetsteds": self.sources.told(ask(self.con, "trail_elsewhere", texts={"objekter": in_edh})),
            "regler": standing(self.con, self.run, objects, pairs, sager, self.meaning.fund),
        }

    def _documents_asked(self) -> list[str]:
        return [self.meaning.objekt_id] if self.meaning.slags == "dokument" else []

    def _cases_asked(self) -> list[str]:
        if self.meaning.slags == "sag":
            return [self.meaning.objekt_id]
        if self.meaning.slags == "dokument":
            links = ask(self.con, "trail_links", uuids={"dokumenter": self._documents_asked()})
            return sorted({link["sag_uuid"] for link in links})
        return list(self.meaning.sager)

    def _ledger(self, sager: Sequence[str], documents: Sequence[str]) -> list[Row]:
        return ask(self.con, "trail_ledger", uuids={"sager": sager, "dokumenter": documents})

    def _notes(self, sager: Sequence[str], ledger: Sequence[Row]) -> list[Row]:
        """The notes on the cases side by side, with the counterparts that were put on a case outside the trail."""
        notes = ask(self.con, "trail_notes", uuids={"sager": sager})
        owed = [row for row in ledger if row["hovedbog"] == "pligt" and row["objekttype"] == "journalnotat"]
        answers = {(row["sted"], row["modpart_id"]) for row in owed if row["modpart_id"] is not None}
        outside = answers - {(note["sted"], note["objekt_id"]) for note in notes}
        if outside:
            others = ask(self.con, "trail_notes", uuids={"sager": {parts_of(one)[-1] for _, one in outside}})
            notes += [note for note in others if (note["sted"], note["objekt_id"]) in outside]
        told = self.sources.told(notes, "journalnotat")
        books = [*ledger, *whole_notes(told, ledger)]
        return side_by_side([_without_prints(note) for note in told], books, "journalnotat")

    def _is_asked(self, pair: Row) -> bool:
        """Whether a pair of notes belongs to what is asked for: all of a case's, or the one note."""
        if self.meaning.slags != "journalnotat":
            return self.meaning.slags == "sag"
        return any(
            note["notat_id"] == self.meaning.objekt_id and self.meaning.sag_uuid in (None, note["sag_uuid"])
            for note in [pair["foer"], *pair["efter"]]
            if note is not None
        )

    def _corrections(self, sager: Sequence[str], in_edh: Iterable[str]) -> list[Row]:
        rows = ask(self.con, "trail_corrections", uuids={"sager": sager}, texts={"objekter": set(in_edh)})
        return self.sources.told([{**row, "sted": "edh"} for row in rows], "berigtigelse")


def _without_prints(note: Row) -> Row:
    """The note without what its text could be guessed from."""
    return {key: value for key, value in note.items() if key not in ("tekstaftryk", "fingeraftryk")}


def _ids_in_edh(notes: Iterable[Row]) -> set[str]:
    """The ids that EDH has given the notes: what a berigtigelse and a krydsreference name them by."""
    return {str(note["notat_id"]) for pair in notes for note in pair["efter"] if note["sted"] == "edh"}
