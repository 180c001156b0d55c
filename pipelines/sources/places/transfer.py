"""One file from a place to this machine: in chunks, on from where an earlier attempt stopped, whole at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pipelines.errors import SourceFailed
from pipelines.sources.places.store import Entry, Store

# A file that is not whole yet, and beside it what the file was when its fetching began.
PARTIAL = ".del"
NOTE = ".del.json"


def fetch_file(store: Store, path: str, target: Path, on_read: Callable[[int], None]) -> bool:
    """Copy ``path`` of ``store`` to ``target``, whose folder is there; ``on_read`` is told how many bytes came.

    What lies there already with the size and time of the file is left. Returns whether every byte was read at this
    time and over one connection. Raises what ``store`` does; what was fetched until then stays for the next time.
    """
    return store.patiently(lambda: _fetch_once(store, path, target, on_read))


def _fetch_once(store: Store, path: str, target: Path, on_read: Callable[[int], None]) -> bool:
    found = store.stat(path)
    if _is_same(target, found):
        return False
    part = _beside(target, PARTIAL)
    begun = _begin(target, found)
    with part.open("ab") as file:
        for chunk in store.chunks(path, begun, found.bytes):
            file.write(chunk)
            on_read(len(chunk))
        file.flush()
        os.fsync(file.fileno())
    if store.stat(path) != found:
        raise SourceFailed(
            f"A file in {store.where} changes while it is read; its sender may be at work. Pull again later."
        )
    os.utime(part, (found.modified, found.modified))
    part.replace(target)
    _beside(target, NOTE).unlink()
    return begun == 0


def _begin(target: Path, found: Entry) -> int:
    """How many bytes of ``found`` lie beside ``target``; what is begun of another file is thrown away."""
    part, note = _beside(target, PARTIAL), _beside(target, NOTE)
    noted = {"bytes": found.bytes, "udgave": found.version}
    with suppress(FileNotFoundError, ValueError):
        begun = part.stat().st_size
        if json.loads(note.read_text(encoding="utf-8")) == noted and begun <= found.bytes:
            return begun
    # The bytes go before the note is written, which so never stands beside those of another file.
    part.write_bytes(b"")
    note.write_text(json.dumps(noted), encoding="utf-8")
    return 0


def _is_same(target: Path, found: Entry) -> bool:
    with suppress(FileNotFoundError):
        status = target.stat()
        return status.st_size == found.bytes and int(status.st_mtime) == int(found.modified)
    return False


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)
