"""One delivered column, as text, to the type it is landed in; what does not fit is told by row."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from pipelines.contract import Column
from pipelines.contract.text import normalise_line
from pipelines.errors import PERSONAL_NUMBER, PERSONAL_NUMBER_IN_TEXT
from pipelines.landing import fixed_text, moments
from pipelines.landing.fixed_text import Flags, Integers, present
from pipelines.landing.pseudonym import Pseudonyms

NULL = "the value is empty, and it may never be"
# Nothing below U+0300 can be composed differently.
_MAY_COMPOSE = "[\u0300-\U0010ffff]"
_MAY_CHANGE_AS_LINE = "[\\x00-\\x1f\\x7f-\\xa0\u0300-\U0010ffff]|  |^ | $"


@dataclass
class Conformed:
    """A column as it is landed. ``wrong`` pairs a sentence with the rows it is true of."""

    landed: pa.Array
    wrong: list[tuple[str, Flags]] = field(default_factory=list)
    twice: Flags | None = None
    masked: Integers | None = None


def conform(column: Column, delivered: pa.StringArray, pseudonyms: Pseudonyms) -> Conformed:
    """``delivered``, with its nulls, as the contract has ``column``."""
    if column.apart:
        made = Conformed(delivered)
    else:
        made = _typed(column, delivered, pseudonyms)
    if column.required and delivered.null_count:
        made.wrong.insert(0, (NULL, ~present(delivered)))
    return made


def _typed(column: Column, delivered: pa.StringArray, pseudonyms: Pseudonyms) -> Conformed:
    match column.type:
        case "uuid":
            landed, wrong = fixed_text.uuids(delivered)
            return Conformed(landed, [("the value is not a uuid such as 123e4567-e89b-12d3-a456-426614174000", wrong)])
        case "timestamp":
            read = moments.read_moments(delivered)
            landed = _numbers(read.microseconds, delivered, column.arrow.type)
            return Conformed(landed, list(read.wrong.items()), twice=read.twice)
        case "date":
            days, wrong = moments.read_dates(delivered)
            return Conformed(_numbers(days, delivered, column.arrow.type), [(moments.NOT_A_DATE, wrong)])
        case "integer":
            return _integers(delivered)
        case "cpr":
            return _parts(delivered, pseudonyms)
        case "text":
            return _text(column, delivered, pseudonyms)


def as_arrow(texts: pl.Series) -> pa.StringArray:
    """A Polars text column as ``pa.string()``."""
    return texts.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())


def compose(texts: pl.Series) -> pl.Series:
    """Texts in Unicode NFC."""
    rows = texts.str.contains(_MAY_COMPOSE).fill_null(value=False).arg_true()
    if rows.is_empty():
        return texts
    return texts.clone().scatter(rows, texts.gather(rows).str.normalize("NFC"))


def _numbers(values: Integers, delivered: pa.Array, landed: pa.DataType) -> pa.Array:
    absent = None if delivered.null_count == 0 else ~present(delivered)
    return (
        pa.array(values, pa.int64(), mask=absent).cast(pa.int32() if landed == pa.date32() else pa.int64()).view(landed)
    )


def _integers(delivered: pa.StringArray) -> Conformed:
    texts = pl.Series(delivered)
    numbers = texts.cast(pl.Int64, strict=False)
    digits = texts.str.contains("^[0-9]+$")
    wrong = (~digits | numbers.is_null()).fill_null(value=False) & texts.is_not_null()
    landed = numbers.to_arrow()
    return Conformed(landed, [("the value is not a whole number of 0 or more in digits", wrong.to_numpy())])


def _parts(delivered: pa.StringArray, pseudonyms: Pseudonyms) -> Conformed:
    wrong = ~pl.Series(delivered).str.contains("^[0-9]{10}$").fill_null(value=True).to_numpy()
    landed = pseudonyms.parts(delivered.fill_null(""))
    return Conformed(landed, [("the value is not a personal number of exactly ten digits", wrong)])


def _text(column: Column, delivered: pa.StringArray, pseudonyms: Pseudonyms) -> Conformed:
    texts = pl.Series(delivered)
    if column.normalised:
        texts = _lines(texts)
        if column.required:
            texts = texts.fill_null("")
    elif not column.name.endswith("_id"):
        # Another system's id is compared as it was delivered.
        texts = compose(texts)
    if column.name == "kontrolsum":
        texts = texts.str.to_lowercase()
    made = Conformed(delivered)

    def forbid(reason: str, wrong: pl.Series) -> None:
        made.wrong.append((reason, wrong.fill_null(value=False).to_numpy()))

    if column.codes is not None:
        forbid(f"the value is not one of {', '.join(column.codes.values)}", ~texts.is_in(list(column.codes.values)))
    if column.pattern is not None:
        forbid(f"the value is not of the form {column.pattern}", ~texts.str.contains(f"^(?:{column.pattern})$"))
    if column.max_length is not None:
        forbid(f"the value is longer than {column.max_length} characters", texts.str.len_chars() > column.max_length)
    if column.codes is None and column.pattern is None and column.name != "kontrolsum":
        # An id may be a personal number as it stands; in a uuid or a checksum that is an id, the digits are none.
        number = PERSONAL_NUMBER_IN_TEXT if column.free_text else PERSONAL_NUMBER
        texts, counts = pseudonyms.mask_all(texts, number)
        made.masked = counts.to_numpy()
    made.landed = as_arrow(texts)
    return made


def _lines(texts: pl.Series) -> pl.Series:
    rows = texts.str.contains(_MAY_CHANGE_AS_LINE).fill_null(value=False).arg_true()
    if rows.is_empty():
        return texts
    return texts.clone().scatter(rows, [normalise_line(text) for text in texts.gather(rows).to_list()])
