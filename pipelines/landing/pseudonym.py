"""Personal numbers become pseudonyms before anything is written. The key never leaves the process."""

from __future__ import annotations

import hmac
import os
import re
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.errors import PERSONAL_NUMBER_IN_TEXT, UsageError
from pipelines.landing.fixed_text import uuid_array

KEY_VARIABLE = "AFSTEM_KEY"
TEXT_KEY_VARIABLE = "AFSTEM_TEXT_KEY"
SHORTEST_KEY = 16

# What any personal number in a text has, for an engine that cannot look around.
MAY_HOLD_NUMBER = r"[0-9]{6}[- ]?[0-9]{4}"
_NOT_DIGIT = re.compile(r"[^0-9]")


def key_from_environment() -> bytes:
    """The key of the pseudonyms, from ``AFSTEM_KEY``; raises ``UsageError`` when it is absent or too short."""
    return read_key(os.environ.get(KEY_VARIABLE, ""))


def read_key(written: str) -> bytes:
    """The key of the pseudonyms as it is ``written``; raises ``UsageError`` when it is empty or too short."""
    key = written.encode()
    if len(key) < SHORTEST_KEY:
        what = "is not set" if not key else f"is shorter than {SHORTEST_KEY} bytes"
        raise UsageError(
            f"{KEY_VARIABLE} {what}. Personal numbers are landed as pseudonyms under this key: set it to a secret of "
            f"{SHORTEST_KEY} bytes or more, the same for every landing into this lake."
        )
    return key


def text_key_from_environment() -> bytes | None:
    """The key that encrypts note texts, from ``AFSTEM_TEXT_KEY`` in hex; None when it is not set.

    Raises ``UsageError`` when it is not 32, 48 or 64 bytes.
    """
    return read_text_key(os.environ.get(TEXT_KEY_VARIABLE, ""))


def read_text_key(written: str) -> bytes | None:
    """The key that encrypts note texts as it is ``written`` in hex, None when that is empty; raises ``UsageError``."""
    if not written:
        return None
    try:
        key = bytes.fromhex(written)
    except ValueError:
        key = b""
    if len(key) not in (32, 48, 64):
        raise UsageError(
            f"{TEXT_KEY_VARIABLE} must be 64, 96 or 128 hexadecimal digits, for AES-SIV. "
            "Set it to such a secret, or leave it out to keep note texts unencrypted."
        )
    return key


def key_id(key: bytes) -> str:
    """What tells one key from another without telling the key: 16 hexadecimal digits."""
    return hmac.digest(key, b"afstem", "sha256").hex()[:16]


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms under ``key``: the same number gives the same one in every system and kommune."""

    # Never in a repr: a traceback may show one.
    key: bytes = field(repr=False)

    def parts(self, numbers: pa.StringArray) -> pa.Array:
        """Personal numbers of ten digits, no nulls, as ``pa.uuid()``: the first 128 bits of their HMAC-SHA-256."""
        encoded = numbers.dictionary_encode()
        known = [hmac.digest(self.key, number.encode(), "sha256")[:16] for number in encoded.dictionary.to_pylist()]
        raw = np.frombuffer(b"".join(known), np.uint8).reshape(-1, 16)
        return uuid_array(raw[encoded.indices.to_numpy()])

    def mask(self, text: str, number: re.Pattern[str] = PERSONAL_NUMBER_IN_TEXT) -> tuple[str, int]:
        """``text`` with each personal number as ``[cpr:…]``, ``[cpr-:…]`` or ``[cpr :…]``, and how many."""
        return number.subn(self._masked, text)

    def mask_all(
        self, texts: pl.Series, number: re.Pattern[str] = PERSONAL_NUMBER_IN_TEXT
    ) -> tuple[pl.Series, pl.Series]:
        """Every text masked, and the number of personal numbers in each."""
        counts = pl.zeros(len(texts), pl.Int64, eager=True)
        rows = texts.str.contains(MAY_HOLD_NUMBER).fill_null(value=False).arg_true()
        if rows.is_empty():
            return texts, counts
        masked = [self.mask(text, number) for text in texts.gather(rows).to_list()]
        return (
            texts.clone().scatter(rows, [text for text, _ in masked]),
            counts.scatter(rows, [count for _, count in masked]),
        )

    def _masked(self, found: re.Match[str]) -> str:
        number = _NOT_DIGIT.sub("", found[0])
        mark = found[0][6] if len(found[0]) > 10 else ""
        return f"[cpr{mark}:{hmac.digest(self.key, number.encode(), 'sha256').hex()[:16]}]"
