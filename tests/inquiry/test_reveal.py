"""Note texts are shown only for a reason, and only when the log says so first."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import LakeDamaged, SystemFailure, UsageError
from pipelines.inquiry.access_log import LOG_FILE
from pipelines.inquiry.identity import meanings
from pipelines.inquiry.reveal import marked, reveal
from pipelines.inquiry.trail import trails
from pipelines.run_record import open_record
from tests.inquiry.made import Made
from tests.ledger.clean import Clean
from tests.ledger.world import uid
from tests.test_cli import within

CANARY = "Kanariefugl Zyxplask Qvintessens"
TEXT_KEY = "5d" * 32


@pytest.fixture(params=["plain", "encrypted"])
def lake(request: pytest.FixtureRequest, made: Made) -> Made:
    """A run of notes with the canary in them, one changed in EDH; the texts as they stand, and encrypted."""
    made.text_key = bytes.fromhex(TEXT_KEY) if request.param == "encrypted" else None
    world = Clean()
    for tables in (world.kmd, world.edh, world.new):
        for note in tables["journalnotat"]:
            note["tekst"] = f"{CANARY} {note['tekst']}"
    world.edh["journalnotat"][0]["tekst"] = f"<p>{CANARY}&nbsp;to gange</p>"
    world.edh["journalnotat"][0]["format"] = "html"
    made.run(world)
    return made


def explain(lake: Made, *arguments: str) -> tuple[int, str, str]:
    return within("explain", *arguments, "--estate", lake.estate, AFSTEM_TEXT_KEY=TEXT_KEY)


def log_of(lake: Made) -> list[dict[str, Any]]:
    path = lake.folder / "lake" / LOG_FILE
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_no_text_is_shown_unasked(lake: Made) -> None:
    for asked in (uid("b"), "n1", uid("d")):
        for form in ((), ("--json",)):
            code, said, complained = explain(lake, asked, *form)

            assert code == 0
            assert asked in said
            for word in CANARY.split():
                assert word not in said + complained
    assert log_of(lake) == []


def test_both_texts_are_shown_with_what_differs(lake: Made) -> None:
    code, said, _ = explain(lake, uid("b"), "--reveal", "--why", "Klage over sag 21/4711")

    assert code == 0
    assert f"before n1 (text)\n    | {CANARY} ⟦Notat 1⟧\n  edh e1 (html)\n    | {CANARY} ⟦to gange⟧\n" in said
    assert "ky m1: as before" in said
    (entry,) = log_of(lake)
    notes = entry.pop("notater")
    assert sorted(note["notat_id"] for note in notes) == ["e1", "m1", "n1"]
    assert {note["snapshot"].split("/")[0] for note in notes} == {"kmd_sag", "edh", "ky"}
    assert entry.pop("hvornaar").endswith("Z")
    assert entry.pop("hvem") == {"bruger": pwd.getpwuid(os.getuid()).pw_name, "uid": os.getuid()}
    assert entry == {
        "koersel_id": lake.runs[-1],
        "spurgt": uid("b"),
        "kommunekode": "0751",
        "hvorfor": "Klage over sag 21/4711",
    }


def test_a_program_gets_the_texts_as_landed(lake: Made) -> None:
    code, said, _ = explain(lake, "n1", "--json", "--reveal", "--why", "Klage")

    assert code == 0
    (pair,) = json.loads(said)["betydninger"][0]["notater"]
    assert pair["foer"]["tekst"] == f"{CANARY} Notat 1"
    assert [found["tekst"] for found in pair["efter"]] == [f"<p>{CANARY}&nbsp;to gange</p>", f"{CANARY} Notat 1"]


def test_the_log_grows_by_a_line_and_says_who_was_before_sudo(lake: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "mette")
    # A line that a full disk cut off is not run together with the next.
    (lake.folder / "lake" / LOG_FILE).write_text('{"hvem": "af', encoding="utf-8")

    for why in ("Klage fra 6101801234", "Ankestyrelsen"):
        assert explain(lake, "n1", "--reveal", "--why", why)[0] == 0

    torn, *lines = (lake.folder / "lake" / LOG_FILE).read_text(encoding="utf-8").splitlines()
    assert torn == '{"hvem": "af'
    entries = [json.loads(line) for line in lines]
    assert [entry["hvorfor"] for entry in entries] == ["Klage fra [cpr]", "Ankestyrelsen"]
    assert {entry["hvem"]["sudo_user"] for entry in entries} == {"mette"}


def test_when_the_log_cannot_be_written_nothing_is_shown(lake: Made) -> None:
    path = lake.folder / "lake" / LOG_FILE
    elsewhere = lake.folder / "elsewhere.jsonl"
    elsewhere.touch()
    for put_there in (
        path.mkdir,
        lambda: path.symlink_to("/dev/null"),
        lambda: path.symlink_to(elsewhere),
        lambda: os.mkfifo(path),
    ):
        put_there()

        code, said, complained = explain(lake, "n1", "--reveal", "--why", "Klage")

        assert code == 3
        assert "no text is shown" in complained
        assert not said
        path.rmdir() if path.is_dir() else path.unlink()
    assert elsewhere.read_bytes() == b""


def test_the_log_is_written_before_any_text_is_read(lake: Made) -> None:
    for text in sorted((lake.folder / "lake" / "tekster").rglob("journalnotat.parquet")):
        text.unlink()
    run = open_record(lake.lake, lake.runs[-1])
    told = trails(lake.lake, run, meanings(run, "n1"))

    with pytest.raises(LakeDamaged):
        reveal(lake.lake, told, run_id=run.run_id, asked="n1", why="Klage", text_key=bytes.fromhex(TEXT_KEY))

    assert [entry["spurgt"] for entry in log_of(lake)] == ["n1"]


def test_a_reason_is_demanded(lake: Made) -> None:
    for arguments in (("--reveal",), ("--why", "Klage"), ("--reveal", "--why", "  ")):
        code, said, complained = explain(lake, "n1", *arguments)

        assert code == 2
        assert "--why TEXT" in complained
        assert not said
    assert log_of(lake) == []


def test_without_its_key_no_text_is_opened(made: Made) -> None:
    made.text_key = bytes.fromhex(TEXT_KEY)
    made.run(Clean())

    code, said, complained = within("explain", "n1", "--reveal", "--why", "Klage", "--estate", made.estate)

    assert code == 2
    assert "AFSTEM_TEXT_KEY" in complained
    assert not said


def test_nothing_to_reveal_is_no_access(lake: Made) -> None:
    code, _, _ = explain(lake, uid("d"), "--reveal", "--why", "Klage")

    assert code == 0
    assert log_of(lake) == []


def test_a_lake_that_is_gone_is_a_failure(tmp_path: Path) -> None:
    from pipelines.inquiry.access_log import log_access
    from pipelines.lake import Lake

    with pytest.raises(SystemFailure, match="cannot be written"):
        log_access(Lake(tmp_path / "gone"), run_id="r", asked="n1", kommunekode="0751", notes=[], why="Klage")
    with pytest.raises(UsageError, match="--why TEXT"):
        log_access(Lake(tmp_path), run_id="r", asked="n1", kommunekode="0751", notes=[], why=" ")


@pytest.mark.parametrize(
    ("before", "now", "old", "new"),
    [
        ("ens", "ens", "ens", "ens"),
        ("Bor på Ærø", "Bor p? ?r?", "Bor p⟦å Ærø⟧", "Bor p⟦? ?r?⟧"),
        ("Hun ringede i dag", "Hun ringede", "Hun ringede⟦ i dag⟧", "Hun ringede⟦⟧"),
        ("a b c d", "a x c y", "a ⟦b⟧ c ⟦d⟧", "a ⟦x⟧ c ⟦y⟧"),
        ("", "noget", "⟦⟧", "⟦noget⟧"),
        ("aa", "a", "a⟦a⟧", "a⟦⟧"),
    ],
)
def test_what_differs_is_marked(before: str, now: str, old: str, new: str) -> None:
    assert marked(before, now) == (old, new)


def test_long_texts_are_marked_from_the_first_difference_to_the_last() -> None:
    words = "ord " * 20_000

    old, new = marked(f"{words}et {words}", f"{words}to {words}")

    assert (old.count("⟦"), new.count("⟦")) == (1, 1)
    assert "⟦et⟧" in old
    assert "⟦to⟧" in new
