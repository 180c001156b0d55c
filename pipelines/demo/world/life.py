"""Life after the move: what is rightly born in the new systems and, outside their field, in EDH."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.demo.world.births import Births
from pipelines.demo.world.contents import Case, World, content_of
from pipelines.demo.world.corrections import Corrections
from pipelines.demo.world.edh import closed_at
from pipelines.demo.world.plans import FAGSYSTEM, FULDT_UDRULLET
from pipelines.demo.world.population import emptied
from pipelines.estate import DANISH_TIME


def live_in_new_systems(world: World, births: Births) -> None:
    """Cases go on and cases are born, with notes and documents, in every system that has moved."""
    for system, transition in world.plan.transitions.items():
        extracted = world.plan.after(system)
        if not world.plan.moved(system, extracted):
            continue
        going_on = [case for case in world.cases if case.system == system and case.trait == "fortsat"]
        for number, case in enumerate(going_on):
            assert case.new is not None
            # The first note and document come at the very instant of transition: new, not old.
            at = births.between(transition.overgang, extracted) if number else transition.overgang
            births.note(system, case.new["sag_uuid"], at, case.name)
            if number % 2 == 0:
                births.document(system, case.new["sag_uuid"], at)
        for number in range(1 + len(world.after[system]["sag"]) // 20):
            at = births.between(transition.overgang, extracted) if number else transition.overgang
            row = births.case(system, at)
            births.note(system, row["sag_uuid"], at + timedelta(minutes=20))
            document = births.document(system, row["sag_uuid"], at + timedelta(days=2))
            if number == 0:
                # Without a byte a file is like every other one without; that proves nothing.
                document.files[0] |= emptied(document.files[0])
        if extracted.astimezone(DANISH_TIME).date() >= FULDT_UDRULLET:
            # All kommuner have moved: a document of EDH may be put into the new system now.
            case = next(case for case in world.cases if case.system == system and case.documents)
            assert case.new is not None
            document = births.document(system, case.new["sag_uuid"], extracted - timedelta(days=20))
            document.files[0] |= content_of(case.documents[0].files[0])


def live_in_edh(world: World, births: Births, corrections: Corrections) -> None:
    """Manual cases are worked on in EDH until the kommune gives them up; after that what still may be is done."""
    plan = world.plan
    earliest, latest = plan.first_baseline, plan.given_up or plan.after("edh")
    manual = [case for case in world.cases if case.system is None and case.trait == "fortsat"]
    for case in manual:
        births.note("edh", case.uuid, births.between(earliest, latest), case.name)
        births.document("edh", case.uuid, births.between(earliest, latest))
    for _ in manual[::3]:
        row = births.case("edh", births.between(earliest, latest - timedelta(days=30)))
        births.document("edh", row["sag_uuid"], row["oprettet"] + timedelta(days=1))
    if not plan.tiny:
        _at_the_instant(world, births)
        _cases_of_no_moved_field(world, births, latest)
    if plan.given_up and manual:
        _after_giving_up(manual, births, corrections, plan.given_up)
    elif plan.after("indeks") < plan.after("edh") and manual:
        _since_the_index(manual, births, plan.after("indeks"))


def _at_the_instant(world: World, births: Births) -> None:
    """What EDH registers at the very instant at which a system took over is in order."""
    for system, transition in world.plan.transitions.items():
        if world.plan.moved(system):
            case = next(case for case in world.cases if case.system == system and case.trait == "fortsat" and case.edh)
            births.note("edh", case.uuid, transition.overgang, case.name)
            births.document("edh", case.uuid, transition.overgang)
            births.case("edh", transition.overgang, kle_emne=case.row["kle_emne"])


def _cases_of_no_moved_field(world: World, births: Births, latest: datetime) -> None:
    """Cases born in EDH with the KLE number of a system that had not taken over yet, or has no date."""
    plan = world.plan
    waiting = min(plan.transitions["ky"].overgang, latest) - plan.transitions["ksd"].overgang
    births.case("edh", plan.transitions["ksd"].overgang + waiting / 2, kle_emne="32.24.04")
    if "spk" not in plan.transitions:
        births.case("edh", latest - timedelta(days=60), kle_emne="32.03.12")
        # The EDH copy of a pension case that still lives in KMD Sag: no rule of EDH's touches it.
        row = births.case("edh", plan.after("edh") - timedelta(days=50), kle_emne="32.03.12")
        row |= {"sagstype": "fagsystemsag", "fagsystem": FAGSYSTEM["spk"]}
        births.document("edh", row["sag_uuid"], row["oprettet"] + timedelta(days=1))


def _after_giving_up(manual: list[Case], births: Births, corrections: Corrections, given_up: datetime) -> None:
    """One second before, a note; after, a closing, and a note and a document that a request covers."""
    births.note("edh", manual[0].uuid, given_up - timedelta(seconds=1), manual[0].name)
    closed = next(case.edh for case in manual[1:] if case.edh and case.row["fremdrift"] != "Afsluttet")
    closed |= closed_at(given_up + timedelta(days=30, hours=10))
    note = births.note("edh", manual[0].uuid, corrections.moment, manual[0].name)
    corrections.request("journalnotat", note["notat_id"], manual[0].uuid, "tekst")
    document = births.document("edh", manual[0].uuid, corrections.moment).row
    corrections.request("dokument", document["dokument_uuid"], manual[0].uuid, "titel")


def _since_the_index(manual: list[Case], births: Births, extracted: datetime) -> None:
    """What EDH registers after the index was extracted, which lags behind."""
    births.note("edh", manual[0].uuid, extracted + timedelta(days=1), manual[0].name)
    births.document("edh", manual[0].uuid, extracted + timedelta(days=2))
    row = births.case("edh", extracted + timedelta(days=3))
    births.note("edh", row["sag_uuid"], row["oprettet"])
    changed = next(case.edh for case in manual[1:] if case.edh and case.row["fremdrift"] != "Afsluttet")
    changed |= closed_at(extracted + timedelta(days=4))
