"""The faultless move to the new systems: what KSD, KY and SPK hold of the baseline when nothing went wrong.

What may rightly differ is put in here, and expected as ``forklaret``: closed cases outside KSD's
window, KLE numbers that went out, notes too long for the index.
"""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo.facit import Facit
from pipelines.demo.world import words
from pipelines.demo.world.births import Births
from pipelines.demo.world.contents import Case, Note, Row, World
from pipelines.demo.world.draw import made_uuid
from pipelines.demo.world.edh import closed_at
from pipelines.demo.world.texts import STUB_LIMIT_BYTES, written

COUNTS_AS = {"Bestilt": "Afgjort", "Udfoert": "Afgjort"}
_KLE_NOW = {"32.24.32": "32.24.04", "32.24.48": "32.24.04"}
# Two old cases, one new one.
_MERGED = ("samlet", "samlet_lukket")
_CLOSED_LATER = ("lukket_efter", "samlet_lukket")


def convert(world: World, births: Births, facit: Facit) -> None:
    """Fill ``world.after`` of every new system with what answers the baseline."""
    for system in world.plan.transitions:
        # Each entity is delivered even when nothing is in it: not delivered means not judged.
        for entity in ("sag", "journalnotat", "dokument", "dokument_sag", "fil", "noeglepose"):
            world.after[system][entity] = []
        conversion, before = _Conversion(world, births, facit, system), None
        for case in world.cases:
            if case.system == system:
                conversion.convert(case, before)
                before = case


class _Conversion:
    """The move of one system's cases."""

    def __init__(self, world: World, births: Births, facit: Facit, system: str) -> None:
        self.plan, self.facit, self.system, self.births = world.plan, facit, system, births
        self.rows = world.after[system]
        self.overgang = world.plan.transitions[system].overgang
        self.waits = not world.plan.moved(system, world.plan.after(system))

    def convert(self, case: Case, before: Case | None) -> None:
        """Move ``case``; ``before`` is the one of its system that was moved just before it."""
        if case.trait == "uden_for_vindue":
            self._explain("sag", case.uuid, "uden_for_vindue")
            for note in case.notes:
                self._explain("journalnotat", note.objekt_id, "uden_for_vindue")
            return
        number = len(self.rows["noeglepose"])
        if self.waits and case.trait is None and case.documents and number % 3 == 0:
            # A load on trial: the nøglepose is made, the case and its notes are still to come.
            self._tie(case, made_uuid(self.plan.kode, "ny sag", case.uuid))
            return
        if case.trait in _MERGED and before and before.trait == case.trait:
            # One new case for two old ones: it keeps the first one's data.
            case.new = before.new
        else:
            case.new = self._new_row(case)
            self.rows["sag"].append(case.new)
        assert case.new is not None
        if case.documents:
            self._tie(case, case.new["sag_uuid"])
        if case.new["kle_emne"] != case.row["kle_emne"]:
            self._explain("sag", case.uuid, "kle_omlagt")
        self._notes(case, before, case.new["sag_uuid"])

    def _explain(self, objekttype: str, objekt_id: str, aarsag: str) -> None:
        if not self.waits:
            self.facit.explain(self.plan.kode, objekttype, objekt_id, "nyt", aarsag)

    def _tie(self, case: Case, ny_sag_uuid: str) -> None:
        number = len(self.rows["noeglepose"])
        case.key = {
            "ny_sag_uuid": ny_sag_uuid,
            "edh_sag_uuid": case.uuid,
            "part_cpr": case.row["part_cpr"],
            "dannet": self.overgang - timedelta(minutes=90) + timedelta(seconds=number),
            "batch": f"KONV-{self.plan.kode}-{1 + number // 500}",
        }
        self.rows["noeglepose"].append(case.key)

    def _new_row(self, case: Case) -> Row:
        row = {
            **case.row,
            "sag_uuid": made_uuid(self.plan.kode, "ny sag", case.uuid),
            "sagstype": "fagsystemsag",
            "fagsystem": None,
            "fremdrift": COUNTS_AS.get(case.row["fremdrift"], case.row["fremdrift"]),
        }
        if self.system == "ky":
            row["kle_emne"] = _KLE_NOW.get(row["kle_emne"], row["kle_emne"])
        if self.waits:
            return row
        if case.trait in _CLOSED_LATER:
            closed = self.overgang + timedelta(days=20, hours=3)
            row |= closed_at(closed, with_date=int(case.uuid[0], 16) % 2 == 0)
        elif case.trait == "fortsat" and case.row["fremdrift"] == "Opstaaet":
            moved_on = self.overgang + timedelta(days=9, hours=2)
            row |= {"fremdrift": "Oplyst", "fremdrift_fra": moved_on, "aendret": moved_on}
        return row

    def _notes(self, case: Case, before: Case | None, ny_sag_uuid: str) -> None:
        shared = before.notes[0] if before and case.trait == before.trait == "delt_notat" else None
        rows = self.rows["journalnotat"]
        for note in case.notes:
            row = self._note_row(note, ny_sag_uuid)
            if shared and note is case.notes[-1]:
                row = {**shared.after["nyt"], "sag_uuid": ny_sag_uuid}
            if len(note.text.encode()) > STUB_LIMIT_BYTES:
                row |= {"tekst": words.STUB, "format": "text"}
                self._explain("journalnotat", note.objekt_id, "stub")
            note.after["nyt"] = row
            rows.append(row)
        if shared and before:
            # KY shows a note on every case it was put on, also where the old case never had it.
            rows.append({**before.notes[1].after["nyt"], "sag_uuid": ny_sag_uuid})

    def _note_row(self, note: Note, ny_sag_uuid: str) -> Row:
        form = "html" if self.system == "ky" else "text"
        text = written(note.text, form, len(self.rows["journalnotat"]))
        notat_id = self.births.note_id(self.system)
        return {**note.row, "notat_id": notat_id, "sag_uuid": ny_sag_uuid, "tekst": text, "format": form}
