"""One cell of a list as the text that the contract has; mended only when there is one thing it can have been.

Excel takes what looks like a number for one: a personal number loses its leading zero, an id too, and a date is a
count of days. (Known from lists on SFTP.)
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from openpyxl.cell.cell import Cell
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape

from pipelines.contract.entities import ColumnType

ERROR = "the cell holds one of Excel's errors; write the value, or correct the formula, and save the workbook again"
BOOLEAN = "the cell is Excel's TRUE or FALSE, and the contract has no such column; write the value as text"
NUL = "the text has a NUL; write it without"
LOST_ZEROS = (
    "the cell is a number where the contract has text, so leading zeros may be lost; "
    "format the column as text and write the values again"
)
NOT_A_CPR = (
    "the cell is a number that cannot be a personal number with at most its leading zero lost; "
    "format the column as text and write the numbers again with all ten digits"
)
NOT_AN_INTEGER = "the cell is not a whole number in digits; write it as one"
NOT_A_DAY_NUMBER = (
    "the cell is a number that is no date in the years 1990 to 2100; format the column as a date and write it again"
)
IS_A_DATE = "the cell is a date or a time where the contract has none; format the column as text and write it again"
NOT_A_DAY = "the cell is a time of day or a duration, without its date; write the date too"
TIME_OF_DAY = "the cell has a time of day where the contract has a date; write the date alone"

_ONLY_ZEROS = re.compile("0+")
_YEARS = range(1990, 2101)


class CellMistake(ValueError):
    """The cell cannot be read as its column; the sentence quotes no value."""


def cell_text(cell: Cell, column: ColumnType | None, epoch: datetime) -> tuple[str | None, str | None]:
    """The cell as text, and the kind of remark when it was mended; raises ``CellMistake``.

    ``column``: the contract's type of it; None for a column that the contract does not know, of which nothing is
    demanded. ``epoch``: the day from which the workbook counts days (1900 or 1904). Times are to the second, since
    Excel's fraction of a day holds no more for sure, and have no offset.
    """
    value = cell.value
    if value is None:
        return None, None
    if isinstance(value, str) and (cell.data_type != "e" or column is None):
        return _text(value), None
    if column is None:
        return str(value), None
    if cell.data_type == "e":
        raise CellMistake(ERROR)
    if isinstance(value, bool):
        raise CellMistake(BOOLEAN)
    if isinstance(value, (date, time, timedelta)):
        return _day(value, column), None
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format, column, epoch)
    raise CellMistake(ERROR)


def _text(value: str) -> str | None:
    text: str = unescape(value)
    if "\0" in text:
        raise CellMistake(NUL)
    return text or None


def _day(value: date | time | timedelta, column: ColumnType) -> str:
    if column not in ("date", "timestamp"):
        raise CellMistake(IS_A_DATE)
    if not isinstance(value, date):
        raise CellMistake(NOT_A_DAY)
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    if column == "timestamp":
        return moment.isoformat()
    if moment.time() != time():
        raise CellMistake(TIME_OF_DAY)
    return moment.date().isoformat()


def _number(
    value: int | float, number_format: str, column: ColumnType, epoch: datetime
) -> tuple[str | None, str | None]:
    if column in ("date", "timestamp"):
        return _day_number(value, column, epoch), "mendet_dato"
    if column == "integer":
        if not isinstance(value, int):
            raise CellMistake(NOT_AN_INTEGER)
        return str(value), None
    if column == "cpr":
        return _cpr(value)
    if not isinstance(value, int) or value < 0 or not _ONLY_ZEROS.fullmatch(number_format):
        raise CellMistake(LOST_ZEROS)
    text = str(value).zfill(len(number_format))
    return text, None if text == str(value) else "mendet_tal"


def _day_number(value: int | float, column: ColumnType, epoch: datetime) -> str:
    try:
        found = from_excel(value, epoch)
    except (ValueError, OverflowError):
        raise CellMistake(NOT_A_DAY_NUMBER) from None
    if not isinstance(found, datetime) or found.year not in _YEARS:
        raise CellMistake(NOT_A_DAY_NUMBER)
    return _day(found, column)


def _cpr(value: int | float) -> tuple[str, str | None]:
    digits = str(value)
    if isinstance(value, int) and value > 0:
        if len(digits) == 10:
            return digits, None
        if len(digits) == 9 and _can_be_a_date(digits.zfill(10)):
            return digits.zfill(10), "mendet_cpr"
    raise CellMistake(NOT_A_CPR)


def _can_be_a_date(digits: str) -> bool:
    day, month = int(digits[:2]), int(digits[2:4])
    # A replacement number has 60 added to its day.
    day = day - 60 if day > 60 else day
    leap_year = 2000
    return 1 <= month <= 12 and 1 <= day <= monthrange(leap_year, month)[1]
