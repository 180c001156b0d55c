"""The outside of an XML file of an arkiveringsversion, and the parser that reads what is inside.

SIARD-DK is XML in UTF-8, with or without byte order mark. Namespaces are ignored: in Rigsarkivet's own
samples a table's namespace and its schemaLocation disagree, so elements are known by their local names.
A document type is refused before any parser sees the file, so there are no entities to expand and nothing
outside the file to fetch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from pipelines.sources.block import RecordMistake

MAX_INDEX_BYTES = 64 * 1024 * 1024
_MAX_HEAD_BYTES = 64 * 1024

NOT_UTF_8 = "bytes that are not UTF-8; an arkiveringsversion is UTF-8, have the file written again"
NOT_WELL_FORMED = "the XML is not well-formed here, or the file was cut off; have it written or copied again"
_DOCTYPE = "the file declares a document type (DOCTYPE); an arkiveringsversion has none, and it is not read"
_NO_HEAD = "the file does not begin as XML in UTF-8 does; have it written or copied again"

_BEFORE_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t\r\n]|<!--.*?-->|<\?.*?\?>)*+", re.DOTALL)
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"']*)[\"']")
_START_TAG = re.compile(
    rb"<((?:[\w.-]+:)?)([\w.-]+)(?:[ \t\r\n]+[\w.:-]+[ \t\r\n]*=[ \t\r\n]*(?:\"[^\"<]*\"|'[^'<]*'))*+[ \t\r\n]*(/?)>"
)


@dataclass(frozen=True)
class Head:
    """All up to and with the start tag of the root element.

    ``prefix``: the root's namespace prefix with its colon, or nothing. ``start_tag``: the tag as it stands.
    ``empty``: the tag closes itself. ``size``: in bytes, from the start of the file.
    """

    prefix: str
    start_tag: bytes
    empty: bool
    size: int


def read_head(data: bytes, root: str, file: str, *, at_end: bool) -> Head | None:
    """The head of the document that begins with ``data``; None when more is needed to tell.

    Raises ``RecordMistake`` on line 1 when it is not UTF-8 by its own word, has a document type, or has
    another root element than ``root``.
    """
    before = _BEFORE_ROOT.match(data)
    assert before is not None
    declared = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        raise RecordMistake("the file declares another encoding than UTF-8; have it written again", 1, file=file)
    if data.startswith(b"<!DOCTYPE", before.end()):
        raise RecordMistake(_DOCTYPE, 1, file=file)
    tag = _START_TAG.match(data, before.end())
    if tag is None:
        if at_end or len(data) >= _MAX_HEAD_BYTES:
            raise RecordMistake(_NO_HEAD, 1, file=file)
        return None
    if tag[2] != root.encode():
        raise RecordMistake(f"the root element is not {root}; this is not the file it should be", 1, file=file)
    return Head(tag[1].decode(), tag[0], bool(tag[3]), tag.end())


def parse(document: bytes, *, long_texts: bool = False) -> etree._Element:
    """The root of a whole document without comments and processing instructions; raises ``XMLSyntaxError``.

    ``long_texts`` lifts libxml2's limit of 10 MB on a text, for documents of bounded size. Elements are at
    most 256 deep (2048 with ``long_texts``), which is libxml2's own limit.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=long_texts,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    return etree.fromstring(document, parser)


def parse_index(content: bytes, root: str, file: str) -> etree._Element:
    """The root of an index; raises ``RecordMistake`` with the physical line."""
    if len(content) > MAX_INDEX_BYTES:
        raise RecordMistake(f"the index is larger than {MAX_INDEX_BYTES // (1024 * 1024)} MiB", None, file=file)
    read_head(content, root, file, at_end=True)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise RecordMistake(NOT_UTF_8, content.count(b"\n", 0, error.start) + 1, file=file) from None
    try:
        return parse(content)
    except etree.XMLSyntaxError as error:
        raise RecordMistake(NOT_WELL_FORMED, error.position[0] or None, file=file) from None


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
