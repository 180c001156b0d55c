"""What stands in an element of SF1470, told by local names: both versions call them the same."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

# The guides' word for a TilTidspunkt without end is GraenseIndikator true.
INFINITE = "infinity"


def text_of(element: Element | None) -> str | None:
    """The text of ``element`` without the white space round it; None when there is none."""
    return (element.text or "").strip() or None if element is not None else None


def first_text(element: Element | None, *names: str) -> str | None:
    """The text of the first child of ``element`` called one of ``names``, tried in their order."""
    if element is not None:
        for name in names:
            text = text_of(element.find(f"{{*}}{name}"))
            if text is not None:
                return text
    return None


def id_of(element: Element | None) -> str | None:
    """What a UnikIdType holds: a UUID or a URN; also when it stands as bare text."""
    return first_text(element, "UUIDIdentifikator", "URNIdentifikator") or text_of(element)


def moment_of(element: Element | None) -> str | None:
    """What a TidspunktType holds: a time as it stands, or ``INFINITE``; also when it stands as bare text."""
    if first_text(element, "GraenseIndikator") in ("true", "1"):
        return INFINITE
    return first_text(element, "TidsstempelDatoTid") or text_of(element)


def effect_of(element: Element) -> tuple[str | None, str | None]:
    """From when and until when (Virkning) ``element`` is true; until None is open."""
    virkning = element.find("{*}Virkning")
    if virkning is None:
        return None, None
    until = moment_of(virkning.find("{*}TilTidspunkt"))
    return moment_of(virkning.find("{*}FraTidspunkt")), None if until == INFINITE else until


def is_open(element: Element) -> bool:
    """Whether ``element`` is in force: its Virkning has no end."""
    return effect_of(element)[1] is None
