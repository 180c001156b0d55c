"""Every manifest and every run record held against the files it names, as they lie where the lake lies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import LakeDamaged, UsageError
from pipelines.lake import MANIFEST, RUNS, SNAPSHOTS, TEXTS, Lake, snapshot_place_of
from pipelines.reconcile.part import PART_FILE
from pipelines.reconcile.plan import PLAN_FILE, open_plan
from pipelines.run_record import open_record

Progress = Callable[[str, int, int], None]
# What stands beside the files that are named, by the last part of the path.
_BESIDE = frozenset({"manifest.json", "run.json", "kontrol.json", "rapport.html", PLAN_FILE, PART_FILE})


@dataclass
class Verified:
    """What was found. ``intact`` + ``changed`` + ``missing`` are the files that manifests and runs name.

    Runs name the manifests of the snapshots that they rest on, beside their own files.
    ``unreadable``: manifests, plans and run records that cannot be read or are another's, and so name nothing;
    ``unnamed``: files of a snapshot that its manifest does not name; ``unfinished``: what was begun and not published,
    which is no fault.
    """

    intact: int = 0
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)

    @property
    def looked_at(self) -> int:
        """How many files were held against a sum."""
        return self.intact + len(self.changed) + len(self.missing)

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to look at, which proves nothing."""
        return not self.looked_at and self.sound

    @property
    def sound(self) -> bool:
        """Whether everything that is published is there as it was published."""
        return not (self.changed or self.missing or self.unreadable or self.unnamed)


def verify_lake(
    lake: Lake, *, kommuner: Collection[str] = (), progress: Progress = lambda _what, _done, _of: None
) -> Verified:
    """Hold every file of ``lake`` against its sum; of ``kommuner`` alone when they are named.

    Nothing stops at the first fault. A file is read once, a part at a time.
    """
    found = Verified()
    lying = {path for path in lake.files() if _wanted(path, kommuner)}
    named: dict[Path, set[str]] = {}
    for path, sha256 in _sums(lake, found, kommuner, lying):
        named.setdefault(path, set()).add(sha256)
    for done, (path, sums) in enumerate(sorted(named.items())):
        progress(str(path), done, len(named))
        stored = lake.stored_sha256(path)
        if stored is None:
            found.missing.append(str(path))
        elif sums == {stored}:
            found.intact += 1
        else:
            found.changed.append(str(path))
    published = {path.parent for path in named if path.name != MANIFEST}
    published |= {TEXTS / folder.relative_to(SNAPSHOTS) for folder in published if folder.is_relative_to(SNAPSHOTS)}
    for path in sorted(lying - named.keys()):
        if path.name in _BESIDE or path.parent == RUNS:
            continue
        told = found.unnamed if path.parent in published else found.unfinished
        told.append(str(path))
    return found


def _sums(
    lake: Lake, found: Verified, kommuner: Collection[str], lying: Collection[Path]
) -> Iterator[tuple[Path, str]]:
    for path in sorted(lying):
        try:
            if path.name == "manifest.json":
                yield from lake.read_manifest(path).sums().items()
            elif path.name == PLAN_FILE:
                open_plan(lake, path.parent.name)
            elif path.name == "run.json":
                run = open_record(lake, path.parent.name)
                for name, sha256 in run.record["filer"].items():
                    if _wanted(Path(name), kommuner):
                        yield path.parent / name, sha256
                # A manifest is held by the runs that rest on it.
                for snapshot_id, entry in run.record["snapshots"].items():
                    manifest = SNAPSHOTS / snapshot_place_of(snapshot_id) / MANIFEST
                    if _wanted(manifest, kommuner):
                        yield manifest, entry["manifest_sha256"]
        except (LakeDamaged, UsageError, KeyError, TypeError, ValueError, AttributeError):
            # What was removed meanwhile is no fault.
            if lake.read(path) is not None:
                found.unreadable.append(str(path))


def _wanted(path: Path, kommuner: Collection[str]) -> bool:
    if path.parts[0] not in (str(SNAPSHOTS), str(TEXTS), str(RUNS)) and not path.parts[0].startswith("kommune="):
        return False
    of = [part.removeprefix("kommune=") for part in path.parts if part.startswith("kommune=")]
    return not kommuner or not of or of[0] in kommuner
