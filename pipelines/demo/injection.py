"""What a fault works on: one kommune after a faultless move, and victims that nothing else happens to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.demo.conversion import Conversion
from pipelines.demo.facit import Facit, Fault
from pipelines.demo.world import Case, Note, Row, World, take_out
from pipelines.errors import UsageError


class Injection:
    """One kommune into which faults are put. Every case is given one fault at most."""

    def __init__(self, conversion: Conversion, facit: Facit) -> None:
        self.conversion = conversion
        self.facit = facit
        self.world: World = conversion.world
        self._used: set[str] = set()

    def take(self, system: str | None, *, documents: bool | None = None, trait: str | None = None) -> Case:
        """The next untouched case of ``system``; plain unless a ``trait`` is asked for.

        ``documents``: with, without, or (None) either. Raises ``UsageError`` when the kommune has run out.
        """
        for case in self.world.cases:
            if case.uuid in self._used or case.system != system or case.trait != trait:
                continue
            if documents is None or documents == bool(case.documents):
                self._used.add(case.uuid)
                return case
        raise UsageError(
            f"a demo of {len(self.world.cases)} cases a kommune is too small to hold every fault; take more (--cases)"
        )

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
        return self.conversion.population.citizen()[0]

    def waive(self, objekttype: str, objekt_id: str, sted: str, udloeber: str) -> None:
        """Write a waiver into ``afvigelser.yaml``."""
        self.world.waivers.append(
            {
                "kommunekode": self.world.plan.kode,
                "objekttype": objekttype,
                "objekt_id": objekt_id,
                "sted": sted,
                "begrundelse": "Gennemgået med leverandøren; indholdet findes på papir",
                "ejer": "KOMBIT" if sted == "nyt" else "KMD",
                "godkendt_af": "Den kommunale revision",
                "godkendt": "2022-04-01",
                "udloeber": udloeber,
            }
        )


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault: ``inject`` puts one into a kommune, for the new ``system`` (None: a manual case)."""

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
                struck = {finding[1:5] for finding in fault.findings}
                facit.explained -= {row for row in facit.explained if row[:4] in struck}
                facit.faults.append(fault)
