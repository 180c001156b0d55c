"""The lake: snapshots and runs, in a folder of this machine or in an object store."""

from pipelines.lake.lake import RUN_RECORD, RUNS, Lake, is_run_id
from pipelines.lake.publishing import StandsOtherwise, file_sha256, publish_file, publish_folder, staging
from pipelines.lake.snapshot import (
    FOLDER_TIME,
    MANIFEST,
    REMOVED,
    SNAPSHOTS,
    TEXTS,
    Snapshot,
    read_snapshot,
    removal_mark,
    snapshot_place,
    snapshot_place_of,
)

__all__ = [
    "FOLDER_TIME",
    "MANIFEST",
    "REMOVED",
    "RUNS",
    "RUN_RECORD",
    "SNAPSHOTS",
    "TEXTS",
    "Lake",
    "Snapshot",
    "StandsOtherwise",
    "file_sha256",
    "is_run_id",
    "publish_file",
    "publish_folder",
    "read_snapshot",
    "removal_mark",
    "snapshot_place",
    "snapshot_place_of",
    "staging",
]
