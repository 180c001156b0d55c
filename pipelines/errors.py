"""The mistakes Afstem knows, each with the exit code that tells its kind.

Every error is a whole sentence that says what is wrong, where, and what to do. No error may carry a
value from a delivery: it may be a personal number or a note's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_INPUT = 2
EXIT_SYSTEM = 3

# Six digits that can be a date (day + 60 for a made or replacement number), then four more.
_NUMBER = r"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])(?:0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}"
# What people write may glue a number to a word; what Afstem itself says may hold checksums, which are no numbers.
PERSONAL_NUMBER_IN_TEXT = re.compile(rf"(?<![0-9]){_NUMBER}(?![0-9])")
PERSONAL_NUMBER = re.compile(rf"(?<![0-9A-Za-z]){_NUMBER}(?![0-9A-Za-z])")


def scrub(sentence: str) -> str:
    """Return ``sentence`` with anything that reads as a personal number replaced by ``[cpr]``."""
    return PERSONAL_NUMBER.sub("[cpr]", sentence)


def scrub_foreign(text: str) -> str:
    """What others wrote (a file's name, a reason, an extra key), scrubbed also where a number is glued to a word."""
    return PERSONAL_NUMBER_IN_TEXT.sub("[cpr]", text)


class AfstemError(Exception):
    """Base of every error that is shown without a traceback."""

    exit_code = EXIT_SYSTEM

    def __init__(self, sentence: str) -> None:
        super().__init__(scrub(sentence))


class InputError(AfstemError):
    """What came in is wrong: an estate file, a delivery, a waiver."""

    exit_code = EXIT_INPUT


class UsageError(AfstemError):
    """A command was used in a way that cannot work."""

    exit_code = EXIT_INPUT


class SystemFailure(AfstemError):
    """Something outside the input failed: a disk, a missing snapshot, a broken lake."""

    exit_code = EXIT_SYSTEM


class TransientFailure(SystemFailure):
    """Something could not be reached or broke off: to try again later may help."""


class SourceFailed(TransientFailure):
    """A source could not be reached or broke off. Nothing of it is in the lake."""


class LakeUnreachable(TransientFailure):
    """The store that the lake lies in could not be reached or broke off."""


class EstateError(InputError):
    """All the mistakes of an estate file, each with its place."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = [scrub(mistake) for mistake in mistakes]
        super().__init__("\n".join(self.mistakes))


class DeliveryRefused(InputError):
    """A delivery that may not enter the lake.

    ``file`` is the bare file name, ``line`` the physical line on which the record begins (the header
    is line 1; for Parquet the row number, counted from 1), ``column`` the contract's column.
    """

    def __init__(
        self, reason: str, *, delivery: str, file: str, line: int | None = None, column: str | None = None
    ) -> None:
        self.delivery = delivery
        self.file = file
        self.line = line
        self.column = column
        self.reason = scrub(reason)
        place = file if line is None else f"{file}, line {line}"
        if column is not None:
            place += f", column {column}"
        super().__init__(f"{delivery} is refused: {place}: {reason}")


class LakeDamaged(SystemFailure):
    """A file of the lake is missing or is no longer what its manifest says."""
