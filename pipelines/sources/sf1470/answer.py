"""One answer of the index, read as a stream of whole parts, in bounded memory and without trust."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from pipelines.sources.block import RecordMistake
from pipelines.sources.sf1470.elements import Element, text_of

MAX_DEPTH = 64
_CHUNK_BYTES = 64 * 1024

_SAG, _DOKUMENT = "sag", "dokument"
_PARTS = {
    "SagFiltreretOejebliksbillede": _SAG,
    "SagIndeks": _SAG,
    "Sag": _SAG,
    "DokumentFiltreretOejebliksbillede": _DOKUMENT,
    "DokumentIndeks": _DOKUMENT,
    "Dokument": _DOKUMENT,
    "Antal": "antal",
    "AntalType": "antal",
    "StandardRetur": "retur",
}
# List and Laes of one index call the object of either kind the same, so its namespace tells.
_UNNAMED_OBJECT = "FiltreretOejebliksbillede"
_SUBJECTS = {
    "sag": {_SAG},
    "sagindeks": {_SAG},
    "dokument": {_DOKUMENT},
    "dokumentindeks": {_DOKUMENT},
    "sagdokumentindeks": {_SAG, _DOKUMENT},
}
_ANSWER = re.compile(r"(Fremsoeg(?P<index>SagDokumentIndeks|SagIndeks|DokumentIndeks)?|List|Laes)Output")
_NAMESPACE = re.compile(r"urn:oio:sts:(?P<area>[a-z:]+):(?P<version>[0-9.]+)")
_ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_ELEMENTS = ("sager", "dokumenter", "journalnotater")

_NO_ANSWER = (
    "it is no answer from Sags- og Dokumentindekset (SF1470): its first element is not the output of Fremsoeg, List "
    "or Laes of SagIndeks, DokumentIndeks or SagDokumentIndeks; send such answers alone"
)
_DOCTYPE = "it has a DOCTYPE, which no answer has and which is never read; ask the index again"
_DEEP = f"its elements lie deeper than {MAX_DEPTH} within one another; no answer does"
_MIXED = "it has elements of both version 6 and version 1.2; send the answers of each version in files of their own"
_UNKNOWN_VERSION = "it has elements of a version of SF1470 that is neither 6 nor 1.2; ask the index for one of them"
_STRAY_TEXT = "a text stands in the answer outside its objects and totals, so what it belongs to is not known"
_TOTAL = f"a total (Antal) is not a whole number of {', '.join(_ELEMENTS)}; ask the index again"


def read_parts(path: Path, on_chunk: Callable[[bytes], None]) -> Iterator[tuple[str, Element]]:
    """The parts of the answer in ``path``, in its order, each an element that is whole and gone at the next.

    ``svar``: the answer itself, of which only the name is there. ``sag``, ``dokument``: an object. ``antal``: a total.
    ``retur``: how the call went. ``on_chunk`` is told every piece read. DTDs, entities and references to elsewhere
    are never followed; a text of more than 10 MB is refused by the parser, below the contract's own limit. Raises
    ``RecordMistake`` (with the file) at what cannot be trusted; comments and processing instructions are no data.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    walk = _Walk(path.name)
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                on_chunk(chunk)
                parser.feed(chunk)
                yield from walk.parts(parser.read_events())
        parser.close()
    except etree.XMLSyntaxError as error:
        raise RecordMistake(
            f"the XML breaks off or is not well-formed, or a text is too long, at line {error.lineno} of the file; "
            "ask the index again",
            None,
            file=path.name,
        ) from None
    walk.finish()


def read_subjects(answer: Element) -> set[str]:
    """What ``answer`` is about: ``sag``, ``dokument`` or both. Empty when the element is no answer."""
    name, area, _ = _name(answer.tag)
    found = _ANSWER.fullmatch(name)
    index = found and (found["index"] or area.rpartition(":")[2])
    return _SUBJECTS.get(index.lower(), set()) if index and area.startswith("sagdok:") else set()


def read_status(element: Element, file: str) -> None:
    """Raise ``RecordMistake`` when the call failed: OIO's StatusKode is 20 when it went well."""
    status = text_of(element.find("{*}StatusKode"))
    if status is not None and not status.startswith("2"):
        raise RecordMistake("the index answered with an error and no data (StatusKode); ask it again", None, file=file)


def read_total(element: Element, file: str) -> tuple[str, int, bool]:
    """What a total counts, how many, and whether it came with a page of a search."""
    name, count = text_of(element.find("{*}Element")), text_of(element.find("{*}Antal"))
    if name not in _ELEMENTS or count is None or not re.fullmatch("[0-9]{1,18}", count):
        raise RecordMistake(_TOTAL, None, file=file)
    return name, int(count), element.find("{*}Paginering") is not None


class _Walk:
    """Where the parser stands in the tree, and what is kept of it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._depth = 0
        self._answered = False
        # The depth of the part that is being read, 0 outside one, and its kind.
        self._part_depth = 0
        self._kind = ""
        self._version: str | None = None
        self._known_tags: set[str] = set()

    def parts(self, events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Element]]:
        """The parts that ``events``, starts and ends of elements, complete."""
        for event, element in events:
            if event == "start":
                self._depth += 1
                if self._begin(element):
                    yield "svar", element
                continue
            if self._depth == self._part_depth:
                yield self._kind, element
                self._part_depth = 0
            elif not self._part_depth and self._answered and text_of(element) is not None:
                raise self._mistake(_STRAY_TEXT)
            self._depth -= 1
            if not self._part_depth:
                _forget(element)

    def finish(self) -> None:
        """Raise ``RecordMistake`` when no answer stood in the file."""
        if not self._answered:
            raise self._mistake(_NO_ANSWER)

    def _begin(self, element: Element) -> bool:
        """Check an element that begins; whether it is an answer."""
        if self._depth == 1 and element.getroottree().docinfo.internalDTD is not None:
            raise self._mistake(_DOCTYPE)
        if self._depth > MAX_DEPTH:
            raise self._mistake(_DEEP)
        if element.tag not in self._known_tags:
            self._check_version(_name(element.tag)[2])
            self._known_tags.add(element.tag)
        if self._part_depth:
            return False
        if self._depth in (1, 3) and _may_be_answer(element) and read_subjects(element):
            self._answered = True
            return True
        if self._depth == 1 and not _is_soap(element, "Envelope"):
            raise self._mistake(_NO_ANSWER)
        if self._answered:
            name, area, _ = _name(element.tag)
            kind = _PARTS.get(name)
            if name == _UNNAMED_OBJECT:
                kind = _DOKUMENT if area.startswith("sagdok:dokument") else _SAG
            if kind is not None:
                self._part_depth, self._kind = self._depth, kind
        return False

    def _check_version(self, version: str) -> None:
        if not version:
            return
        known = next((each for each in ("6", "1.2") if version == each or version.startswith(f"{each}.")), None)
        if known is None:
            raise self._mistake(_UNKNOWN_VERSION)
        if self._version not in (None, known):
            raise self._mistake(_MIXED)
        self._version = known

    def _mistake(self, reason: str) -> RecordMistake:
        return RecordMistake(reason, None, file=self._file)


@lru_cache(maxsize=1024)
def _name(tag: str) -> tuple[str, str, str]:
    """Local name, area (``sagdok:sag``) and version (``6``, ``1.2.4.0``) of a tag; empty outside SF1470's own."""
    name = etree.QName(tag)
    found = _NAMESPACE.fullmatch(name.namespace or "")
    return name.localname, found["area"] if found else "", found["version"] if found else ""


def _may_be_answer(element: Element) -> bool:
    parent = element.getparent()
    return parent is None or _is_soap(parent, "Body")


def _is_soap(element: Element, name: str) -> bool:
    tag = etree.QName(element.tag)
    return tag.localname == name and tag.namespace in _ENVELOPES


def _forget(element: Element) -> None:
    """Free an element that has been read, and those before it beside it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
