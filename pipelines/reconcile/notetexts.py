"""The texts of changed notes, opened only to tell how they changed, and gone with the session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

import duckdb
import pyarrow as pa

from pipelines.contract.text import normalise_text
from pipelines.lake import Lake
from pipelines.text_store import stored_texts

# The likely ones first: where two readings give the same text, the first names it.
_CHARACTER_SETS = ("utf-8", "latin-1", "cp1252", "cp850", "cp865")
# A note of the new side is named by its own delivery; the baseline's by the delivery that its case is taken from.
_WANTED = {
    "foer": """
        SELECT
            concat(foer.kilde, '/', kommune.kommunekode, '/', strftime(foer.udtrukket, '%Y%m%dT%H%M%SZ')),
            foer.notat_id, CAST(foer.sag_uuid AS VARCHAR), par.foer_nummer, foer.tekst_bytes
        FROM afstemning.notatpar AS par
        INNER JOIN afstemning.notat_foer AS foer ON par.foer_nummer = foer.nummer
        CROSS JOIN afstemning.kommune
        WHERE par.trin = 3""",
    "efter": """
        SELECT
            concat(
                efter.system, '/', kommune.kommunekode, '/',
                strftime(if(efter.sted = 'edh', kommune.edh_efter, ny.efter), '%Y%m%dT%H%M%SZ')
            ),
            efter.notat_id, CAST(efter.sag_uuid AS VARCHAR), par.foer_nummer, efter.tekst_bytes
        FROM afstemning.notatpar AS par
        INNER JOIN afstemning.notat_efter AS efter ON par.efter_nummer = efter.nummer
        CROSS JOIN afstemning.kommune
        LEFT JOIN afstemning.system AS ny ON efter.system = ny.system
        WHERE par.trin = 3""",
}
_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
_PLAIN = re.compile(r"[^!->@-~]")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


def misreading(before: str, now: str) -> str | None:
    """How ``before`` came to read as ``now`` by a usual accident with character sets; both normalised.

    ``utf-8>latin-1``: written in the first set and read in the second. ``erstattet``: letters beyond ASCII replaced
    by ``?`` or U+FFFD, one for each character or one for each UTF-8 byte. ``udeladt``: dropped. None: no accident.
    """
    # Whatever happens to the letters beyond ASCII, those within it stay.
    if before == now or _PLAIN.sub("", before) != _PLAIN.sub("", now):
        return None
    return next((way for way, reading in _readings(before) if normalise_text(reading, "text") == now), None)


def _readings(before: str) -> Iterator[tuple[str, str]]:
    for pattern in (_LETTER, _NON_ASCII):
        yield "udeladt", pattern.sub("", before)
        for mark in "?\ufffd":
            yield "erstattet", pattern.sub(mark, before)
            yield (
                "erstattet",
                "".join(mark * len(sign.encode()) if pattern.match(sign) else sign for sign in before),
            )
    for written, read in permutations(_CHARACTER_SETS, 2):
        yield f"{written}>{read}", before.encode(written, errors="replace").decode(read, errors="replace")


def changed_texts(con: duckdb.DuckDBPyConnection, lake: Lake, text_key: bytes | None) -> None:
    """Make ``afstemning.notattekst``: both texts of every pair whose text differs, normalised.

    ``fejllaest`` tells how the new one is the old one misread; ``efter_tegn`` how many characters the new one has, as
    delivered where it is plain text, as read where it is marked up. Raises ``UsageError`` when the texts are
    encrypted and ``text_key`` is missing or wrong.
    """
    con.execute(
        """CREATE TABLE afstemning.notattekst (
            foer_nummer BIGINT, foer_tekst VARCHAR, efter_tekst VARCHAR, fejllaest VARCHAR, efter_tegn BIGINT)"""
    )
    before = _texts(con, lake, text_key, "foer")
    now = _texts(con, lake, text_key, "efter")
    rows = [
        {
            "foer_nummer": number,
            "foer_tekst": text,
            "efter_tekst": now[number][0],
            "fejllaest": misreading(text, now[number][0]),
            "efter_tegn": now[number][1],
        }
        for number, (text, _) in sorted(before.items())
    ]
    schema = pa.schema(
        [
            ("foer_nummer", pa.int64()),
            ("foer_tekst", pa.string()),
            ("efter_tekst", pa.string()),
            ("fejllaest", pa.string()),
            ("efter_tegn", pa.int64()),
        ]
    )
    con.register("notattekst_laest", pa.Table.from_pylist(rows, schema=schema))
    con.execute("INSERT INTO afstemning.notattekst SELECT * FROM notattekst_laest")
    con.unregister("notattekst_laest")


def _texts(con: duckdb.DuckDBPyConnection, lake: Lake, text_key: bytes | None, side: str) -> dict[int, tuple[str, int]]:
    """The normalised text of one side of each changed pair and its length, by the number of the baseline note."""
    wanted = con.execute(_WANTED[side]).fetchall()
    found: dict[int, tuple[str, int]] = {}
    for snapshot_id in sorted({row[0] for row in wanted}):
        numbers: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for _, notat_id, sag_uuid, number, size in (row for row in wanted if row[0] == snapshot_id):
            numbers.setdefault((notat_id, sag_uuid), []).append((number, size))
        for key, (form, text) in stored_texts(lake, snapshot_id, list(numbers), text_key).items():
            compared = normalise_text(text, form)
            for number, size in numbers[key]:
                # What is masked in the stored text was ASCII, so its bytes beyond characters are the delivered ones'.
                length = size - (len(text.encode()) - len(text)) if form == "text" else len(compared)
                found[number] = (compared, length)
    return found
