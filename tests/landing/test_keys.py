"""The keys come from the environment, and a landing without them says what to do."""

from __future__ import annotations

import pytest

from pipelines.errors import InputError, UsageError
from pipelines.landing import key_from_environment, text_key_from_environment
from pipelines.landing.pseudonym import Pseudonyms, key_id
from pipelines.landing.stage import Keys
from tests.landing.place import Place


@pytest.mark.parametrize(
    ("value", "says"), [(None, "is not set"), ("", "is not set"), ("x" * 15, "is shorter than 16")]
)
def test_no_key_is_an_error_with_the_next_step(monkeypatch: pytest.MonkeyPatch, value: str | None, says: str) -> None:
    monkeypatch.delenv("AFSTEM_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("AFSTEM_KEY", value)
    with pytest.raises(UsageError, match=f"AFSTEM_KEY {says}.*set it to a secret") as told:
        key_from_environment()
    assert "x" * 15 not in str(told.value)


def test_the_key_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFSTEM_KEY", "å" * 8)
    assert key_from_environment() == "å".encode() * 8
    assert len(key_id(key_from_environment())) == 16


def test_no_key_stands_in_a_repr() -> None:
    assert "secret" not in repr(Keys(Pseudonyms(b"a secret of bytes"), b"another secret"))


def test_the_key_of_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFSTEM_TEXT_KEY", raising=False)
    assert text_key_from_environment() is None
    monkeypatch.setenv("AFSTEM_TEXT_KEY", "0f" * 32)
    assert text_key_from_environment() == b"\x0f" * 32
    for wrong in ("0f" * 31, "zz" * 32):
        monkeypatch.setenv("AFSTEM_TEXT_KEY", wrong)
        with pytest.raises(UsageError, match="must be 64, 96 or 128 hexadecimal digits") as told:
            text_key_from_environment()
        assert wrong not in str(told.value)


def test_an_inbox_that_is_not_there(place: Place) -> None:
    place.inbox.rmdir()
    with pytest.raises(InputError, match=r"inbox .* is not there\. Make the folder"):
        place.land()
