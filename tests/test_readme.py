"""The README says what is so: its commands, its estate, its links, its tests, and every command's examples."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer

from pipelines import errors
from pipelines.cli import app
from pipelines.estate import load_estate

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def parse(line: str) -> str:
    """Parse a shell line as `afstem` would, without running it; return the command's name."""
    words = shlex.split(re.split(r" (?:<|>>?) ", line)[0])
    name, *arguments = words[words.index("afstem") + 1 :]
    COMMANDS[name].make_context(name, arguments)
    return name


def spoken_commands(text: str) -> list[str]:
    """Every `afstem …` in ``text``: in code blocks, in code spans, in indented examples."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`(?:[./a-z]*/)?(afstem [^`]*)`", text)
    return [line for block in blocks for line in block.splitlines()] + spans


def test_every_command_in_the_readme_can_be_given() -> None:
    spoken = spoken_commands(README)
    assert len(spoken) > len(COMMANDS)

    assert {parse(line) for line in spoken} == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_examples_that_can_be_given(name: str) -> None:
    _, *examples = [line.strip() for line in COMMANDS[name].epilog.splitlines() if line.strip("\b ")]
    assert examples

    assert {parse(line) for line in examples} == {name}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_told_in_one_line_that_is_not_cut(name: str) -> None:
    assert not COMMANDS[name].get_short_help_str(63).endswith("...")


def test_the_two_commands_are_targets_and_ci_calls_the_tests() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"^    make ([a-z]+)$", README, re.MULTILINE)
    assert named == ["demo", "test"]

    assert set(named) | set(re.findall(r"`make ([a-z]+)`", README)) <= targets
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_estate_in_the_readme_is_one(tmp_path: Path) -> None:
    examples = re.findall(r"^```yaml\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    (tmp_path / "estate.yaml").write_text("".join(examples), encoding="utf-8")

    estate = load_estate(tmp_path / "estate.yaml")

    assert set(estate.kommuner["0751"].overgang) == {"ksd", "ky"}
    assert set(estate.kilder) == {"kmd_sag", "edh", "indeks"}


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)]*)\)", README)
    assert links

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_exit_codes_are_those_of_the_program() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d) \|", README, re.MULTILINE)}

    assert codes == {value for name, value in vars(errors).items() if name.startswith("EXIT_")}


def _security_rows() -> list[tuple[str, list[str], list[str]]]:
    section = README.split("## Security properties", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")][1:]
    return [(row[0].strip(), re.findall(r"`([^`]*)`", row[1]), re.findall(r"`([^`]*)`", row[2])) for row in rows]


@pytest.mark.parametrize(("promise", "modules", "tests"), _security_rows())
def test_every_security_property_has_its_module_and_its_test(
    promise: str, modules: list[str], tests: list[str]
) -> None:
    assert promise
    assert modules
    assert tests
    for module in modules:
        assert (ROOT / module).exists(), module
    for test in tests:
        file, name = test.split("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, test
