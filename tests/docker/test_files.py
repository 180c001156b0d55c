"""The container files are what their tools take, hold no secret, and let nothing run without limits and a check."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

DOCKER = Path(__file__).resolve().parents[2] / "docker"
COMPOSE = DOCKER / "compose.yaml"
ONCE = ("airflow-init", "demo-kilder")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|FERNET|CONN", re.IGNORECASE)


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return told


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = subprocess.run(
        [program("hadolint"), str(DOCKER / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_compose_file_is_one() -> None:
    command = [program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_parts_of_airflow_are_there(compose: dict[str, Any]) -> None:
    parts = {"apiserver", "scheduler", "dag-processor", "triggerer", "worker", "init"}
    assert {f"airflow-{part}" for part in parts} | {"postgres", "redis"} <= set(compose["services"])


def test_what_runs_on_has_a_check_and_all_has_limits(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert limits["cpus"], name
        assert limits["memory"], name
        if name not in ONCE:
            assert service["healthcheck"]["test"], name


def test_every_image_is_a_fixed_one(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values()]
    images += re.findall(r"^FROM (\S+)", (DOCKER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert images
    for image in images:
        tag = image.removesuffix("}").rpartition(":")[2]
        assert re.search(r"[0-9]", tag), image
        assert "latest" not in image


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    found = 0
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key):
                found += 1
                # Asked for or empty, and nothing secret beside it.
                assert not re.search(r"\$\{[A-Z_]+:?-[^}]", str(value)), (name, key)
                left = re.sub(r"\$\{[A-Z_]+(:\?[^}]*|:-)?\}", "", str(value))
                assert not re.search(r":[^/@]+@|[0-9a-f]{16}", left), (name, key)
                assert "${" in str(value) or key.endswith(("_SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",)), (name, key)
    assert found > 20
    asked_for = re.findall(r"\$\{([A-Z_]*(?:FERNET_KEY|JWT_SECRET|SECRET_KEY)):\?", COMPOSE.read_text())
    assert {"AFSTEM_FERNET_KEY", "AFSTEM_JWT_SECRET", "AFSTEM_API_SECRET_KEY"} <= set(asked_for)


def test_what_compose_asks_for_the_readme_tells_how_to_make() -> None:
    told = (DOCKER / "README.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE.read_text(encoding="utf-8"))):
        assert f"{name}=" in told, name


def test_the_values_hold_no_secret_and_no_pod_is_without_limits() -> None:
    values = yaml.safe_load((DOCKER / "values.yaml").read_text(encoding="utf-8"))
    for part in ("workers", "scheduler", "apiServer", "dagProcessor", "triggerer"):
        assert values[part]["resources"]["limits"]["memory"], part
    assert values["securityContexts"]["pod"]["runAsNonRoot"] is True
    assert {entry["envName"] for entry in values["secret"]} >= {"AIRFLOW_VAR_AFSTEM_KEY", "AIRFLOW_CONN_AFSTEM_LAKE"}
    assert all(set(entry) == {"envName", "secretName", "secretKey"} for entry in values["secret"])
    assert not [entry for entry in values["env"] if SECRET.search(entry["name"])]
