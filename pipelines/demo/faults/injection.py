"""What a fault works on: one kommune after a faultless move, and victims that nothing else happens to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipelines.demo.facit import Facit
from pipelines.demo.findings import OBLIGATION_RULES, Fault
from pipelines.demo.world.contents import Case, Note, Row, World, take_out
from pipelines.demo.world.move import Move


class Injection:
    """One kommune into which faults are put. Every case is given one fault at most."""

    def __init__(self, move: Move, facit: Facit) -> None:
        self.world: World = move.world
        self.births = move.births
        self.corrections = move.corrections
        self.facit = facit
        self._used: set[str] = set()

    def take(
        self,
        system: str | None,
        *,
        documents: bool | None = None,
        trait: str | None = None,
        states: tuple[str, ...] = (),
    ) -> Case:
        """The next untouched case of ``system``; plain unless a ``trait`` is asked for.

        ``documents``: with, without, or (None) either. ``states``: one of these before the move. Raises
        ``LookupError`` when the kommune has run out, which one of ``MIN_CASES`` or more does not.
        """
        for case in self.world.cases:
            if case.uuid in self._used or case.system != system or case.trait != trait:
                continue
            if states and case.row["fremdrift"] not in states:
                continue
            if documents is None or documents == bool(case.documents):
                self._used.add(case.uuid)
                return case
        raise LookupError(f"no case of {system} is left in kommune {self.world.plan.kode}")

    def in_edh(self, system: str | None, *, states: tuple[str, ...] = ()) -> tuple[Case, Row]:
        """The next untouched plain case with documents, and its row in EDH."""
        case = self.take(system, documents=True, states=states)
        assert case.edh is not None
        return case, case.edh

    def overgang(self, system: str) -> datetime:
        """When ``system`` took over."""
        return self.world.plan.transitions[system].overgang

    def given_up(self) -> datetime:
        """When manual cases were given up."""
        moment = self.world.plan.given_up
        assert moment is not None
        return moment

    def rows(self, system: str, entity: str) -> list[Row]:
        """The rows of ``entity`` in the last delivery of ``system``."""
        return self.world.after[system][entity]

    def lose_note(self, note: Note, system: str, sted: str) -> None:
        """Take a baseline note's copy out of the place ``sted``, where ``system`` delivers."""
        take_out(self.rows(system, "journalnotat"), [note.after[sted]])

    def lose_new_case(self, case: Case) -> None:
        """Take a case, its notes and its nøglepose row out of the new system."""
        assert case.system is not None
        assert case.new is not None
        take_out(self.rows(case.system, "sag"), [case.new])
        take_out(self.rows(case.system, "journalnotat"), [note.after["nyt"] for note in case.notes])
        if case.key:
            take_out(self.rows(case.system, "noeglepose"), [case.key])

    def lose_edh_case(self, case: Case, *, whole: bool) -> None:
        """Take a case out of EDH; ``whole``: its notes and documents too."""
        assert case.edh is not None
        take_out(self.rows("edh", "sag"), [case.edh])
        if whole:
            take_out(self.rows("edh", "journalnotat"), [note.after["edh"] for note in case.notes])
            for document in case.documents:
                take_out(self.rows("edh", "dokument"), [document.after])
                take_out(self.rows("edh", "fil"), document.after_files)
                take_out(self.rows("edh", "dokument_sag"), document.after_links)

    def stranger(self) -> str:
        """The made personal number of somebody else."""
        return self.births.population.citizen()[0]

    def waive(
        self, objekttype: str, objekt_id: str, sted: str | None, udloeber: str = "2099-12-31", regel: str | None = None
    ) -> Row:
        """Write a waiver into ``afvigelser.yaml``, by default one that counts whenever the demo is run."""
        named = {"sted": sted, "regel": regel}
        row = {
            "kommunekode": self.world.plan.kode,
            "objekttype": objekttype,
            "objekt_id": objekt_id,
            **{key: value for key, value in named.items() if value is not None},
            "begrundelse": "Gennemgået med leverandøren; indholdet findes på papir",
            "ejer": "KOMBIT" if sted == "nyt" else "KMD",
            "godkendt_af": "Den kommunale revision",
            "godkendt": "2022-04-01",
            "udloeber": udloeber,
        }
        self.world.waivers.append(row)
        return row


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault: ``inject`` puts one into a kommune, for the new ``system`` ("edh": a manual case)."""

    name: str
    what: str
    inject: Callable[[Injection, Fault, str], None]
    # The kommune and system of each one that is put in.
    where: tuple[tuple[str, str], ...]

    def put_in(self, injection: Injection, facit: Facit) -> None:
        """Put in the faults that belong in the injection's kommune, and add them to ``facit``."""
        for kode, system in self.where:
            if kode == injection.world.plan.kode:
                fault = Fault(self.name, self.what, kode)
                self.inject(injection, fault, system)
                # A row has one udfald, and what is bad comes before what is explained.
                struck = {finding[1:5] for finding in fault.findings if finding[0] in OBLIGATION_RULES}
                facit.explained -= {row for row in facit.explained if row[:4] in struck}
                facit.faults.append(fault)
