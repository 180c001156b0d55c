"""Corrections ordered from KMD Sag's service desk: what they cover may differ, and they alone may be made late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pipelines.demo.facit import Facit
from pipelines.demo.world.births import Births
from pipelines.demo.world.contents import Case, Row, World
from pipelines.demo.world.plans import AFTER, KommunePlan
from pipelines.demo.world.texts import written


class Corrections:
    """The register of corrections of one kommune."""

    def __init__(self, world: World, births: Births, facit: Facit) -> None:
        self.world, self.births, self.facit = world, births, facit
        self.plan: KommunePlan = world.plan
        # Where manual cases were given up, a correction is made after that: it still may.
        late = self.plan.given_up
        self.moment = late + timedelta(days=39, hours=11) if late else AFTER - timedelta(days=100, hours=15)

    def made(self) -> None:
        """Correct every case that has the trait ``berigtiget``, each kind in its turn."""
        moved = [case for case in self.world.cases if case.trait == "berigtiget" and self.plan.moved(case.system)]
        for number, case in enumerate(moved):
            _KINDS[number % len(_KINDS)](self, case)
        for case in self.world.cases:
            if case.trait == "berigtiget" and case.system is None:
                self._citizen(case)

    def request(
        self, objekttype: str, objekt_id: str, sag_uuid: str, felt: str, udfoert: datetime | None = None
    ) -> Row:
        """Enter a request for ``felt``, carried out at ``udfoert``; returns its row."""
        rows = self.world.after["edh"]["berigtigelse"]
        row: Row = {
            "anmodning_id": f"SR-{self.plan.kode}-{1 + len(rows):04}",
            "sag_uuid": sag_uuid,
            "objekttype": objekttype,
            "objekt_id": objekt_id,
            "felt": felt,
            "udfoert": udfoert or self.moment,
            "begrundelse": "Borgeren har bedt om at få rettet en forkert oplysning",
        }
        rows.append(row)
        return row

    def _corrected(self, case: Case, change: Row) -> None:
        assert case.edh is not None
        case.edh |= {**change, "aendret": self.moment}

    def _title(self, case: Case) -> None:
        self._corrected(case, {"titel": case.row["titel"] + ", rettet"})
        self.request("sag", case.uuid, case.uuid, "titel")
        self.facit.explain(self.plan.kode, "sag", case.uuid, "edh", "berigtigelse")

    def _document_title(self, case: Case) -> None:
        document = case.documents[0]
        document.after["titel"] = "Rettet titel, " + document.row["dokumentnummer"]
        # A uuid in capitals is the same uuid.
        self.request("dokument", document.row["dokument_uuid"].upper(), case.uuid, "titel")
        self.facit.explain(self.plan.kode, "dokument", document.row["dokument_uuid"], "edh", "berigtigelse")

    def _note_text(self, case: Case) -> None:
        row = case.notes[0].after["edh"]
        row["tekst"], row["format"] = written("Rettet efter borgerens ønske.\nSe anmodningen.", "text", 0), "text"
        self.request("journalnotat", row["notat_id"], case.uuid, "tekst")
        self.facit.explain(self.plan.kode, "journalnotat", case.notes[0].objekt_id, "edh", "berigtigelse")

    def _state(self, case: Case) -> None:
        """A state that was wrong; the ledger does not hold EDH's states, so no row of it is explained."""
        state = "Oplyst" if case.row["fremdrift"] == "Opstaaet" else "Opstaaet"
        self._corrected(case, {"fremdrift": state, "fremdrift_fra": self.moment})
        self.request("sag", case.uuid, case.uuid, "fremdrift")

    def _before_the_baseline(self, case: Case) -> None:
        """The baseline shows it already."""
        self.request("sag", case.uuid, case.uuid, "titel", self.plan.baseline(case.system) - timedelta(days=30))

    def _after_the_extract(self, case: Case) -> None:
        """The extract cannot show it yet."""
        self.request("sag", case.uuid, case.uuid, "titel", self.plan.after("edh") + timedelta(days=3))

    def _classification(self, case: Case) -> None:
        self._corrected(case, {"kle_facet": "K08"})
        self.request("sag", case.uuid.upper(), case.uuid, "kle_facet")
        self.facit.explain(self.plan.kode, "sag", case.uuid, "edh", "berigtigelse")

    def _office(self, case: Case) -> None:
        """A column that is not compared, and one that the contract has not."""
        self._corrected(case, {"ansvarlig_enhed": "Borgerservice, skranke 2"})
        self.request("sag", case.uuid, case.uuid, "ansvarlig_enhed")
        self.request("sag", case.uuid, case.uuid, "kommentar")

    def _note_written_late(self, case: Case) -> None:
        """A note after the transition, ordered like any other correction."""
        row = self.births.note("edh", case.uuid, self.moment, case.name)
        self.request("journalnotat", row["notat_id"], case.uuid, "tekst")

    def _citizen(self, case: Case) -> None:
        """The citizen has got another personal number; a made one still has day + 60."""
        old = case.row["part_cpr"]
        self._corrected(case, {"part_cpr": old[:4] + f"{(int(old[4:6]) + 1) % 100:02}" + old[6:]})
        self.request("sag", case.uuid, case.uuid, "part_cpr")
        self.facit.explain(self.plan.kode, "sag", case.uuid, "edh", "berigtigelse")


_KINDS: tuple[Callable[[Corrections, Case], None], ...] = (
    Corrections._title,
    Corrections._document_title,
    Corrections._note_text,
    Corrections._state,
    Corrections._before_the_baseline,
    Corrections._after_the_extract,
    Corrections._classification,
    Corrections._office,
    Corrections._note_written_late,
)
