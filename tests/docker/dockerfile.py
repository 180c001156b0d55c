"""A reader of the Dockerfile that executes it in folders: what a container engine does, as far as the file asks for."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

# What the machine knows of its package indexes and certificates, and a fresh system does not.
HANDED_IN = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
CERTIFICATES = "/etc/ssl/certs/handed-in.crt"


@dataclass
class Stage:
    """A root, and what has been said of it."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    folder: str = "/"
    shell: list[str] = field(default_factory=lambda: ["/bin/sh", "-c"])
    user: str = "0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def run(self, words: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        """Run ``words`` in the root as the stage's user; with nothing of this process's environment."""
        group = ["--groups=0"] if self.user != "0" else []
        entered = ["chroot", f"--userspec={self.user}:0", *group, str(self.root), "/usr/bin/env", "-i"]
        handed = {"PIP_CERT": CERTIFICATES, "SSL_CERT_FILE": CERTIFICATES, **more}
        pairs = [f"{name}={value}" for name, value in {**self.environment, **handed}.items()]
        inside = ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", self.folder, *words]
        return subprocess.run([*entered, *pairs, *inside], capture_output=True, text=True, check=False)


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, continued lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]  # type: ignore[misc]


def build(dockerfile: Path, context: Path, base: Path, space: Path) -> Stage:
    """Execute ``dockerfile``; every stage begins as a copy of ``base``. The last stage."""
    ignored = dockerfile.with_name(f"{dockerfile.name}.dockerignore").read_text(encoding="utf-8").split()
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for word, rest in instructions(dockerfile.read_text(encoding="utf-8")):
        if word == "FROM":
            name = rest.split()[-1]
            root = space / name
            subprocess.run(["cp", "--archive", str(base), str(root)], check=True)
            stage = stages[name] = Stage(root)
            _hand_in(root)
            continue
        assert stage is not None
        match word:
            case "SHELL":
                stage.shell = json.loads(rest)
            case "ENV":
                for pair in shlex.split(rest):
                    name, value = pair.split("=", 1)
                    stage.environment[name] = value
            case "WORKDIR":
                stage.folder = rest
                (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "USER":
                stage.user = rest
            case "RUN":
                done = stage.run([*stage.shell, rest])
                assert done.returncode == 0, f"{rest}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
            case "COPY":
                _copy(rest, stage, stages, context, ignored)
            case "ENTRYPOINT":
                stage.entrypoint = json.loads(rest)
            case "CMD":
                stage.command = json.loads(rest)
            case _:
                raise AssertionError(f"{word} is not read here")
    assert stage is not None
    return stage


def _copy(rest: str, stage: Stage, stages: Mapping[str, Stage], context: Path, ignored: list[str]) -> None:
    words = rest.split()
    source = context
    if words[0].startswith("--from="):
        source = stages[words.pop(0).removeprefix("--from=")].root
    *froms, to = words
    target = stage.root / (Path(stage.folder) / to).relative_to("/")
    for name in froms:
        path = source / name.lstrip("/")
        if source == context:
            assert f"!{name}" in ignored, f"{name} is kept from the build by the dockerignore"
        if path.is_dir():
            skipped = shutil.ignore_patterns("__pycache__") if source == context else None
            shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True, ignore=skipped)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    assert not any(fnmatch(name, "*.lock") and not (source / name).exists() for name in froms)


def _hand_in(root: Path) -> None:
    for name in HANDED_IN:
        if Path(name).exists():
            target = root / name.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(".crt"):
                target = root / CERTIFICATES.lstrip("/")
            target.unlink(missing_ok=True)
            shutil.copy(name, target)
    user_settings = Path.home() / ".config" / "pip" / "pip.conf"
    if user_settings.exists() and not Path("/etc/pip.conf").exists():
        shutil.copy(user_settings, root / "etc" / "pip.conf")
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    if proxies:
        (root / "etc" / "environment").write_text("".join(f"{name}={value}\n" for name, value in proxies.items()))
