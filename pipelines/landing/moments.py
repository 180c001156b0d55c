"""Times and dates as they are delivered, to UTC microseconds and days since 1970."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from pipelines.landing.fixed_text import Bytes, Flags, Integers, matrices, number, present

NOT_A_DATE = "the value is not a date YYYY-MM-DD that exists, in the years 0001 to 9999"
NOT_A_TIME = "the value is not a time that exists in ISO 8601, e.g. 2020-05-22T23:00:00+02:00"
IN_THE_GAP = "the local time does not exist in Denmark, where summer time skips that hour; send it with its offset"
NOT_STORABLE = "the time lies outside the years 0001 to 9999 in UTC and cannot be stored"

_DANISH = ZoneInfo("Europe/Copenhagen")
# Without a zone: the clock on the wall counts from it too.
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_FIRST = np.datetime64("0001-01-01", "us").astype(np.int64)
_LAST = np.datetime64("9999-12-31T23:59:59.999999", "us").astype(np.int64)
_BODY = len("2020-05-22T23:00:00")


@dataclass(frozen=True)
class Moments:
    """``microseconds`` since 1970 in UTC; rows in ``wrong`` hold nothing. All are per row.

    ``wrong`` maps a sentence to the rows it is true of. ``twice``: local times in the hour that comes
    twice, taken as the first.
    """

    microseconds: Integers
    wrong: dict[str, Flags]
    twice: Flags


def read_moments(values: pa.StringArray) -> Moments:
    """ISO 8601 times with ``T``; offset ``Z ±hh:mm ±hhmm ±hh``, none is Danish time. Nulls give 0.

    A fraction may have up to nine digits; the store keeps six.
    """
    size = len(values)
    moments = np.zeros(size, np.int64)
    unread, gap, twice = present(values), np.zeros(size, bool), np.zeros(size, bool)
    for rows, matrix in matrices(values):
        for chosen, body, offset, valid_offset in _by_offset(np.ascontiguousarray(matrix.T)):
            local, valid = _local(body)
            here = rows[chosen]
            valid &= valid_offset
            unread[here] = ~valid
            if offset is None:
                offset, gap[here], twice[here] = _danish_offsets(np.where(valid, local, 0))
            moments[here] = local - offset
    gap &= ~unread
    outside = ((moments < _FIRST) | (moments > _LAST)) & ~unread & ~gap
    return Moments(moments, {NOT_A_TIME: unread, IN_THE_GAP: gap, NOT_STORABLE: outside}, twice & ~unread)


def read_dates(values: pa.StringArray) -> tuple[Integers, Flags]:
    """Dates ``YYYY-MM-DD`` as days since 1970, and which are none. Nulls give 0."""
    days, wrong = np.zeros(len(values), np.int64), present(values)
    for rows, matrix in matrices(values):
        if matrix.shape[1] == len("2020-05-22"):
            days[rows], valid = _days(np.ascontiguousarray(matrix.T))
            wrong[rows] = ~valid
    return days, wrong


def read_moment(text: str) -> datetime | str:
    """One time as an aware datetime in UTC, or the sentence that says why it is none."""
    moments = read_moments(pa.array([text], pa.string()))
    for reason, wrong in moments.wrong.items():
        if wrong.any():
            return reason
    return (_EPOCH + timedelta(microseconds=int(moments.microseconds[0]))).replace(tzinfo=UTC)


def _by_offset(places: Bytes) -> Iterator[tuple[Integers, Bytes, Integers | None, Flags | bool]]:
    """Rows of one form of offset: which they are, what stands before it, the offset, and where it is one."""
    length, count = places.shape
    if length < _BODY:
        return
    zulu = places[-1] == ord("Z")
    colon = ~zulu & _is_sign(places[-6]) & (places[-3] == ord(":"))
    plain = ~zulu & ~colon & _is_sign(places[-5])
    hours = ~zulu & ~colon & ~plain & _is_sign(places[-3])
    for flags, width in ((zulu, 1), (colon, 6), (plain, 5), (hours, 3)):
        chosen = np.flatnonzero(flags)
        if len(chosen) and length - width >= _BODY:
            part = places if len(chosen) == count else places[:, chosen]
            yield chosen, part[: length - width], *_offset(part[length - width :])
    chosen = np.flatnonzero(~(zulu | colon | plain | hours))
    if len(chosen):
        yield chosen, places[:, chosen], None, True


def _is_sign(place: Bytes) -> Flags:
    signs: Flags = (place == ord("+")) | (place == ord("-"))
    return signs


def _offset(suffix: Bytes) -> tuple[Integers, Flags]:
    width, count = suffix.shape
    if width == 1:
        return np.zeros(count, np.int64), np.ones(count, bool)
    hours, valid = number(suffix, 1, 3)
    minutes = np.zeros_like(hours)
    if width > 3:
        minutes, digits = number(suffix, width - 2, width)
        valid &= digits & (minutes <= 59)
    valid &= hours <= 23
    sign = np.where(suffix[0] == ord("-"), -1, 1)
    return sign * (hours * 60 + minutes) * 60 * _SECOND, valid


def _local(body: Bytes) -> tuple[Integers, Flags]:
    """Microseconds since 1970 as the clock on the wall counts them, and which rows are a time."""
    days, valid = _days(body)
    total = days * 24
    for start, limit in ((11, 24), (14, 60), (17, 60)):
        part, digits = number(body, start, start + 2)
        valid &= digits & (part < limit)
        total = (total if start == 11 else total * 60) + part
    valid &= (body[10] == ord("T")) & (body[13] == ord(":")) & (body[16] == ord(":"))
    total *= _SECOND
    length, count = body.shape
    if length > _BODY:
        if not _BODY + 2 <= length <= _BODY + 10:
            return total, np.zeros(count, bool)
        fraction, digits = number(body, _BODY + 1, length)
        valid &= digits & ((body[_BODY] == ord(".")) | (body[_BODY] == ord(",")))
        total += fraction * _SECOND // 10 ** (length - _BODY - 1)
    return total, valid


def _days(places: Bytes) -> tuple[Integers, Flags]:
    year, valid = number(places, 0, 4)
    month, digits = number(places, 5, 7)
    valid &= digits
    day, digits = number(places, 8, 10)
    valid &= digits & (places[4] == ord("-")) & (places[7] == ord("-"))
    valid &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(valid, day - 1, 0)
    valid &= days.astype("datetime64[M]") == months
    return days.astype(np.int64), valid


def _danish_offsets(local: Integers) -> tuple[Integers, Flags, Flags]:
    """Denmark's offset in microseconds at local times; which of them do not exist, and which come twice."""
    days, day_of = np.unique(local // _DAY, return_inverse=True)
    steady = [_steady_offset(day) for day in days.tolist()]
    offsets = np.array([offset or 0 for offset in steady], np.int64)[day_of]
    gap, twice = np.zeros(len(local), bool), np.zeros(len(local), bool)
    changing = np.array([offset is None for offset in steady], bool)[day_of]
    for row in np.flatnonzero(changing).tolist():
        moment = _EPOCH + timedelta(microseconds=int(local[row]))
        first, second = _danish(moment, fold=0), _danish(moment, fold=1)
        offsets[row], gap[row], twice[row] = first, first < second, first > second
    return offsets, gap, twice


@cache
def _steady_offset(day: int) -> int | None:
    """Denmark's offset in microseconds all through the local ``day`` since 1970; None when it changes."""
    start = _EPOCH + timedelta(days=day)
    end = start + timedelta(days=1, microseconds=-1)
    offsets = {_danish(moment, fold) for moment in (start, end) for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


def _danish(moment: datetime, fold: int) -> int:
    offset = moment.replace(tzinfo=_DANISH, fold=fold).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
