"""Values that a source writes in a form of its own, brought to the contract's; what is not in order is told by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipelines.sources.block import RecordMistake
from pipelines.sources.native import SourceRemark

NOT_A_DATE = (
    "the value is not a date that exists, written YYYY-MM-DD, dd-mm-YYYY or ddmmYYYY with all its digits; "
    "correct it in the source and send the file again"
)
NOT_A_TIME = (
    "the value is not a date or a time that exists, written YYYY-MM-DD, dd-mm-YYYY or ddmmYYYY with all its digits, "
    "or as such a date with HH:MM or HH:MM:SS; correct it in the source and send the file again"
)

_DATE = r"(?<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})|(?<day>[0-9]{2})(?:-(?<m1>[0-9]{2})-|(?<m2>[0-9]{2}))(?<year>[0-9]{4})"
# The offset is kept as it stands; the contract judges it.
_CLOCK = r"(?:[T ](?<minute>[0-9]{2}:[0-9]{2})(?<second>:[0-9]{2}(?:[.,][0-9]{1,9})?)?(?<offset>Z|[+-][0-9:]{2,5})?)?"
# 20121105, with the year first, would otherwise read as the 20th of December in the year 1105.
_FIRST_YEAR = "1900"


@dataclass(frozen=True)
class Formed:
    """A column in the contract's form. ``mended`` is counted under a kind of remark, ``wrong`` under its sentence."""

    values: pl.Series
    mended: Mapping[str, pl.Series] = field(default_factory=dict)
    wrong: Mapping[str, pl.Series] = field(default_factory=dict)


# How the values of one column are brought to form.
Form = Callable[[pl.Series], Formed]


class Tally:
    """What one reading of a table mended: by kind how many, and the first line."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, int]] = {}

    def begin(self) -> None:
        """Forget an earlier reading of the same table."""
        self._found.clear()

    def add(self, art: str, count: int, line: int) -> None:
        """Count ``count`` more of ``art``, the first of them on ``line``."""
        if count:
            counted, first = self._found.get(art, (0, line))
            self._found[art] = (counted + count, min(first, line))

    def remarks(self, file: str) -> tuple[SourceRemark, ...]:
        """The remarks of the last reading, by kind."""
        return tuple(SourceRemark(art, file, count, line) for art, (count, line) in sorted(self._found.items()))


def bring_to_form(
    batch: pa.RecordBatch, lines: npt.NDArray[np.int64], forms: Mapping[str, Form], tally: Tally
) -> pa.RecordBatch:
    """``batch`` with the columns that ``forms`` names in their form.

    Raises ``RecordMistake`` for the first line that has a value which cannot be.
    """
    mistakes: list[tuple[int, str, str]] = []
    for number, name in enumerate(batch.schema.names):
        if name not in forms:
            continue
        formed = forms[name](pl.Series(batch.column(number), dtype=pl.String))
        for reason, wrong in formed.wrong.items():
            if (row := _first(wrong)) is not None:
                mistakes.append((int(lines[row]), name, reason))
        for art, mended in formed.mended.items():
            if (row := _first(mended)) is not None:
                tally.add(art, int(mended.sum()), int(lines[row]))
        values = formed.values.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
        batch = batch.set_column(number, name, values)
    if mistakes:
        line, column, reason = min(mistakes)
        raise RecordMistake(reason, line, column)
    return batch


def dates(values: pl.Series) -> Formed:
    """Dates written ``YYYY-MM-DD``, ``dd-mm-YYYY`` or ``ddmmYYYY``, as ``YYYY-MM-DD``."""
    read, exists = _dates(values.str.extract_groups(f"^(?:{_DATE})$"))
    return _formed(values, read, exists, NOT_A_DATE)


def dates_and_times(values: pl.Series) -> Formed:
    """Dates as ``dates`` has them, and such dates with a clock, as ISO 8601 with ``T`` and the offset that stands."""
    parts = values.str.extract_groups(f"^(?:{_DATE}){_CLOCK}$")
    read, exists = _dates(parts)
    part = parts.struct.field
    has_clock = part("minute").is_not_null()
    time = part("minute") + part("second").fill_null(":00")
    exists &= ~has_clock | time.str.head(len("23:00:00")).str.to_time("%H:%M:%S", strict=False).is_not_null()
    clock = "T" + time + part("offset").fill_null("")
    return _formed(values, read + clock.fill_null(""), exists, NOT_A_TIME)


def without_hyphen(values: pl.Series) -> Formed:
    """Personal numbers, without the hyphen that people write; whether it is one the contract judges.

    They come with and without. A leading zero that is lost is not put back: in text it is a
    guess.
    """
    hyphened = values.str.contains("^[0-9]{6}-[0-9]{4}$").fill_null(value=False)
    return Formed(values.str.replace("^([0-9]{6})-([0-9]{4})$", "$1$2"), {"bindestreg_i_cpr": hyphened})


def matching(pattern: str, sentence: str) -> Form:
    """The form of a column whose every value matches ``pattern`` as a whole; ``sentence`` is said of others."""

    def form(values: pl.Series) -> Formed:
        return Formed(values, wrong={sentence: ~values.str.contains(f"^(?:{pattern})$").fill_null(value=False)})

    return form


def _dates(parts: pl.Series) -> tuple[pl.Series, pl.Series]:
    part = parts.struct.field
    month = part("m1").fill_null(part("m2"))
    read = part("iso").fill_null(part("year") + "-" + month + "-" + part("day"))
    exists = read.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return read, exists & (part("year").is_null() | (part("year") >= _FIRST_YEAR))


def _formed(values: pl.Series, read: pl.Series, exists: pl.Series, sentence: str) -> Formed:
    wrong = values.is_not_null() & ~exists.fill_null(value=False)
    other = (values.is_not_null() & (read != values)).fill_null(value=False)
    return Formed(read, {"andet_datoformat": other & ~wrong}, {sentence: wrong})


def _first(flags: pl.Series) -> int | None:
    return flags.arg_max() if flags.any() else None
