"""From the declared character set to UTF-8, noticing when the declaration is wrong."""

from __future__ import annotations

import re
from typing import Literal

import pyarrow as pa

Encoding = Literal["utf-8", "iso-8859-1", "cp1252"]

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_IMPOSSIBLE = {
    "iso-8859-1": (
        re.compile(rb"[\x80-\x9f]"),
        "a byte that is a control character in ISO-8859-1; if the file is cp1252, declare that",
    ),
    "cp1252": (
        re.compile(rb"[\x81\x8d\x8f\x90\x9d]"),
        "a byte that cp1252 does not have; declare the tegnsaet the file has",
    ),
}
_NOT_UTF_8 = "bytes that are not UTF-8; declare the tegnsaet the file has (iso-8859-1 or cp1252)"
READS_AS_UTF_8 = "from here on every letter beyond ASCII in the file reads as UTF-8; declare the tegnsaet utf-8"


class EncodingFault(ValueError):
    """The byte at ``offset`` cannot be in the declared character set."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = f"the record has {reason}"


class Decoder:
    """Turns pieces of whole characters into UTF-8, one after the other.

    ``first_letter``: how many bytes of the pieces came before the first that is not ASCII; None when all are.
    ``reads_as_utf8``: the set declared is another, and yet every piece so far is UTF-8 beyond ASCII.
    """

    def __init__(self, encoding: Encoding) -> None:
        self.reads_as_utf8 = False
        self._encoding = encoding
        self._seen_letters = False

    def utf8(self, data: bytes) -> bytes:
        """``data`` in UTF-8; raises ``EncodingFault``."""
        if data.isascii():
            return data
        if self._encoding == "utf-8":
            if not _is_utf8(data):
                raise EncodingFault(_first_fault(data), _NOT_UTF_8)
            return data
        impossible, reason = _IMPOSSIBLE[self._encoding]
        if self.reads_as_utf8 or not self._seen_letters:
            self.reads_as_utf8 = _is_utf8(data)
        self._seen_letters = True
        found = None if self.reads_as_utf8 else impossible.search(data)
        if found:
            raise EncodingFault(found.start(), reason)
        return data.decode(self._encoding, "replace").encode()


def first_letter_beyond_ascii(data: bytes) -> int | None:
    """The offset of the first byte that is not ASCII."""
    found = _NOT_ASCII.search(data)
    return found.start() if found else None


def _first_fault(data: bytes) -> int:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    raise AssertionError("two readers of UTF-8 disagree")


def _is_utf8(data: bytes) -> bool:
    # Arrow's check is several times as fast as making a string of it.
    offsets = pa.py_buffer(b"".join(number.to_bytes(8, "little") for number in (0, len(data))))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
