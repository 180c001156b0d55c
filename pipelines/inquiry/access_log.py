"""Who saw which note's text, when and why: a line is written and on disk before any text is read.

The log, ``adgang.jsonl`` in the lake, is added to and never rewritten. One JSON object a line.
"""

from __future__ import annotations

import json
import os
import pwd
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
        lake.log(Path(LOG_FILE), json.dumps(entry, ensure_ascii=False, sort_keys=True))
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
