"""Times as they are delivered: every form of offset, Danish time without one, and what is no time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.landing.moments import (
    IN_THE_GAP,
    NOT_A_TIME,
    NOT_STORABLE,
    read_dates,
    read_moment,
    read_moments,
)

DANISH = ZoneInfo("Europe/Copenhagen")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

READ = [
    ("2020-05-22T23:00:00Z", "2020-05-22T23:00:00"),
    ("2020-05-22T23:00:00+02:00", "2020-05-22T21:00:00"),
    ("2020-05-22T23:00:00+0200", "2020-05-22T21:00:00"),
    ("2020-05-22T23:00:00+02", "2020-05-22T21:00:00"),
    ("2020-05-22T23:00:00-01:30", "2020-05-23T00:30:00"),
    ("2020-05-22T23:00:00", "2020-05-22T21:00:00"),
    ("2020-12-22T23:00:00", "2020-12-22T22:00:00"),
    ("2020-05-22T23:00:00.5Z", "2020-05-22T23:00:00.500000"),
    ("2020-05-22T23:00:00,123456789Z", "2020-05-22T23:00:00.123456"),
    ("1960-05-22T23:00:00.999999999Z", "1960-05-22T23:00:00.999999"),
    ("2020-02-29T00:00:00Z", "2020-02-29T00:00:00"),
    ("2020-03-29T01:59:59", "2020-03-29T00:59:59"),
    ("2020-03-29T03:00:00", "2020-03-29T01:00:00"),
    ("2020-10-25T02:00:00", "2020-10-25T00:00:00"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999"),
    ("9999-12-31T23:59:59", "9999-12-31T22:59:59"),
]
NOT_READ = [
    (NOT_A_TIME, text)
    for text in (
        "2020-05-22",
        "2020-05-22T23:00Z",
        "2020-05-22 23:00:00Z",
        "2020-05-22t23:00:00z",
        "2020-05-22T24:00:00Z",
        "2020-05-22T23:60:00Z",
        "2020-05-22T23:59:60Z",
        "2020-13-01T00:00:00Z",
        "2019-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2020-05-22T23:00:00.Z",
        "2020-05-22T23:00:00.1234567890Z",
        "2020-05-22T23:00:00+2:00",
        "2020-05-22T23:00:00+24:00",
        "2020-05-22T23:00:00+02:60",
        "2020-05-22T23:00:00 Z",
        " 2020-05-22T23:00:00Z",
        "２020-05-22T23:00:00Z",
        "10000-01-01T00:00:00Z",
        "Z",
        "x" * 100,
    )
] + [
    (IN_THE_GAP, "2020-03-29T02:00:00"),
    (IN_THE_GAP, "2020-03-29T02:59:59.999999"),
    (NOT_STORABLE, "9999-12-31T23:30:00-01:00"),
    (NOT_STORABLE, "0001-01-01T00:00:00+01:00"),
    (NOT_STORABLE, "0001-01-01T00:00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_time_in_every_form(text: str, expected: str) -> None:
    assert read_moment(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(("reason", "text"), NOT_READ)
def test_what_is_no_time(reason: str, text: str) -> None:
    assert read_moment(text) == reason


def test_many_forms_in_one_column() -> None:
    texts: list[str | None] = [text for text, _ in READ]
    texts[1:1] = [None, *(text for _, text in NOT_READ)]
    read = read_moments(pa.array(texts))
    expected = dict(READ)
    for row, text in enumerate(texts):
        said = {reason for reason, wrong in read.wrong.items() if wrong[row]}
        if text in expected:
            assert said == set()
            moment = datetime.fromisoformat(expected[text]).replace(tzinfo=UTC)
            assert int(read.microseconds[row]) == (moment - EPOCH) // timedelta(microseconds=1)
        else:
            assert said == (set() if text is None else {next(reason for reason, bad in NOT_READ if bad == text)})


@given(
    st.lists(
        st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).flatmap(  # noqa: DTZ001
            lambda moment: st.sampled_from([moment, moment.replace(month=3, day=28), moment.replace(month=10, day=25)])
        ),
        min_size=1,
        max_size=20,
    )
)
def test_danish_time_is_that_of_the_zone(moments: list[datetime]) -> None:
    read = read_moments(pa.array([moment.isoformat() for moment in moments]))
    for row, local in enumerate(moments):
        first = local.replace(tzinfo=DANISH, fold=0).astimezone(UTC)
        second = local.replace(tzinfo=DANISH, fold=1).astimezone(UTC)
        exists = first.astimezone(DANISH).replace(tzinfo=None) == local
        assert bool(read.wrong[IN_THE_GAP][row]) == (not exists)
        assert bool(read.twice[row]) == (exists and first != second)
        if exists:
            assert EPOCH + timedelta(microseconds=int(read.microseconds[row])) == first


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), st.integers(-1439, 1439))  # noqa: DTZ001
def test_an_offset_is_taken_off(moment: datetime, minutes: int) -> None:
    written = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_moment(written.isoformat()) == written.astimezone(UTC)


@given(st.lists(st.one_of(st.none(), st.dates()), min_size=1, max_size=9))
def test_dates(dates: list[date | None]) -> None:
    days, wrong = read_dates(pa.array([None if day is None else day.isoformat() for day in dates], pa.string()))
    assert not wrong.any()
    found = [day and date(1970, 1, 1) + timedelta(days=int(count)) for count, day in zip(days, dates, strict=True)]
    assert found == dates


@pytest.mark.parametrize("text", ["2019-02-29", "2019-2-01", "0000-01-01", "2019/02/01", "2019-02-01 ", "x" * 70])
def test_what_is_no_date(text: str) -> None:
    _, wrong = read_dates(pa.array(["9999-12-31", text]))
    assert wrong.tolist() == [False, True]
