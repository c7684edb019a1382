"""`repwatch mutes`: what is muted can be read, and what was muted for good can be ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import utc_now
from storage.records import Label, Mute
from storage.store import open_store
from tests.bot.configured import SMALL
from tests.storage.samples import DAY, HOUR, judged, kept, mention, scored

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def now() -> datetime:
    return utc_now()


@pytest.fixture
def run(tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Three mutes over a store of two negative threads that nobody was told of; one mute is over."""
    for name in ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "repwatch.toml").write_text(SMALL)
    with open_store(str(tmp_path / "repwatch.db")) as store:
        loud = mention(text="Paid twice, nobody answers.", author="ann", author_id="t2_7", published_at=now - HOUR)
        kept(store, loud, mention("2", text="Second \x1b[31mcomplaint", published_at=now - HOUR), now=now)
        scored(store, Label.NEGATIVE, now=now)
        judged(store, now=now)
        began = now - HOUR
        store.save_mute(Mute(scope="author", value="t2_7", source="hackernews", created_at=began, by="U07ANN"))
        store.save_mute(Mute(scope="thread", value="2", source="hackernews", created_at=began, until=now + 3 * DAY))
        store.save_mute(Mute(scope="thread", value="1", created_at=began, until=now - timedelta(minutes=1)))

    def called(*words: str) -> tuple[int, str]:
        code = main([*words, "--config", str(tmp_path / "repwatch.toml")])
        said = capsys.readouterr()
        return code, said.out + said.err

    return called


def test_the_list_says_who_by_whom_and_until_when(run: Run) -> None:
    code, out = run("mutes")
    heads, author, thread = out.splitlines()
    assert code == 0 and heads.split() == ["id", "brand", "what", "source", "since", "until", "by"]
    assert "author ann (t2_7)" in author and "for good" in author and author.endswith("U07ANN")
    assert "Acme" in thread and "thread 2: Second" in thread and "for good" not in thread
    assert "\x1b" not in out


def test_as_json_a_mute_for_good_has_no_end(run: Run, now: datetime) -> None:
    author, thread = map(json.loads, run("mutes", "--json")[1].splitlines())
    assert (author["id"], author["brand"], author["scope"], author["value"]) == (1, None, "author", "t2_7")
    assert author["until"] is None and author["by"] == "U07ANN"
    assert (thread["brand"], thread["until"]) == ("Acme", (now + 3 * DAY).isoformat())


def test_a_mute_for_good_ends_and_its_author_is_told_of_again(run: Run) -> None:
    assert "Paid twice" not in run("alert", "--dry-run")[1]
    code, out = run("mutes", "--end", "1")
    assert code == 0 and "ended: author ann (t2_7), hackernews;" in out
    assert [json.loads(line)["id"] for line in run("mutes", "--json")[1].splitlines()] == [2]
    assert "Paid twice" in run("alert", "--dry-run")[1]


@pytest.mark.parametrize(("which", "code", "said"), [
    ("3", 1, "3 is not among the mutes in force"),
    ("99", 1, "99 is not among the mutes in force"),
    ("ann", 2, '"ann" is no id'),
    ("²", 2, '"²" is no id'),
    ("", 2, '"" is no id'),
], ids=["over already", "never there", "a name", "no decimal digit", "nothing"])  # fmt: skip
def test_what_cannot_be_ended_is_said_with_the_mend(which: str, code: int, said: str, run: Run) -> None:
    ended, out = run("mutes", "--end", which)
    assert (ended, said in out, "repwatch mutes lists them" in out) == (code, True, True)
    assert len(run("mutes", "--json")[1].splitlines()) == 2


def test_where_nothing_is_muted_any_more_that_is_said(run: Run) -> None:
    for number in ("1", "2"):
        assert run("mutes", "--end", number)[0] == 0
    assert run("mutes") == (0, "Nobody and nothing is muted.\n")
