"""The command line, run as a program: what it prints where, and how it exits."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli.app import Commands, app
from pipelines.cli.output import print_table
from pipelines.demo import DEMO_KEY
from pipelines.errors import PERSONAL_NUMBER, InputError, SystemFailure

AFSTEM = Path(sys.executable).parent / "afstem"
SECRET = "borgeren fortalte om sin sygdom"


def afstem(*arguments: str | Path, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `afstem` as a shell would, without a terminal."""
    return subprocess.run(
        [AFSTEM, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        check=False,
    )


def within(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """Run `afstem` in this process, which has loaded what it needs: exit code, stdout, stderr."""
    ended = CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)
    return ended.exit_code, ended.stdout, ended.stderr


def on_a_terminal(*arguments: str | Path, cwd: Path, typed: str) -> str:
    """Run `afstem` on a pseudo-terminal, type ``typed``, and return what stood on the screen."""
    parent, child = pty.openpty()
    with subprocess.Popen([AFSTEM, *arguments], cwd=cwd, stdin=child, stdout=child, stderr=child) as process:
        os.close(child)
        os.write(parent, typed.encode())
        screen = b""
        # Linux ends the reading of a closed pseudo-terminal with an error.
        while True:
            try:
                screen += os.read(parent, 65_536)
            except OSError:
                break
        process.wait(timeout=60)
    os.close(parent)
    return screen.decode()


@pytest.mark.parametrize(
    "arguments", [("nosuch",), ("query", "--format", "xml"), ("land", "--nosuch"), ("query", "a", "b")]
)
def test_wrong_use_exits_2_with_a_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    told = afstem(*arguments, cwd=tmp_path)

    assert told.returncode == 2
    assert "Error: " in told.stderr
    assert not told.stdout


@pytest.mark.parametrize(
    "command", ["land", "reconcile", "validate", "report", "run", "query", "findings", "closable", "readiness"]
)
def test_an_estate_that_is_not_there_is_told(tmp_path: Path, command: str) -> None:
    told = afstem(command, "--estate", "nowhere.yaml", cwd=tmp_path, AFSTEM_KEY="0" * 64)

    assert told.returncode == 2
    assert "nowhere.yaml" in told.stderr
    assert "Traceback" not in told.stderr
    assert not told.stdout


def test_the_mistakes_of_an_estate_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("lake: lake\ninbox: inbox\nkommuner:\n  '0999': {}\nnosuch: 1\n")

    told = afstem("land", cwd=tmp_path, AFSTEM_KEY="0" * 64)

    assert told.returncode == 2
    assert "estate.yaml, line 4" in told.stderr
    assert "estate.yaml, line 5" in told.stderr


def test_version(tmp_path: Path) -> None:
    assert afstem("--version", cwd=tmp_path).stdout == "afstem 0.1.0\n"


def test_the_dictionary_is_the_one_in_the_repository(tmp_path: Path) -> None:
    kept = Path(__file__).parent.parent / "pipelines" / "contract" / "dictionary.md"

    assert afstem("dictionary", cwd=tmp_path).stdout == kept.read_text(encoding="utf-8")


def test_a_reader_that_leaves_ends_it_quietly(tmp_path: Path) -> None:
    told = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {AFSTEM} dictionary | true"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 141
    assert not told.stderr


def _failing(error: BaseException) -> typer.Typer:
    failing = typer.Typer(cls=Commands, rich_markup_mode=None)

    @failing.callback()
    def options(debug: bool = False) -> None:
        """As of the real one."""

    @failing.command()
    def fail() -> None:
        hidden = SECRET
        assert hidden
        raise error

    return failing


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (InputError("sag.csv, line 3: not a uuid."), 2, "sag.csv, line 3: not a uuid."),
        (SystemFailure("The lake is gone."), 3, "The lake is gone."),
        (OSError(28, "No space left on device", "lake/x"), 3, "No space left on device: lake/x"),
        (ValueError(f"cannot parse {SECRET}"), 3, "ValueError in test_cli.py, line"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_failure_is_a_sentence_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        _failing(error)(["fail"])

    assert ended.value.code == code
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told
    assert SECRET not in told


def test_debug_shows_where_but_no_personal_number_and_no_variable(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _failing(ValueError("what is 610190-1234"))(["--debug", "fail"])

    told = capsys.readouterr().err
    assert ended.value.code == 3
    assert "Traceback" in told
    assert "what is [cpr]" in told
    assert SECRET not in told


def test_a_table_in_a_pipe_is_not_folded_and_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("x" * 500, "\x1b[31mrød"), ("[bold]", "")])

    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("x" * 500)
    assert "\\x1b[31mrød" in lines[2]
    assert lines[3].rstrip() == "[bold]"
    assert len(lines) == 4


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A small demo, run as a program: its folder, and what the program said."""
    home = tmp_path_factory.mktemp("demo")
    told = afstem("demo", "--folder", "demo", "--cases", "300", cwd=home)
    return home / "demo", told


Demo = tuple[Path, subprocess.CompletedProcess[str]]


def test_the_demo_finds_what_was_put_in_and_ends_with_the_report(demo: Demo) -> None:
    folder, told = demo

    assert told.returncode == 0, told.stdout + told.stderr
    *_, last = told.stdout.splitlines()
    assert Path(last).is_relative_to(folder / "lake" / "runs")
    assert Path(last).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert re.search(r"^  found +(\d+) of \1$", told.stdout, re.MULTILINE)
    assert re.search(r"^  missed +0$", told.stdout, re.MULTILINE)
    assert re.search(r"^  unexpected +0$", told.stdout, re.MULTILINE)


def test_nothing_printed_holds_a_personal_number(demo: Demo) -> None:
    folder, told = demo
    landed = subprocess.run(
        [AFSTEM, "land", "--estate", folder / "estate.yaml", "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "AFSTEM_KEY": DEMO_KEY.decode()},
    )
    sent = (folder / "inbox" / "ksd" / "0751").rglob("sag.csv")
    assert any(PERSONAL_NUMBER.search(file.read_text(encoding="utf-8-sig")) for file in sent)

    for printed in (told.stdout, told.stderr, landed.stdout, landed.stderr):
        assert PERSONAL_NUMBER.search(printed) is None
    assert "kendt" in landed.stdout


def test_a_demo_that_is_kept_gives_the_same_run(demo: Demo) -> None:
    folder, told = demo

    code, said, _ = within("demo", "--folder", folder, "--keep")

    assert code == 0
    assert "0 landed" in said
    assert said.splitlines()[-1] == told.stdout.splitlines()[-1]


def test_the_demo_takes_no_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "demo-estate").mkdir()
    (tmp_path / "demo-estate" / "facit.json").write_text("mine")
    (tmp_path / "demo-estate" / "thesis.odt").write_text("mine")

    told = afstem("demo", cwd=tmp_path)

    assert told.returncode == 2
    assert "left alone" in told.stderr
    assert sorted(tmp_path.iterdir()) == [tmp_path / "demo-estate"]
    assert (tmp_path / "demo-estate" / "thesis.odt").read_text() == "mine"


def test_a_run_needs_its_key_and_says_so(demo: Demo) -> None:
    folder, _ = demo

    estate = folder / "estate.yaml"
    without = within("run", "--estate", estate)
    with_another = within("run", "--estate", estate, AFSTEM_KEY="x" * 32)

    assert (without[0], with_another[0]) == (2, 2)
    assert "AFSTEM_KEY" in without[2]
    assert "another key" in with_another[2]


def test_run_is_the_four_verbs_under_one_id(demo: Demo) -> None:
    folder, _ = demo

    told = afstem("run", "--json", cwd=folder, AFSTEM_KEY=DEMO_KEY.decode())

    record = json.loads(told.stdout)
    assert told.returncode == 1
    assert not told.stderr
    assert record["leverancer"]
    assert {delivery["status"] for delivery in record["leverancer"]} == {"kendt"}
    made = folder / "lake" / "runs" / record["koersel_id"]
    assert sorted(file.name for file in made.iterdir() if file.is_file()) == [
        "kontrol.json",
        "plan.json",
        "rapport.html",
        "run.json",
    ]
    assert (record["mappe"], record["rapport"]) == (str(made), str(made / "rapport.html"))
    assert record["fund"] == int(query(demo, "SELECT count(*) FROM afstemning.fund").splitlines()[1])
    assert record["optaelling"]["broken"] > 0


def test_the_verbs_alone_say_the_same(demo: Demo) -> None:
    folder, _ = demo
    estate = ("--estate", folder / "estate.yaml")

    landed, _, _ = within("land", *estate, AFSTEM_KEY=DEMO_KEY.decode())
    reconciled, run, _ = within("reconcile", "--json", *estate)
    validated, judgement, _ = within("validate", "--json", *estate)
    reported, path, _ = within("report", *estate)

    assert (landed, reconciled, validated, reported) == (0, 1, 1, 0)
    run_id = json.loads(run)["koersel_id"]
    assert json.loads(judgement)["koersel_id"] == run_id
    assert path == f"{folder}/lake/runs/{run_id}/rapport.html\n"


def test_a_refused_delivery_does_not_stop_the_run_and_exits_2(demo: Demo, tmp_path: Path) -> None:
    estate = tmp_path / "estate"
    shutil.copytree(demo[0], estate)
    sent = min((estate / "inbox" / "edh" / "0751").iterdir())
    again = sent.parent / "20300101T000000Z"
    shutil.copytree(sent, again)

    code, said, complained = within("run", "--estate", estate / "estate.yaml", AFSTEM_KEY=DEMO_KEY.decode())

    assert code == 2
    assert "edh/0751/20300101T000000Z is refused: leverance.json" in complained
    assert "The run was made without the refused deliveries." in complained
    assert "1 refused" in said
    assert said.rstrip().endswith("rapport.html")


def test_progress_is_for_terminals(demo: Demo) -> None:
    folder, told = demo

    assert "verifying" not in told.stderr
    shutil.rmtree(folder / "lake" / "runs")
    assert "reconciling 0751" in on_a_terminal("reconcile", cwd=folder, typed="")


def query(demo: Demo, sql: str, *options: str, code: int = 0) -> str:
    """The answer as CSV; with ``code``, the complaint."""
    ended, said, complained = within("query", sql, "--format", "csv", "--estate", demo[0] / "estate.yaml", *options)
    assert ended == code, complained
    return said if code == 0 else complained


@pytest.mark.parametrize("options", [(), ("--kommune", "0751")])
def test_every_relation_can_be_asked_in_the_locked_session(demo: Demo, options: tuple[str, ...]) -> None:
    listed = query(
        demo,
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_catalog = current_database() ORDER BY ALL",
        *options,
    ).splitlines()[1:]
    relations = [line.replace(",", ".") for line in listed]
    assert {"afstemning.pligt", "afstemning.fund", "foer.journalnotat", "edh.fil", "nyt.noeglepose"} <= set(relations)

    counts = " UNION ALL ".join(f"SELECT '{relation}', count(*) FROM (FROM {relation})" for relation in relations)
    assert len(query(demo, counts, *options).splitlines()) == len(relations) + 1


def test_the_ledgers_can_be_asked_whole(demo: Demo) -> None:
    counted = query(
        demo, "SELECT (SELECT count(*) FROM afstemning.pligt), (SELECT sum(antal) FROM afstemning.pligt_antal)"
    )

    whole, published = counted.splitlines()[1].split(",")
    assert int(whole) == int(published) > 0


READ_WHOLE = """
import sys
from pathlib import Path
from pipelines.catalog import open_run
from pipelines.lake import Lake
from pipelines.reconcile import last_run

lake = Lake(Path(sys.argv[1]))
connection = open_run(lake, last_run(lake))
connection.execute("SET streaming_buffer_size = '1KB'")
for ledger in ("pligt", "oprindelse"):
    print(len(connection.execute(f"FROM afstemning.{ledger}").fetchall()))
"""


def test_a_ledger_larger_than_the_buffer_is_read_to_its_end(demo: Demo) -> None:
    told = subprocess.run(
        [sys.executable, "-c", READ_WHOLE, demo[0] / "lake"], capture_output=True, text=True, timeout=120, check=True
    )

    assert min(int(line) for line in told.stdout.splitlines()) > 5_000


def test_no_note_text_can_be_asked(demo: Demo) -> None:
    (text, *_) = sorted((demo[0] / "lake" / "tekster").rglob("journalnotat.parquet"))

    assert "no other file" in query(demo, f"FROM '{text}'", code=2)
    assert "no other file" in query(demo, f"FROM read_parquet('{text}')", code=2)


def test_an_unknown_kommune_or_run_is_told(demo: Demo) -> None:
    assert "holds no kommune" in query(demo, "SELECT 1", "--kommune", "0999", code=2)
    assert "holds no run" in query(demo, "SELECT 1", "--run", "../x", code=2)


def test_the_readmes_questions_have_answers(demo: Demo) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    questions = re.findall(r'^afstem query (".*?")', readme, re.MULTILINE)
    assert len(questions) > 2

    for question in questions:
        assert query(demo, *shlex.split(question)).count("\n") > 1


def test_an_answer_in_each_form_from_stdin(demo: Demo) -> None:
    folder, _ = demo
    sql = "SELECT DISTINCT kommunekode FROM afstemning.fund WHERE kommunekode = '0751'"

    table = afstem("query", cwd=folder, stdin=sql)
    as_json = query(demo, sql, "--format", "json")
    parquet = subprocess.run([AFSTEM, "query", sql, "--format", "parquet"], cwd=folder, capture_output=True, check=True)

    assert table.stdout.splitlines()[0] == "kommunekode"
    assert table.stdout.splitlines()[-1] == "(1 row)"
    assert json.loads(as_json) == [{"kommunekode": "0751"}]
    assert pq.read_table(io.BytesIO(parquet.stdout)).to_pylist() == [{"kommunekode": "0751"}]


def test_the_prompt_answers_until_one_leaves(demo: Demo) -> None:
    typed = ".help\n.tables\nSELECT 40\n+ 2 AS svar;\nDROP VIEW nyt.sag;\n.quit\n"

    screen = on_a_terminal("query", cwd=demo[0], typed=typed)

    assert "afstemning.fund" in screen
    assert "42" in screen
    assert "changes nothing" in screen
    assert "Traceback" not in screen
    assert not list(demo[0].glob(".*history*"))


def test_a_row_too_wide_for_the_terminal_is_a_block_of_lines(demo: Demo) -> None:
    sql = "SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d, repeat('x', 70) AS lang"

    wide = on_a_terminal("query", sql, cwd=demo[0], typed="")
    narrow = on_a_terminal("query", sql.replace("70", "7"), cwd=demo[0], typed="")

    assert "x" * 70 in wide
    assert "───" not in wide
    assert "───" in narrow


def test_parquet_is_not_sent_to_a_terminal(demo: Demo) -> None:
    assert "Send it to a file" in on_a_terminal("query", "SELECT 1", "--format", "parquet", cwd=demo[0], typed="")


def test_the_rules_can_be_read_by_a_program(tmp_path: Path) -> None:
    rules = json.loads(afstem("rules", "--json", cwd=tmp_path).stdout)

    assert [rule["id"] for rule in rules] == [*(f"R{number:02}" for number in range(1, 25)), "AFV"]
    assert {"R02", "R24"} <= {rule["id"] for rule in rules}
    assert all(rule["brev"] and rule["sql"] for rule in rules)
    assert rules[0]["titel_en"] in afstem("rules", "--english", cwd=tmp_path).stdout
    assert afstem("rules", rules[0]["id"].lower(), cwd=tmp_path).stdout.strip() == rules[0]["sql"].strip()
    assert afstem("rules", "R99", cwd=tmp_path).returncode == 2
