"""Answers from Sags- og Dokumentindekset, made after the public schemas of SF1470. All that is in them is invented."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

V6, V1_2 = "6", "1.2.4.0"
MASTER = "251c24fd-57b0-4afc-9d73-b063d1957eb3"
AFSENDER = "1b3c6a6d-e977-4491-9bf8-b41ee6999f39"
PRIMAER_PART = "d839f26a-d4d1-4441-b2d6-3dbbb12a9404"
PRIMAER_KLASSE = "a86c6581-ec85-412d-a655-31a1f1d5b14f"
HANDLINGSKLASSE = "05ef7011-11a7-4e4c-a46b-3de6aa457fc3"
# The index's own UUIDs for the roles of journalposts are not public; this is none of them.
UNKNOWN_ROLE = "aaaaaaaa-0000-4000-8000-00000000aaaa"

RECEIVED = "2020-05-22T21:00:05.000+02:00"

# Code, from, until; None is without end.
State = tuple[str, str, str | None]
HISTORY: tuple[State, ...] = (
    ("Opstaaet", "2019-05-12T00:00:00.000+02:00", "2019-06-22T00:00:00.000+02:00"),
    ("Oplyst", "2019-06-22T00:00:00.000+02:00", "2019-08-05T00:00:00.000+02:00"),
    ("Afgjort", "2019-08-05T00:00:00.000+02:00", None),
)


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def effect(since: str = "2019-05-12T00:00:00.000+02:00", until: str | None = None) -> str:
    end = (
        "<sd:GraenseIndikator>true</sd:GraenseIndikator>"
        if until is None
        else f"<sd:TidsstempelDatoTid>{until}</sd:TidsstempelDatoTid>"
    )
    return (
        f"<sd:Virkning><sd:FraTidspunkt><sd:TidsstempelDatoTid>{since}</sd:TidsstempelDatoTid></sd:FraTidspunkt>"
        f"<sd:TilTidspunkt>{end}</sd:TilTidspunkt></sd:Virkning>"
    )


def identifier(value: str) -> str:
    kind = "URNIdentifikator" if value.lower().startswith("urn:") else "UUIDIdentifikator"
    return f"<sd:{kind}>{value}</sd:{kind}>"


def relation(name: str, role: str, reference: str, *, extra: str = "", until: str | None = None) -> str:
    return (
        f"<{name}>{effect(until=until)}<gd:Rolle>{identifier(role)}</gd:Rolle>"
        f"<gd:ReferenceID>{identifier(reference)}</gd:ReferenceID>{extra}</{name}>"
    )


def sagsklasse(role: str, key: str) -> str:
    local = (
        f"<si:SagsklasseLokalUdvidelse><si:BrugervendtNoegle>{key}</si:BrugervendtNoegle></si:SagsklasseLokalUdvidelse>"
    )
    extra = f"<gd:LokalUdvidelseListe>{local}</gd:LokalUdvidelseListe>"
    return relation("sag:Sagsklasse", role, uuid(900), extra=extra)


def journalpost(
    reference: str,
    *,
    role: str = UNKNOWN_ROLE,
    indeks: str = "1",
    dokumenttitel: str | None = None,
    note: tuple[str, bytes, str] | None = None,
) -> str:
    """A journalpost; ``note``: title, content and format."""
    held = f"<sag:Dokumenttitel>{escape(dokumenttitel)}</sag:Dokumenttitel>" if dokumenttitel else ""
    if note:
        titel, content, form = note
        held += (
            f"<sag:JournalnotatEgenskaber><sag:Titel>{escape(titel)}</sag:Titel>"
            f"<sag:Notat>{base64.b64encode(content).decode()}</sag:Notat>"
            f"<sag:Format>{form}</sag:Format></sag:JournalnotatEgenskaber>"
        )
    extra = f"<gd:Indeks>{indeks}</gd:Indeks><sag:JournalpostEgenskaber>{held}</sag:JournalpostEgenskaber>"
    return relation("sag:Journalpost", role, reference, extra=extra)


def registration(tidspunkt: str, attributes: str, states: str, relations: str, received: str = RECEIVED) -> str:
    return (
        f"<REGISTRERING><sd:Tidspunkt>{tidspunkt}</sd:Tidspunkt><sd:LivscyklusKode>Importeret</sd:LivscyklusKode>"
        f"<gd:StsTidspunkt>{received}</gd:StsTidspunkt>"
        f"<AttributListe>{attributes}</AttributListe><TilstandListe>{states}</TilstandListe>"
        f"<RelationListe>{relations}</RelationListe></REGISTRERING>"
    )


def _in(prefix: str, content: str) -> str:
    for name in ("REGISTRERING", "AttributListe", "TilstandListe", "RelationListe"):
        local = "Registrering" if name == "REGISTRERING" else name
        content = content.replace(f"<{name}>", f"<{prefix}:{local}>").replace(f"</{name}>", f"</{prefix}:{local}>")
    return content


def sag_registration(
    number: int,
    *,
    sagsnummer: str | None = None,
    received: str = RECEIVED,
    titel: str = "Sygedagpenge",
    states: Sequence[State] = HISTORY,
    journalposts: Sequence[str] = (),
    master: str = "edh",
    tidspunkt: str = "2020-05-22T20:59:00.000+02:00",
) -> str:
    key = escape(sagsnummer or f"2019-{number}")
    attributes = (
        f"<sag:Egenskaber>{effect()}<sag:BrugervendtNoegle>{key}</sag:BrugervendtNoegle>"
        f"<sag:Sagsnummer>{key}</sag:Sagsnummer><sag:Titel>{escape(titel)}</sag:Titel></sag:Egenskaber>"
    )
    history = "".join(
        f"<sag:Fremdrift>{effect(since, until)}"
        f"<sag:FremdriftStatusKode>{code}</sag:FremdriftStatusKode></sag:Fremdrift>"
        for code, since, until in states
    )
    systems = relation("si:SagsitsystemRelation", MASTER, master) + relation(
        "si:SagsitsystemRelation", AFSENDER, "urn:oio:it-system:afsender"
    )
    relations = (
        sagsklasse(PRIMAER_KLASSE, "32.24.04")
        + sagsklasse(HANDLINGSKLASSE, "G01")
        # Relations that are no longer in force stand beside those that are.
        + relation("sag:Sagspart", PRIMAER_PART, "urn:oio:cpr-nr:6201701234", until="2019-06-01T00:00:00Z")
        + relation("sag:Sagspart", PRIMAER_PART, "urn:oio:cpr-nr:6101701234")
        + "".join(journalposts)
        + f"<gd:LokalUdvidelseListe>{systems}</gd:LokalUdvidelseListe>"
    )
    return _in("sag", registration(tidspunkt, attributes, history, relations, received))


def sag(
    number: int, *, object_id: str | None = None, registrations: Sequence[str] | None = None, **of_the_one: Any
) -> str:
    """A case by its one registration, or by ``registrations``."""
    every = [sag_registration(number, **of_the_one)] if registrations is None else registrations
    return (
        "<sdi:SagFiltreretOejebliksbillede>"
        f"<sag:ObjektType>{identifier(object_id or uuid(number))}</sag:ObjektType>{''.join(every)}"
        "</sdi:SagFiltreretOejebliksbillede>"
    )


def dokument(
    number: int,
    *,
    titel: str = "Lægeattest",
    master: str = "edh",
    object_id: str | None = None,
    received: str = RECEIVED,
) -> str:
    attributes = (
        f"<di:Egenskaber>{effect()}<di:Titel>{escape(titel)}</di:Titel><di:BrevDato>2019-05-30</di:BrevDato>"
        "<di:Type>Brev, indgaaende</di:Type></di:Egenskaber>"
    )
    system = relation("di:DokumentitsystemRelation", MASTER, master)
    local = f"<gd:LokalUdvidelseListe>{system}</gd:LokalUdvidelseListe>"
    content = _in("di", registration("2019-06-01T08:00:00.000+02:00", attributes, "", local, received))
    return (
        "<sdi:DokumentFiltreretOejebliksbillede>"
        f"<di:ObjektType>{identifier(object_id or uuid(number))}</di:ObjektType>{content}"
        "</sdi:DokumentFiltreretOejebliksbillede>"
    )


def total(name: str, count: int | str, *, paged: bool = False) -> str:
    page = "<sdi:Paginering><sd:FoersteResultatReference>0</sd:FoersteResultatReference></sdi:Paginering>"
    return (
        f"<sdi:Antal><sdi:Element>{name}</sdi:Element><sdi:Antal>{count}</sdi:Antal>{page if paged else ''}</sdi:Antal>"
    )


def answer(
    *objects: str,
    totals: Mapping[str, int] | str = "",
    version: str = V6,
    index: str = "SagDokumentIndeks",
    status: str = "20",
    before: str = "",
) -> str:
    """The output of Fremsoeg. ``before``: what stands before its first element, such as a DOCTYPE."""
    areas = {
        "sag": "sagdok:sag",
        "si": "sagdok:sagindeks",
        "di": "sagdok:dokumentindeks",
        "sdi": "sagdok:sagdokumentindeks",
        "gd": "generelledefinitioner",
    }
    names = " ".join(f'xmlns:{prefix}="urn:oio:sts:{area}:{version}"' for prefix, area in areas.items())
    counted = totals if isinstance(totals, str) else "".join(total(*each) for each in totals.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<sdi:Fremsoeg{index}Output xmlns:sd="urn:oio:sagdok:3.0.0" '
        f"{names}>\n<sd:StandardRetur><sd:StatusKode>{status}</sd:StatusKode></sd:StandardRetur>\n{counted}\n"
        + "\n".join(objects)
        + f"\n</sdi:Fremsoeg{index}Output>\n"
    )


def write(folder: Path, **answers: str) -> Path:
    """Each answer as ``<name>.xml`` in ``folder``."""
    for name, content in answers.items():
        (folder / f"{name}.xml").write_text(content, encoding="utf-8")
    return folder
