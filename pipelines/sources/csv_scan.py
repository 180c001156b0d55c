"""The structure of a piece of CSV, held to RFC 4180 without reading its values.

Parsers forgive: a stray quote, a short record, a bare CR become values. A delivery that is not what it
says must be refused, so the structure is checked here and the parser only sees what is in order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.contract import MAX_FIELD_BYTES

_QUOTE, _CR, _LF, _NUL = 34, 13, 10, 0
# A field of the largest size may be all quotes, each doubled, with one at either end.
_MAX_DELIVERED_FIELD = 2 * MAX_FIELD_BYTES + 2

NUL = "the record has a NUL byte; send the file as text, without it"
STRAY_QUOTE = "a quote stands inside an unquoted field; quote the whole field and double the quote"
OPEN_QUOTE = "a quoted field is not closed, or a quote inside it is not doubled"
BARE_CR = "a carriage return stands outside quotes without a line feed after it; end records with CRLF or LF"
TOO_LONG = f"a field is longer than {MAX_FIELD_BYTES // (1024 * 1024)} MiB"

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fault:
    """The first place, in bytes from the start of the piece, where the structure is broken."""

    offset: int
    reason: str


@dataclass(frozen=True)
class Scan:
    """The whole records of a piece that begins with a record.

    ``ends``: the offset after each record's last byte. ``fields``: fields in each record.
    ``line_feeds``: line feeds from the start of the piece to each record's end, those in quotes too.
    Nothing after ``fault`` is to be trusted.
    """

    ends: Integers
    fields: Integers
    line_feeds: Integers
    fault: Fault | None

    def record_of(self, offset: int) -> int:
        """The number, from 0, of the record that holds the byte at ``offset``."""
        return int(np.searchsorted(self.ends, offset, side="right"))


def scan(data: npt.NDArray[np.uint8], delimiter: int, *, at_end: bool) -> Scan:
    """Scan ``data``; ``at_end`` says that the file ends with it, so the last record is whole too."""
    marked = (data == _QUOTE) | (data == delimiter) | (data == _LF) | (data == _CR) | (data == _NUL)
    offsets = np.flatnonzero(marked)
    marks = data[offsets]
    is_quote = marks == _QUOTE
    quotes_before = np.cumsum(is_quote) - is_quote
    inside = quotes_before % 2 == 1
    is_feed = marks == _LF
    separates = ~inside & ((marks == delimiter) | is_feed)
    ends_record = ~inside & is_feed

    feeds = np.cumsum(is_feed)[ends_record]
    fields = np.cumsum(separates)[ends_record]
    ends = offsets[ends_record] + 1
    is_open = int(np.count_nonzero(is_quote)) % 2 == 1
    last = int(ends[-1]) if len(ends) else 0
    if at_end and not is_open and last < len(data):
        total = int(np.count_nonzero(separates)) + 1
        ends, fields = np.append(ends, len(data)), np.append(fields, total)
        feeds = np.append(feeds, np.count_nonzero(is_feed))
    fault = min(
        _faults(
            data, delimiter, offsets, marks, is_quote, inside, separates, is_open=at_end and is_open, at_end=at_end
        ),
        key=lambda fault: fault.offset,
        default=None,
    )
    return Scan(ends, np.diff(fields, prepend=0), feeds, fault)


def _faults(
    data: npt.NDArray[np.uint8],
    delimiter: int,
    offsets: Integers,
    marks: npt.NDArray[np.uint8],
    is_quote: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
    separates: npt.NDArray[np.bool_],
    *,
    is_open: bool,
    at_end: bool,
) -> list[Fault]:
    faults = []

    def first(where: Integers, wrong: npt.NDArray[np.bool_], reason: str) -> None:
        if wrong.any():
            faults.append(Fault(int(where[np.argmax(wrong)]), reason))

    first(offsets, marks == _NUL, NUL)

    opening = offsets[is_quote & ~inside]
    before = data[np.maximum(opening - 1, 0)]
    # After a closing quote it is the second half of a doubled one.
    fits = (opening == 0) | (before == delimiter) | (before == _LF) | (before == _QUOTE)
    first(opening, ~fits, STRAY_QUOTE)

    closing = offsets[is_quote & inside]
    after = _byte_after(data, closing)
    fits = (after == delimiter) | (after == _LF) | (after == _CR) | (after == _QUOTE) | (closing + 1 == len(data))
    first(closing, ~fits, OPEN_QUOTE)

    returns = offsets[~inside & (marks == _CR)]
    fits = (_byte_after(data, returns) == _LF) & (returns + 1 < len(data))
    if not at_end:
        fits |= returns + 1 == len(data)
    first(returns, ~fits, BARE_CR)

    if len(data) > _MAX_DELIVERED_FIELD:
        borders = np.concatenate(([-1], offsets[separates], [len(data)]))
        too_long = np.diff(borders) - 1 > _MAX_DELIVERED_FIELD
        # The field begins after the border before it; that byte lies in its record.
        first(borders[:-1] + 1, too_long, TOO_LONG)
    if is_open:
        faults.append(Fault(int(opening[-1]), OPEN_QUOTE))
    return faults


def _byte_after(data: npt.NDArray[np.uint8], offsets: Integers) -> npt.NDArray[np.uint8]:
    return data[np.minimum(offsets + 1, len(data) - 1)]
