"""What a note is known by: its text is normalised and fingerprinted once, here, and then kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.contract.text import STUB, normalise_text, write_as
from pipelines.errors import PERSONAL_NUMBER_IN_TEXT
from pipelines.landing.columns import as_arrow, compose
from pipelines.landing.fixed_text import Integers
from pipelines.landing.pseudonym import Pseudonyms

# The ends are looked at apart: an anchor makes the search for the rest four times as slow.
_MAY_CHANGE_INSIDE = "[\r\t\u00a0]|  |\n\n|\n | \n"

# The fields are told apart by U+001F and a null by U+001E, so that no two notes give the same bytes
# unless they are equal.
_FINGERPRINTS = """
SELECT left(sha256(tekst), 32)::UUID AS tekstaftryk,
       left(sha256(concat_ws(chr(31), strftime(oprettet, '%Y-%m-%dT%H:%M:%SZ'), coalesce(forfatter, chr(30)),
                             coalesce(titel, chr(30)), tekst)), 32)::UUID AS fingeraftryk
FROM notes
"""


@dataclass(frozen=True)
class NoteTexts:
    """The texts of a block: as they are stored, and as they are compared. ``masked``: numbers per row."""

    stored: pl.Series
    compared: pl.Series
    masked: Integers


def read_texts(delivered: pa.StringArray, formats: pa.StringArray, pseudonyms: Pseudonyms) -> NoteTexts:
    """Normalise and mask note texts; no nulls."""
    texts = compose(pl.Series(delivered))
    forms = pl.Series(formats)
    compared, hidden = pseudonyms.mask_all(_normalise(texts, forms))
    stored, shown = pseudonyms.mask_all(texts)
    numbered = ((hidden > 0) | (shown > 0)).arg_true().to_list()
    # Where markup or odd blanks stand inside a number, it cannot be replaced in place.
    unmasked = [row for row in numbered if PERSONAL_NUMBER_IN_TEXT.search(normalise_text(stored[row], forms[row]))]
    if unmasked:
        stored = stored.clone().scatter(unmasked, [write_as(compared[row], forms[row]) for row in unmasked])
    return NoteTexts(stored, compared, np.maximum(hidden.to_numpy(), shown.to_numpy()))


def derive(
    session: duckdb.DuckDBPyConnection,
    delivered: pa.StringArray,
    compared: pl.Series,
    oprettet: pa.Array,
    forfatter: pa.Array,
    titel: pa.Array,
) -> list[pa.Array]:
    """The derived columns of journalnotat in the contract's order; ``oprettet`` is UTC, ``compared`` masked."""
    notes = pa.table(
        {
            # Without its zone, which DuckDB would need an extension to print in.
            "oprettet": oprettet.view(pa.timestamp("us")),
            "forfatter": forfatter,
            "titel": titel,
            "tekst": as_arrow(compared),
        }
    )
    # A cursor of its own, as several blocks are derived at a time.
    with session.cursor() as cursor:
        cursor.register("notes", notes)
        prints = cursor.sql(_FINGERPRINTS).to_arrow_table().combine_chunks()
    sizes = pl.Series(delivered).str.len_bytes().cast(pl.Int64).to_arrow()
    stubs = compared.str.starts_with(STUB).to_arrow()
    return [sizes, stubs, *(column.combine_chunks() for column in prints.columns)]


def _normalise(texts: pl.Series, forms: pl.Series) -> pl.Series:
    plain = forms == "text"
    if not plain.all():
        rows = (~plain).arg_true()
        pairs = zip(texts.gather(rows).to_list(), forms.gather(rows).to_list(), strict=True)
        texts = texts.clone().scatter(rows, [normalise_text(text, form) for text, form in pairs])
    changes = texts.str.contains(_MAY_CHANGE_INSIDE)
    for blank in " \n":
        changes |= texts.str.starts_with(blank) | texts.str.ends_with(blank)
    rows = changes.arg_true()
    if rows.is_empty():
        return texts
    changed = (
        texts.gather(rows)
        .str.replace_all("[ \t\u00a0]+", " ")
        .str.replace_all(" ?[\r\n][ \r\n]*", "\n")
        .str.strip_chars(" \n")
    )
    return texts.clone().scatter(rows, changed)
