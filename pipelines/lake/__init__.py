"""The lake: snapshots and runs, in a folder of this machine or in an object store."""

from pipelines.lake.lake import RUN_RECORD, RUNS, Lake
from pipelines.lake.publishing import StandsOtherwise, file_sha256, publish_file, publish_folder, staging
from pipelines.lake.snapshot import FOLDER_TIME, MANIFEST, SNAPSHOTS, TEXTS, Snapshot, read_snapshot, snapshot_place

__all__ = [
    "FOLDER_TIME",
    "MANIFEST",
    "RUNS",
    "RUN_RECORD",
    "SNAPSHOTS",
    "TEXTS",
    "Lake",
    "Snapshot",
    "StandsOtherwise",
    "file_sha256",
    "publish_file",
    "publish_folder",
    "read_snapshot",
    "snapshot_place",
    "staging",
]
