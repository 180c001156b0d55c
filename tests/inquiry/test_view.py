"""A trail as a person reads it."""

from __future__ import annotations

import json
from typing import Any

from pipelines.cli.trail_view import View
from pipelines.inquiry.identity import meanings
from pipelines.inquiry.trail import trails
from pipelines.run_record import open_record
from tests.inquiry.made import Made
from tests.ledger.clean import Clean
from tests.ledger.world import notat, uid
from tests.test_cli import within

WIDTH = 100


def seen(made: Made, asked: str) -> tuple[dict[str, Any], list[str]]:
    run = open_record(made.lake, made.runs[-1])
    (trail,) = trails(made.lake, run, meanings(run, asked))
    return trail, list(View(trail).lines())


def test_a_case_of_two_hundred_notes_is_read_in_a_hundred_columns_and_whole(made: Made) -> None:
    world = Clean()
    for number in range(200):
        values = {"oprettet": f"2019-03-01T{number // 60:02d}:{number % 60:02d}:00Z", "tekst": f"Notat nr. {number}"}
        world.kmd["journalnotat"].append(notat(f"J{number:07d}", "b", **values))
        world.edh["journalnotat"].append(notat(f"E{number:07d}", "b", **values))
        world.new["journalnotat"].append(notat(f"KY{number:07d}", "k", **values))
    world.new["journalnotat"].pop()
    made.run(world)

    trail, lines = seen(made, uid("b"))

    assert len(trail["notater"]) == 201
    assert max(len(line) for line in lines) <= WIDTH
    text = "\n".join(lines)
    for pair in trail["notater"]:
        for note in [pair["foer"], *pair["efter"]]:
            assert f" {note['notat_id']} [" in text
    assert sum(line.startswith("!") for line in lines[lines.index("Notes (= is bevaret)") :]) == 2
    (missing,) = (line for line in lines if "J0000199" in line and line.startswith("!"))
    assert missing.endswith("; ky mangler")
    # A note and what answers it take a line.
    assert len(lines) < 201 + 80


def test_every_source_is_named_and_every_row_points_to_one(clean: Made) -> None:
    _, lines = seen(clean, uid("b"))

    sources = lines[lines.index("Sources") + 1 :]
    assert sources[0] == "  [1:line] kmd_sag/0751/20210228T200000Z sag.csv"
    numbers = {line.split("[")[1].split(":")[0] for line in sources}
    pointed = {part.split(":")[0] for line in lines for part in line.split("[")[1:] if "line]" not in part}
    assert pointed == numbers


def test_what_came_with_the_data_steers_no_terminal(made: Made) -> None:
    world = Clean()
    world.edh["dokument"][0]["titel"] = "\x1b[31mrød\x07"
    world.new["sag"][0]["titel"] = "et\x9b2Jto"
    world.new["journalnotat"].append(notat("m\x1b9", "k", oprettet="2022-01-01T10:00:00Z"))
    made.run(world)

    text = "\n".join(seen(made, uid("b"))[1])

    assert "\\x1b[31mrød\\x07" in text
    assert "et\\x9b2Jto" in text
    assert "m\\x1b9" in text
    assert not any(sign < " " or "\x7f" <= sign <= "\x9f" for sign in text.replace("\n", ""))


def test_what_is_wrong_is_marked_and_told(made: Made) -> None:
    world = Clean()
    world.new["journalnotat"][0]["titel"] = None
    world.new["noeglepose"][0]["part_cpr"] = "6202800004"
    world.edh["fil"][0]["bytes"] = 0
    made.run(world)

    _, lines = seen(made, uid("b"))

    text = "\n".join(lines)
    assert '    ky: titel "Samtale" → (none)' in lines
    assert "    they have not one citizen" in lines
    assert "      edh: bytes 2048 → 0" in lines
    for rule in ("R02", "R03", "R09"):
        assert f"! {rule} broken" in text
    assert "R18 not evaluated: The basis is missing: there is no delivery of indeks." in text
    assert text.count("nothing broken") == 1


def test_an_id_that_means_several_things_says_so(made: Made) -> None:
    one, other = Clean(), Clean()
    other.kommunekode = "0730"
    made.run(one, other)

    code, said, _ = within("explain", "n1", "--estate", made.estate)
    alone, said_alone, _ = within("explain", "n1", "--estate", made.estate, "--kommune", "0730")

    assert (code, alone) == (0, 0)
    assert "This id means 2 things: journalnotat n1 in kommune 0730; journalnotat n1 in kommune 0751." in said
    assert "This id means" not in said_alone


def test_a_note_alone_tells_how_many_more_there_are(made: Made) -> None:
    world = Clean()
    world.kmd["journalnotat"].append(notat("n3", "b", tekst="Notat 3"))
    made.run(world)

    trail, lines = seen(made, "n1")

    assert len(trail["notater"]) == 1
    assert "  1 more on these cases: explain a case to see them" in lines


def test_a_program_gets_one_document(clean: Made) -> None:
    code, said, complained = within("explain", uid("b"), "--json", "--estate", clean.estate)

    assert (code, complained) == (0, "")
    told = json.loads(said)
    assert (told["koersel_id"], told["spurgt"]) == (clean.runs[-1], uid("b"))
    (trail,) = told["betydninger"]
    assert trail["sager"][0]["foer"]["oprettet"] == "2019-02-01T08:00:00Z"
    assert trail["sager"][0]["foer"]["kilde"] == {
        "snapshot": "kmd_sag/0751/20210228T200000Z",
        "fil": "sag.csv",
        "linje": 2,
    }


def test_an_unknown_id_exits_2_with_a_sentence(clean: Made) -> None:
    code, said, complained = within("explain", "nosuch", "--estate", clean.estate)

    assert code == 2
    assert not said
    assert complained.startswith(f"Nothing in run {clean.runs[-1]} has the id 'nosuch'")
