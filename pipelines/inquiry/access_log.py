"""Who saw which note's text, when and why: a line is written and on disk before any text is read.

The log, ``adgang.jsonl`` in the lake, is added to and never rewritten. One JSON object a line.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import SystemFailure, UsageError, scrub_foreign
from pipelines.lake import Lake

LOG_FILE = "adgang.jsonl"


def log_access(
    lake: Lake, *, run_id: str, asked: str, kommunekode: str, notes: Sequence[dict[str, str]], why: str
) -> None:
    """Add a line to the log: ``notes`` of ``kommunekode`` are about to be read, because of ``why``.

    Personal numbers in what the person wrote are replaced. Raises ``UsageError`` when there is no reason, and
    ``SystemFailure`` when the line cannot be put on disk: then nothing may be read.
    """
    reason = scrub_foreign(why).strip()
    if not reason:
        raise UsageError("Texts are shown only for a reason that can stand in the log: --why TEXT.")
    entry = {
        "hvem": _who(),
        "hvornaar": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "koersel_id": run_id,
        "spurgt": scrub_foreign(asked),
        "kommunekode": kommunekode,
        "notater": list(notes),
        "hvorfor": reason,
    }
    try:
        _append(lake.root / LOG_FILE, json.dumps(entry, ensure_ascii=False, sort_keys=True))
    except OSError as error:
        raise SystemFailure(
            f"The access log {LOG_FILE} of the lake cannot be written ({error.strerror}), so no text is shown. "
            "Put it right and ask again."
        ) from error


def _who() -> dict[str, Any]:
    """The user that the system knows, not one that a variable claims; the one before sudo as sudo tells it."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    who = {"bruger": name, "uid": number}
    before = os.environ.get("SUDO_USER")
    return {**who, "sudo_user": scrub_foreign(before)} if before else who


def _append(path: Path, line: str) -> None:
    new = not path.exists()
    # A link or a pipe in its place would lead the log elsewhere.
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o660)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "it is not a file")
        content = f"{line}\n".encode()
        # What a full disk cut off stays a line of its own.
        if found.st_size and os.pread(handle, 1, found.st_size - 1) != b"\n":
            content = b"\n" + content
        if os.write(handle, content) != len(content):
            raise OSError(0, "the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
