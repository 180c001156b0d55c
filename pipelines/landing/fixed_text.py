"""Text columns whose values have a fixed form, as matrices of bytes: one row a value, one column a place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_NIBBLES = np.full(256, 255, np.uint8)
_NIBBLES[ord("0") : ord("9") + 1] = np.arange(10)
_NIBBLES[ord("a") : ord("f") + 1] = np.arange(10, 16)
_NIBBLES[ord("A") : ord("F") + 1] = np.arange(10, 16)
_DASHES = (8, 13, 18, 23)
# No form that is known here is longer; what is longer fits none, and is not worth its matrix.
_LONGEST = 64
_HEX_PLACES = np.array([place for place in range(36) if place not in _DASHES])


def matrices(values: pa.StringArray) -> Iterator[tuple[Integers, Bytes]]:
    """Values by length, up to 64 bytes: their row numbers, and their bytes, shape (rows, length). No nulls."""
    offsets = np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, values.offset * 4).astype(np.int64)
    content = values.buffers()[2]
    data = np.frombuffer(content, np.uint8) if content is not None else np.empty(0, np.uint8)
    lengths = np.diff(offsets)
    wanted = present(values) & (lengths <= _LONGEST)
    for length in np.unique(lengths[wanted]).tolist():
        rows = np.flatnonzero(wanted & (lengths == length))
        if len(rows) == len(values):
            yield rows, data[offsets[0] : offsets[-1]].reshape(len(rows), length)
        else:
            yield rows, data[offsets[rows][:, None] + np.arange(length)]


def present(values: pa.Array) -> Flags:
    """Which values are not null."""
    if values.null_count == 0:
        return np.ones(len(values), bool)
    return np.array(values.is_valid().to_numpy(zero_copy_only=False))


def uuids(values: pa.StringArray) -> tuple[pa.Array, Flags]:
    """``values`` as ``pa.uuid()`` in the order of their digits, and which are no uuid (nulls are not)."""
    raw = np.zeros((len(values), 16), np.uint8)
    wrong = present(values)
    for rows, matrix in matrices(values):
        if matrix.shape[1] != 36:
            continue
        nibbles = _NIBBLES[matrix[:, _HEX_PLACES]]
        misplaced = (matrix[:, _DASHES] != ord("-")).any(axis=1)
        wrong[rows] = misplaced | (nibbles == 255).any(axis=1)
        raw[rows] = nibbles[:, 0::2] << 4 | nibbles[:, 1::2]
    return uuid_array(raw), wrong


def uuid_array(raw: Bytes) -> pa.Array:
    """Bytes of shape (rows, 16) as ``pa.uuid()``."""
    storage = pa.Array.from_buffers(pa.binary(16), len(raw), [None, pa.py_buffer(np.ascontiguousarray(raw))])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)


def number(places: Bytes, start: int, stop: int) -> tuple[Integers, Flags]:
    """The decimal number in places ``start`` to ``stop``, up to nine, and in which rows they are all digits.

    ``places`` is a matrix turned, shape (length, rows), so that a place lies in one piece.
    """
    value = np.zeros(places.shape[1], np.int32)
    digits = np.ones(places.shape[1], bool)
    for place in places[start:stop]:
        digit = place - np.uint8(ord("0"))
        digits &= digit <= 9
        value = value * np.int32(10) + digit
    return value.astype(np.int64), digits
