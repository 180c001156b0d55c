"""Opening note texts, which lie apart from everything else: for the few notes asked for, and never on disk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import duckdb
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from pipelines.errors import LakeDamaged, UsageError
from pipelines.lake import Lake

_MEMORY = "256MB"


def stored_texts(
    lake: Lake, snapshot_id: str, wanted: Sequence[tuple[str, str]], text_key: bytes | None
) -> dict[tuple[str, str], tuple[str, str]]:
    """The format and the text, as landed, of the notes ``wanted`` (notat_id, sag_uuid) of one snapshot.

    Raises ``UsageError`` when the texts are encrypted and ``text_key`` is missing or wrong, ``LakeDamaged`` when
    they are not what was landed.
    """
    snapshot = lake.snapshot(snapshot_id)
    lake.verify(snapshot, ("tekster",))
    path = snapshot.text_path("journalnotat")
    if path is None:
        raise LakeDamaged(f"The note texts of {snapshot.id} are not in the lake. Restore them from a copy of it.")
    table = pa.table({"notat_id": [one[0] for one in wanted], "sag_uuid": [one[1] for one in wanted]})
    # A session of its own that may not spill: no text is to be left behind in a file.
    with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": ""}) as con:
        con.register("efterspurgt", table)
        rows = con.execute(
            """SELECT notat.notat_id, cast(notat.sag_uuid AS VARCHAR), notat.format, notat.tekst
            FROM read_parquet($path) AS notat
            SEMI JOIN efterspurgt
                ON notat.notat_id = efterspurgt.notat_id AND notat.sag_uuid = cast(efterspurgt.sag_uuid AS UUID)""",
            {"path": str(path)},
        ).fetchall()
    return {
        (notat_id, sag_uuid): (
            form,
            stored if isinstance(stored, str) else _decrypted(stored, notat_id, sag_uuid, text_key),
        )
        for notat_id, sag_uuid, form, stored in rows
    }


def _decrypted(stored: bytes, notat_id: str, sag_uuid: str, text_key: bytes | None) -> str:
    if text_key is None:
        raise UsageError(
            "The note texts of this lake are encrypted: set AFSTEM_TEXT_KEY to the key they were landed with."
        )
    try:
        return AESSIV(text_key).decrypt(stored, [notat_id.encode(), UUID(sag_uuid).bytes]).decode()
    except InvalidTag as error:
        raise UsageError("AFSTEM_TEXT_KEY is not the key that the note texts of this lake were landed with.") from error
