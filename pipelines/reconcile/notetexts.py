"""The texts of changed notes, opened only to tell how they changed, and gone with the session."""

from __future__ import annotations

import re
from itertools import permutations
from uuid import UUID

import duckdb
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from pipelines.contract.text import normalise_text
from pipelines.errors import LakeDamaged, UsageError
from pipelines.lake import Lake

_CHARACTER_SETS = ("utf-8", "latin-1", "cp1252", "cp850", "cp865")
# A note of the new side is named by its own delivery; the baseline's by the delivery that its case is taken from.
_WANTED = {
    "foer": """
        SELECT
            concat(foer.kilde, '/', kommune.kommunekode, '/', strftime(foer.udtrukket, '%Y%m%dT%H%M%SZ')),
            foer.notat_id, CAST(foer.sag_uuid AS VARCHAR), par.foer_nummer
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
            efter.notat_id, CAST(efter.sag_uuid AS VARCHAR), par.foer_nummer
        FROM afstemning.notatpar AS par
        INNER JOIN afstemning.notat_efter AS efter ON par.efter_nummer = efter.nummer
        CROSS JOIN afstemning.kommune
        LEFT JOIN afstemning.system AS ny ON efter.system = ny.system
        WHERE par.trin = 3""",
}
_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
_PLAIN = re.compile(r"[^!->@-~]")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


def is_misread(before: str, now: str) -> bool:
    """Whether ``now`` is how ``before`` reads after a usual accident with character sets; both normalised.

    Read in the wrong set, or its letters beyond ASCII replaced by ``?`` or U+FFFD (one for each
    character or one for each UTF-8 byte) or dropped.
    """
    # Whatever happens to the letters beyond ASCII, those within it stay.
    if before == now or _PLAIN.sub("", before) != _PLAIN.sub("", now):
        return False
    readings = {
        before.encode(written, errors="replace").decode(read, errors="replace")
        for written, read in permutations(_CHARACTER_SETS, 2)
    }
    for pattern in (_LETTER, _NON_ASCII):
        readings.add(pattern.sub("", before))
        for mark in "?\ufffd":
            readings.add(pattern.sub(mark, before))
            readings.add("".join(mark * len(sign.encode()) if pattern.match(sign) else sign for sign in before))
    return any(normalise_text(reading, "text") == now for reading in readings)


def changed_texts(con: duckdb.DuckDBPyConnection, lake: Lake, text_key: bytes | None) -> None:
    """Make ``afstemning.notattekst``: both texts of every pair whose text differs, normalised.

    Raises ``UsageError`` when the texts are encrypted and ``text_key`` is missing or wrong.
    """
    con.execute(
        """CREATE TABLE afstemning.notattekst (
            foer_nummer BIGINT, foer_tekst VARCHAR, efter_tekst VARCHAR, fejllaest BOOLEAN)"""
    )
    before = _texts(con, lake, text_key, "foer")
    now = _texts(con, lake, text_key, "efter")
    rows = [
        {
            "foer_nummer": number,
            "foer_tekst": text,
            "efter_tekst": now[number],
            "fejllaest": is_misread(text, now[number]),
        }
        for number, text in sorted(before.items())
    ]
    schema = pa.schema(
        [
            ("foer_nummer", pa.int64()),
            ("foer_tekst", pa.string()),
            ("efter_tekst", pa.string()),
            ("fejllaest", pa.bool_()),
        ]
    )
    con.register("notattekst_laest", pa.Table.from_pylist(rows, schema=schema))
    con.execute("INSERT INTO afstemning.notattekst SELECT * FROM notattekst_laest")
    con.unregister("notattekst_laest")


def _texts(con: duckdb.DuckDBPyConnection, lake: Lake, text_key: bytes | None, side: str) -> dict[int, str]:
    """The normalised texts of one side of the changed pairs, by the number of the baseline note."""
    wanted = con.execute(_WANTED[side]).fetchall()
    found: dict[int, str] = {}
    for snapshot_id in sorted({row[0] for row in wanted}):
        numbers: dict[tuple[str, str], list[int]] = {}
        for _, notat_id, sag_uuid, number in (row for row in wanted if row[0] == snapshot_id):
            numbers.setdefault((notat_id, sag_uuid), []).append(number)
        for key, text in _read(con, lake, snapshot_id, list(numbers), text_key).items():
            for number in numbers[key]:
                found[number] = text
    return found


def _read(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    snapshot_id: str,
    wanted: list[tuple[str, str]],
    text_key: bytes | None,
) -> dict[tuple[str, str], str]:
    """The normalised texts of the notes ``wanted`` (notat_id, sag_uuid) of one snapshot."""
    snapshot = lake.snapshot(snapshot_id)
    lake.verify(snapshot, ("tekster",))
    path = snapshot.text_path("journalnotat")
    if path is None:
        raise LakeDamaged(f"The note texts of {snapshot.id} are not in the lake. Restore them from a copy of it.")
    table = pa.table({"notat_id": [one[0] for one in wanted], "sag_uuid": [one[1] for one in wanted]})
    con.register("efterspurgt", table)
    rows = con.execute(
        """SELECT notat.notat_id, cast(notat.sag_uuid AS VARCHAR), notat.format, notat.tekst
        FROM read_parquet($path) AS notat
        SEMI JOIN efterspurgt
            ON notat.notat_id = efterspurgt.notat_id AND notat.sag_uuid = cast(efterspurgt.sag_uuid AS UUID)""",
        {"path": str(path)},
    ).fetchall()
    con.unregister("efterspurgt")
    texts = {}
    for notat_id, sag_uuid, form, stored in rows:
        text = stored if isinstance(stored, str) else _decrypted(stored, notat_id, sag_uuid, text_key)
        texts[notat_id, sag_uuid] = normalise_text(text, form)
    return texts


def _decrypted(stored: bytes, notat_id: str, sag_uuid: str, text_key: bytes | None) -> str:
    if text_key is None:
        raise UsageError(
            "The note texts of this lake are encrypted: set AFSTEM_TEXT_KEY to the key they were landed with."
        )
    try:
        return AESSIV(text_key).decrypt(stored, [notat_id.encode(), UUID(sag_uuid).bytes]).decode()
    except InvalidTag as error:
        raise UsageError("AFSTEM_TEXT_KEY is not the key that the note texts of this lake were landed with.") from error
