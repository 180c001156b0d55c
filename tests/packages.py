"""What the tests start for real and Python does not bring: installed from Debian once, or named to the reader."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

# Debian keeps servers off the PATH.
_PLACES = ("usr/sbin", "usr/lib/postgresql/*/bin", "usr/local/sbin")


def find_program(*names: str) -> str | None:
    """The path of the first of ``names`` that is installed, or None."""
    found = [str(path) for place in _PLACES for path in sorted(Path("/").glob(place))]
    places = os.pathsep.join([os.environ.get("PATH", ""), *found])
    return next((path for name in names if (path := shutil.which(name, path=places))), None)


def require_program(names: Sequence[str], packages: Sequence[str]) -> str:
    """The path of the first of ``names``; installs Debian's ``packages`` where it can, else fails, saying so."""
    # Several test processes may ask at the same time, and apt lets one in.
    with (Path(tempfile.gettempdir()) / "afstem-packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not find_program(*names) and os.geteuid() == 0 and shutil.which("apt-get"):
            _install(packages)
    found = find_program(*names)
    if found is None:
        pytest.fail(
            f"The tests need {names[0]}, and it is not on the PATH. "
            f"Install it (Debian: apt-get install {' '.join(packages)}) and run again."
        )
    return found


def _install(packages: Sequence[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.fail(f"{packages[0]} could not be installed: apt-get {arguments[0]} says: {done.stderr.strip()}")
