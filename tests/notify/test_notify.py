"""A night is told through every channel, in counts alone; one that fails says so without its secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from pipelines.errors import InputError
from pipelines.estate import load_estate
from pipelines.night import Missing
from pipelines.notify import compose, is_told, late, notify
from pipelines.notify.channels import NotSent
from pipelines.notify.telling import BEING_TOLD, LAST_TOLD
from pipelines.reconcile import gather, make_part, make_plan
from pipelines.validate import validate
from tests.inquiry.made import Made, later
from tests.ledger.clean import Clean
from tests.ledger.world import TODAY
from tests.notify.webhook import SECRET, Webhook
from tests.sources.file_servers import HOST, free_port
from tests.test_cli import within

PASSWORD = "kodeord-4711"
NIGHT = date(2026, 11, 26)
CPR = "7101850009"
CANARY = "Kanariefugl"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two judged runs: a clean one, and one in which two notes have gone."""
    lake = Made(tmp_path_factory.mktemp("made"))
    world = Clean()
    for tables in (world.kmd, world.edh, world.new):
        for note in tables["journalnotat"]:
            note.update(tekst=f"{CANARY} {note['tekst']}", titel=f"Om {CPR}", forfatter=CANARY)
    lake.run(world)
    _, new = later(world)
    new["journalnotat"].clear()
    lake.run(world)
    for run_id in lake.runs:
        validate(lake.lake, run_id)
    return lake


class Mailbox:
    """Keeps every mail; lets in who knows the password. ``answers``: what it says of an address, unless it takes it."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - its name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(  # noqa: N802 - its name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        self.mails.append(envelope)
        return "250 OK"


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    port = free_port()
    controller = Controller(
        box, hostname=HOST, port=port, authenticator=authenticate, auth_required=True, auth_require_tls=False
    )
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def told(made: Made) -> Iterator[Made]:
    """The lake, of which nothing has been told yet."""
    yield made
    for name in (LAST_TOLD, BEING_TOLD):
        (made.lake.root / name).unlink(missing_ok=True)


def estate(made: Made, *channels: dict[str, Any]) -> Any:
    written = json.loads(made.estate.read_text(encoding="utf-8"))
    path = made.estate.with_name("told.yaml")
    path.write_text(json.dumps({**written, "varsling": channels}), encoding="utf-8")
    return load_estate(path)


def slack(url: str, environment: pytest.MonkeyPatch, art: str = "slack", **more: Any) -> dict[str, Any]:
    environment.setenv("AFSTEM_WEBHOOK", url)
    return {"art": art, "forbindelse": {"miljoe": "AFSTEM_WEBHOOK"}, **more}


def test_it_tells_what_came_and_went_and_names_nobody(told: Made) -> None:
    first, second = told.runs
    missing = [Missing("ksd", "0751", "hentningen fejlede")]
    message = compose(told.lake, second, first, missing)
    assert message.subject == "Afstem: 1 ikke kommet, 3 nye fund, 0 borte"
    assert "ksd for 0751: hentningen fejlede" in message.text
    assert "0751 R02: opfyldt -> brudt." in message.text, message.text
    assert "0751 R02: 2. " in message.text, message.text
    assert f"Kørsel {second}" in message.text
    assert message == compose(told.lake, second, first, missing)
    back = compose(told.lake, first, second)
    assert back.subject == "Afstem: 0 nye fund, 3 borte"
    for text in (message.text, back.text):
        for hidden in (CPR, CANARY, "n1", "m1"):
            assert hidden not in text


def test_a_kommune_that_could_not_be_reconciled_is_told_and_neither_gone_nor_new(tmp_path: Path) -> None:
    lake = Made(tmp_path)
    worlds = [Clean(), Clean()]
    worlds[1].kommunekode = "0101"
    for world in worlds:
        world.new["journalnotat"].clear()
    whole = lake.run(*worlds)
    plan = make_plan(load_estate(lake.estate), lake.lake, TODAY, left_out={"0751": "dens filer er beskadiget"})
    for code in plan.kommuner:
        make_part(lake.lake, plan, code)
    lacking = gather(lake.lake, plan, TODAY, datetime(2026, 11, 24, tzinfo=UTC)).run_id
    for run_id in (whole, lacking):
        validate(lake.lake, run_id)
    assert len(lake.rows(whole, "SELECT 1 FROM afstemning.fund WHERE kommunekode = '0751'")) > 0
    apart = "Kommuner, der ikke er afstemt i begge kørsler, og derfor ikke er sammenlignet: 0751."
    message = compose(lake.lake, lacking, whole)
    assert message.subject == "Afstem: 1 ikke afstemt, 0 nye fund, 0 borte"
    assert apart in message.text
    back = compose(lake.lake, whole, lacking)
    assert (back.subject, back.news) == ("Afstem: 0 nye fund, 0 borte", True)
    assert apart in back.text


def test_the_first_and_the_same_run_say_so(told: Made) -> None:
    first, _ = told.runs
    assert compose(told.lake, first, None).subject == "Afstem: første kørsel"
    same = compose(told.lake, first, first)
    assert (same.subject, same.news) == ("Afstem: intet er ændret", False)


def test_what_was_told_is_what_the_next_is_held_against(told: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = told.runs
    with Webhook() as hook:
        channel = slack(hook.url, monkeypatch, kun_ved_aendring=True)
        notify(estate(told, channel), told.lake, first)
        assert "3 nye fund" in notify(estate(told, channel), told.lake, second).subject
        assert notify(estate(told, channel), told.lake, second).subject == "Afstem: intet er ændret"
        # The last had no news.
        assert len(hook.bodies) == 2
    assert hook.bodies[1]["text"].startswith("*Afstem: 3 nye fund, 0 borte*")
    assert "opfyldt -&gt; brudt" in hook.bodies[1]["text"]


def test_teams_gets_a_card(told: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook(202) as hook:
        notify(estate(told, slack(hook.url, monkeypatch, "teams")), told.lake, told.runs[1])
    (body,) = hook.bodies
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["body"][0]["text"] == "Afstem: 3 nye fund, 0 borte"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_mail_reaches_those_it_is_for(told: Made, mail: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch) -> None:
    box, port = mail
    monkeypatch.setenv("AFSTEM_MAIL", f"smtp://afstem:{PASSWORD}@{HOST}:{port}")
    channel = {
        "art": "mail",
        "forbindelse": {"miljoe": "AFSTEM_MAIL"},
        "fra": "afstem@kommune.example",
        "til": ["drift@kommune.example", "leder@kommune.example"],
    }
    notify(estate(told, channel), told.lake, told.runs[1])
    (envelope,) = box.mails
    assert envelope.rcpt_tos == ["drift@kommune.example", "leder@kommune.example"]
    assert b"Subject: Afstem: 3 nye fund, 0 borte" in envelope.content
    monkeypatch.setenv("AFSTEM_MAIL", f"smtp://afstem:forkert-{PASSWORD}@{HOST}:{port}")
    with pytest.raises(InputError, match="refuses") as refused:
        notify(estate(told, channel), told.lake, told.runs[1])
    assert PASSWORD not in str(refused.value)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(
    ("answers", "kind", "mails"),
    [
        ({"a@kommune.example": "450 Greylisted", "b@kommune.example": "450 Greylisted"}, NotSent, 0),
        ({"a@kommune.example": "550 Nobody here", "b@kommune.example": "550 Nobody here"}, InputError, 0),
        ({"a@kommune.example": "550 Nobody here"}, InputError, 1),
    ],
)
def test_what_a_mail_server_refuses_for_now_is_told_from_what_it_refuses_for_good(
    told: Made,
    mail: tuple[Mailbox, int],
    monkeypatch: pytest.MonkeyPatch,
    answers: dict[str, str],
    kind: type[Exception],
    mails: int,
) -> None:
    box, port = mail
    box.answers = answers
    monkeypatch.setenv("AFSTEM_MAIL", f"smtp://afstem:{PASSWORD}@{HOST}:{port}")
    to = ["a@kommune.example", "b@kommune.example"]
    channel = {"art": "mail", "forbindelse": {"miljoe": "AFSTEM_MAIL"}, "fra": "afstem@kommune.example", "til": to}
    with pytest.raises(kind, match="mail server"):
        notify(estate(told, channel), told.lake, told.runs[1])
    assert len(box.mails) == mails


@pytest.mark.parametrize(("code", "kind"), [(500, NotSent), (429, NotSent), (404, InputError), (302, InputError)])
def test_a_channel_that_fails_is_told_without_its_secret_and_stops_no_other(
    told: Made, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int, kind: type[Exception]
) -> None:
    caplog.set_level(logging.DEBUG)
    with Webhook(code) as failing, Webhook() as working:
        monkeypatch.setenv("AFSTEM_OTHER", working.url)
        other = {"art": "slack", "forbindelse": {"miljoe": "AFSTEM_OTHER"}}
        opened = estate(told, slack(failing.url, monkeypatch, "teams"), other)
        with pytest.raises(kind, match="teams") as failed:
            notify(opened, told.lake, told.runs[1], last_try=False)
        assert len(working.bodies) == 1
    for said in (str(failed.value), caplog.text, repr(opened), repr(failed.value.__context__)):
        assert SECRET not in said
    # What may go well is tried again; after a refusal the others are not to have it anew the next night.
    assert (told.lake.read(LAST_TOLD) is None) == (kind is NotSent)
    assert is_told(told.lake, told.runs[1], NIGHT) is False


def test_what_no_channel_has_got_is_not_told(told: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook(404) as failing, pytest.raises(InputError):
        notify(estate(told, slack(failing.url, monkeypatch)), told.lake, told.runs[1], (), NIGHT)
    assert told.lake.read(LAST_TOLD) is None


def test_a_night_is_told_once_and_the_same_and_not_after_a_later_one(
    told: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = told.runs
    with Webhook(500) as failing, Webhook() as working:
        monkeypatch.setenv("AFSTEM_OTHER", working.url)
        other = {"art": "slack", "forbindelse": {"miljoe": "AFSTEM_OTHER"}}
        opened = estate(told, slack(failing.url, monkeypatch, "teams"), other)
        with pytest.raises(NotSent):
            notify(opened, told.lake, second, (), NIGHT, last_try=False)
        assert not is_told(told.lake, second, NIGHT)
        with pytest.raises(NotSent):
            notify(opened, told.lake, second, (), NIGHT, last_try=True)
        assert is_told(told.lake, second, NIGHT)
        failing.code = 200
        # Whoever does the task again tells the one that has not got it, and tells it the same.
        for _ in range(2):
            assert notify(opened, told.lake, second, (), NIGHT).subject == "Afstem: 3 nye fund, 0 borte"
        earlier = notify(opened, told.lake, first, (), NIGHT - timedelta(days=1))
        assert earlier.subject == "Afstem: første kørsel"
        assert [len(hook.bodies) for hook in (failing, working)] == [3, 1]
    assert is_told(told.lake, second, NIGHT)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_channel_whose_secret_is_no_address_or_no_ascii_stops_no_other(
    told: Made, mail: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = mail
    monkeypatch.setenv("AFSTEM_MAIL", f"smtp://afstem:bl%C3%A5b%C3%A6r@{HOST}:{port}")
    monkeypatch.setenv("AFSTEM_WRONG", "https://[x")
    letter = {"art": "mail", "forbindelse": {"miljoe": "AFSTEM_MAIL"}, "fra": "a@example.dk", "til": ["b@example.dk"]}
    wrong = {"art": "teams", "forbindelse": {"miljoe": "AFSTEM_WRONG"}}
    with Webhook() as working:
        opened = estate(told, letter, wrong, slack(working.url, monkeypatch))
        with pytest.raises(InputError, match=r"mail server .* refuses .* whole address") as failed:
            notify(opened, told.lake, told.runs[1])
        assert len(working.bodies) == 1
    assert "blåbær" not in str(failed.value)
    assert box.mails == []


def test_told_again_only_the_channel_that_failed_is_sent_anything(told: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook(500) as failing, Webhook() as working:
        monkeypatch.setenv("AFSTEM_OTHER", working.url)
        other = {"art": "slack", "forbindelse": {"miljoe": "AFSTEM_OTHER"}}
        opened = estate(told, slack(failing.url, monkeypatch, "teams"), other)
        for _ in range(2):
            with pytest.raises(NotSent):
                notify(opened, told.lake, told.runs[1])
        assert [len(hook.bodies) for hook in (failing, working)] == [2, 1]
        failing.code = 200
        notify(opened, told.lake, told.runs[1])
        assert [len(hook.bodies) for hook in (failing, working)] == [3, 1]
        # Asked for once more, all of them are told.
        notify(opened, told.lake, told.runs[1])
        assert [len(hook.bodies) for hook in (failing, working)] == [4, 2]


def test_what_is_not_there_is_a_failure_of_the_system(told: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = slack(f"http://{HOST}:{free_port()}/{SECRET}", monkeypatch)
    opened = estate(told, channel)
    code, said, complained = within("notify", "--estate", opened.path)
    assert (code, SECRET in said + complained) == (3, False)
    assert "slack could not be reached" in complained
    monkeypatch.setenv("AFSTEM_WEBHOOK", f"http://hooks.example/{SECRET}")
    code, _, complained = within("notify", "--estate", opened.path)
    assert (code, SECRET in complained) == (2, False)
    assert "https://" in complained


def test_the_command_shows_and_sends_nothing(told: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook() as hook:
        opened = estate(told, slack(hook.url, monkeypatch))
        code, said, _ = within("notify", "--show", "--run", told.runs[1], "--estate", opened.path)
        assert (code, said.splitlines()[0], hook.bodies) == (0, "Afstem: 3 nye fund, 0 borte", [])
        _, _, complained = within("notify", "--run", told.runs[1], "--estate", told.estate)
        assert "Nobody was told" in complained


def test_a_late_night_is_told() -> None:
    assert "240 minutter" in late(240).text


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        ({"art": "mail", "forbindelse": {"miljoe": "A"}}, "varsling.1: art mail needs fra and til"),
        ({"art": "fax", "forbindelse": {"miljoe": "A"}}, "varsling.1.art: must be"),
        ({"art": "slack", "forbindelse": "https://hooks.example/x"}, "what is secret never stands in the estate"),
        ({"art": "slack", "forbindelse": {"miljoe": "A"}, "til": ["a@b.dk"]}, "has no fra and no til"),
        ({"art": "slack", "forbindelse": {"miljoe": "A"}, "kanal": "x"}, "unknown key; known here: art, forbindelse"),
    ],
)
def test_a_mistake_in_the_estate_is_told_with_its_place(made: Made, channel: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        estate(made, channel)
    assert sentence in str(refused.value)
    assert "line" in str(refused.value)
