"""The commands over a store with something in it, as a person or a cron job calls them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.clock import utc_now
from bot.demo.loopback_slack import LoopbackSlack
from storage.records import AlertState, HumanLabel, Label, OutboxState, Reason
from storage.store import open_store
from tests.bot.configured import SMALL
from tests.storage.samples import DAY, HOUR, deadline, judged, kept, mention, opened, outbox_row, scored

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration whose store holds two negative threads: one with an open alert, one nobody was told of."""
    written = tmp_path / "repwatch.toml"
    written.write_text(SMALL)
    now = utc_now()
    with open_store(str(tmp_path / "repwatch.db")) as store:
        told = mention("1", text="Paid twice, nobody answers.", published_at=now - HOUR, url="https://hn.example/1")
        untold = mention("2", text="Second \x1b[31mcomplaint", published_at=now - HOUR)
        kept(store, told, untold, now=now - HOUR)
        scored(store, Label.NEGATIVE, now=now - HOUR)
        why = Reason(code="share_negative", numbers={"percent": 90, "negative": 1, "voices": 1})
        judged(store, now=now - HOUR, reasons=(why,))
        opened(
            store,
            1,
            opened_at=now - HOUR,
            deadline=deadline(now - timedelta(minutes=5), decided_at=now - HOUR, notes=()),
        )
        store.put_outbox([outbox_row("refused", created_at=now), outbox_row("waiting", created_at=now)])
        store.mark_dead(next(row for row in store.outbox() if row.key == "refused"), "Slack says too_long: shorten it")
    return written


@pytest.fixture
def run(file: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def called(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--config", str(file)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return called


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_threads_says_what_is_open_and_overdue(run: Run) -> None:
    code, out, _ = run("threads", "--overdue")
    assert code == 0
    assert "overdue 5 min" in out and "Paid twice, nobody answers." in out


def test_threads_as_json_has_one_line_each(run: Run) -> None:
    (row,) = rows(run("threads", "--json")[1])
    assert (row["thread"], row["overdue"], row["source"], row["state"]) == (1, True, "hackernews", "open")


def test_threads_of_another_brand_are_none(run: Run) -> None:
    assert run("threads", "--brand", "Other")[1] == "No open alerts.\n"


def test_status_shows_queue_and_what_never_ran(run: Run) -> None:
    code, out, _ = run("status")
    assert code == 0
    assert "waiting for Slack 1   refused 1" in out
    assert re.search(r"^classify +never ran", out, re.MULTILINE)
    assert re.search(r"^hackernews +never .* now ", out, re.MULTILINE)


def test_status_as_json(run: Run) -> None:
    (found,) = rows(run("status", "--json")[1])
    assert (found["open_alerts"], found["overdue"], found["outbox"]["dead"]) == (1, 1, 1)
    assert found["sources"][0]["entry"] == "hackernews"


def test_outbox_says_why_and_tries_again(run: Run) -> None:
    assert "shorten it" in run("outbox")[1]
    (dead, *_) = rows(run("outbox", "--json")[1])
    assert run("outbox", "--retry", str(dead["id"]))[0] == 0
    assert {row["state"] for row in rows(run("outbox", "--json")[1])} == {"pending"}


def test_outbox_retry_of_what_is_not_there_is_a_failure(run: Run) -> None:
    assert run("outbox", "--retry", "999")[0] == 1
    for word in ("x", "²", ""):
        assert run("outbox", "--retry", word)[0] == 2


NAMES = {
    "by number": "1",
    "by address": "https://hn.example/1",
    "by address with a slash": "https://hn.example/1/",
    "by a mention's number": "mention:1",
    "by source and id": "hackernews:1",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_explain_says_why_it_alerted(name: str, run: Run) -> None:
    code, out, _ = run("explain", name)
    assert code == 0
    assert "verdict: negative, medium" in out and "alert: open" in out


def test_explain_answers_for_a_closed_thread_and_for_one_nobody_was_told_of(run: Run, file: Path) -> None:
    """By the address of any text in it, on any instance, calm or passed over: with the reason and its numbers."""
    now = utc_now()
    with open_store(str(file.parent / "repwatch.db")) as store:
        root = mention("3", source="mastodon", instance="toots.example", url="https://toots.example/3")
        reply = mention("4", source="mastodon", instance="toots.example", thread_id="3", url="https://toots.example/4")
        kept(store, replace(root, published_at=now), replace(reply, published_at=now), now=now)
        scored(store, Label.POSITIVE, now=now)
        judged(store, now=now, is_negative=False)
        store.pass_over([2], "too_mild")
        live = store.alert_of(1)
        assert live is not None
        store.claim_alert(replace(live, state=AlertState.ANSWERED, closed_at=now, answered_at=now), live.state)
    for name in ("https://toots.example/4", "https://toots.example/3", "mastodon:4", "mention:4"):
        code, out, _ = run("explain", name)
        assert code == 0 and "toots.example thread 3" in out and "no alert: it is not negative (" in out
    assert (
        "no alert: its severity is under alerts.least_severity (medium, alerted from low on)" in run("explain", "2")[1]
    )
    assert "alert: answered" in run("explain", "https://hn.example/1")[1]


def test_explain_names_the_others_where_a_name_is_shared(run: Run, file: Path) -> None:
    with open_store(str(file.parent / "repwatch.db")) as store:
        kept(store, mention("77", source="lemmy"), mention("77"))
    code, out, err = run("explain", "77")
    assert code == 0 and "not judged yet" in out and "no alert: it is not judged yet" in out
    assert "see also: 4" in err
    assert "lemmy" in run("explain", "lemmy:77")[1]


def test_explain_of_a_thread_nobody_knows(run: Run) -> None:
    code, _, err = run("explain", "https://hn.example/none")
    assert code == 1 and "repwatch threads" in err
    for name in ("mention:999", "mention:x", "hackernews:999", "lemmy:1", "9" * 30, "²"):
        assert run("explain", name)[0] == 1


def test_a_dry_run_shows_the_card_and_changes_nothing(run: Run, file: Path) -> None:
    code, out, _ = run("alert", "--dry-run")
    assert code == 0
    assert "card → #reviews" in out and "complaint" in out and "\x1b" not in out
    with open_store(str(file.parent / "repwatch.db")) as store:
        assert store.alert_of(2) is None
        assert len(store.outbox()) == 2


def test_without_a_token_cards_wait_and_that_is_said(run: Run, file: Path) -> None:
    code, _, err = run("alert")
    assert code == 1 and "SLACK_BOT_TOKEN" in err
    with open_store(str(file.parent / "repwatch.db")) as store:
        assert store.alert_of(2) is not None
        assert len(store.outbox(OutboxState.PENDING)) >= 2


@pytest.mark.parametrize("command", ["export", "forget"])
def test_a_source_that_is_none_neither_erases_nor_hands_out(run: Run, command: str) -> None:
    code, out, err = run(command, "--source", "hackernew", "--author", "ann1")
    assert code == 2 and out == "" and 'did you mean "hackernews"?' in err
    assert json.loads(run("export", "--source", "hackernews", "--author", "ann1")[1])["mentions"]


def test_export_then_forget_then_nothing_is_left(run: Run) -> None:
    code, out, _ = run("export", "--source", "hackernews", "--author", "ann1")
    assert code == 0 and json.loads(out)["mentions"][0]["text"] == "Paid twice, nobody answers."
    assert run("forget", "--source", "hackernews", "--author", "ann1")[0] == 1  # nobody was there to ask
    code, out, _ = run("forget", "--source", "hackernews", "--author", "ann1", "--yes")
    assert code == 0 and "1 mentions" in out
    assert json.loads(run("export", "--source", "hackernews", "--author", "ann1")[1])["mentions"] == []


def test_a_backup_comes_back_and_what_was_there_is_kept(run: Run, file: Path) -> None:
    copy = file.parent / "copy.db"
    assert "2 mentions, 1 alerts" in run("backup", str(copy))[1]
    assert run("backup", str(copy))[0] == 1
    run("forget", "--source", "hackernews", "--author", "ann1", "--yes")
    code, out, _ = run("restore", str(copy))
    assert code == 0 and "before-restore" in out
    assert len(rows(run("threads", "--json")[1])) == 1


def test_a_damaged_backup_changes_nothing(run: Run, file: Path) -> None:
    bad = file.parent / "bad.db"
    bad.write_bytes(b"x" * 5000)
    code, _, err = run("restore", str(bad))
    assert code == 1 and "nothing was changed" in err
    assert len(rows(run("threads", "--json")[1])) == 1


def test_backtest_counts_the_cards(run: Run) -> None:
    code, out, _ = run("backtest")
    assert code == 0 and "2 negative threads of 2 judged again, 2 cards" in out
    assert "not replayed:" in out and "what people did" in out
    assert "cards a day" in out and "cards by hour" in out
    told = json.loads(run("backtest", "--json")[1])
    assert sum(told["by_hour"]) == sum(told["by_day"].values()) == len(told["threads"]) == 2


def test_backtest_says_coverage_with_its_warning_and_the_reliability(run: Run, file: Path) -> None:
    """Thirty finished threads whose replies all came within minutes of our first sight: every deadline was too late."""
    began = utc_now() - 20 * DAY
    with open_store(str(file.parent / "repwatch.db")) as store:
        for number in range(100, 130):
            root = mention(str(number), text="Calm words", published_at=began)
            kept(store, root, now=began + timedelta(minutes=1))
            replies = [
                mention(f"{number}-{n}", thread_id=str(number), published_at=began + timedelta(seconds=70 + 10 * n))
                for n in range(20)
            ]
            kept(store, *replies, now=began + HOUR)
    code, out, _ = run("backtest")
    assert code == 0 and "warned of outside 0.70 to 0.90" in out
    (line,) = [line for line in out.splitlines() if line.startswith("hackernews")]
    assert (
        line.split()[:6] == ["hackernews", "30", "30", "0.00", "1.00", "0.00"]
        and "WARNING: its deadlines come too late" in line
    )
    # All thirty got ten more within a day, and all doubled; the look an hour later found that it was over.
    bins = json.loads(run("backtest", "--json")[1])["growth"]
    for question in ("ten_more", "double"):
        assert sum(one["forecasts"] for one in bins[question]) == 60
        assert round(sum(one["happened"] * one["forecasts"] for one in bins[question])) == 30
    assert "do the probabilities come true" in out


def test_a_stored_thread_is_forecast_and_drawn_beside_what_happened(run: Run, file: Path) -> None:
    began = utc_now() - 20 * DAY
    with open_store(str(file.parent / "repwatch.db")) as store:
        kept(store, mention("9", text="Calm words", published_at=began), now=began + timedelta(minutes=10))
        replies = [
            mention(f"9-{n}", thread_id="9", published_at=began + timedelta(minutes=n * n)) for n in range(1, 20)
        ]
        kept(store, *replies, now=began + DAY)
    # At first sight, ten minutes old, three replies were there; what came later is not looked at.
    (told,) = rows(run("forecast", "--thread", "hackernews:9")[1])
    assert (told["thread_id"], told["about"]) == ("9", False)
    assert told["expected_final"] > 3
    (later,) = rows(run("forecast", "--thread", "hackernews:9", "--age", "86400")[1])
    assert later["expected_final"] >= 19
    picture = file.parent / "nine.png"
    code, out, _ = run("forecast", "--thread", "hackernews:9", "--plot", str(picture))
    assert code == 0 and "nine.png written" in out
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert run("forecast", "--thread", "hackernews:404")[0] == 1


def test_backtest_from_a_day_that_does_not_exist(run: Run) -> None:
    assert run("backtest", "--since", "2026-02-30")[0] == 2


def test_the_digest_as_text_and_as_a_page(run: Run, file: Path) -> None:
    page = file.parent / "d.html"
    code, out, _ = run("digest", "--html", str(page))
    assert code == 0 and "d.html" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert page.with_suffix(".csv").exists()


def test_a_week_that_does_not_exist(run: Run) -> None:
    code, _, err = run("digest", "--week", "2026-W99")
    assert code == 2 and "2026-W47" in err


def test_what_the_model_was_unsure_of_and_what_people_said_are_lists(run: Run, file: Path) -> None:
    assert run("label")[:2] == (0, "The model was sure of everything.\n")
    assert run("label", "--list")[:2] == (0, "")
    with open_store(str(file.parent / "repwatch.db")) as store:
        kept(store, mention("3", text="Well, well"), mention("4", text="So so"), now=utc_now())
        scored(store, Label.NEUTRAL, now=utc_now(), unsure=True)
        store.save_label(HumanLabel(mention_id=4, label="negative", at=utc_now(), by="Ann"))
    assert [row["text"] for row in rows(run("label", "--json")[1])] == ["Well, well"]
    (said,) = rows(run("label", "--list")[1])
    assert (said["text"], said["label"], said["by"]) == ("So so", "negative", "Ann")


def test_crawl_of_what_is_not_configured(run: Run) -> None:
    code, _, err = run("crawl", "mastodon")
    assert code == 2 and "there are: hackernews" in err


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackSlack]:
    with LoopbackSlack(is_paced=False) as played:
        monkeypatch.setenv("SLACK_BOT_TOKEN", played.token)
        monkeypatch.setenv("SLACK_API_URL", played.url)
        yield played


def test_check_with_everything_right(run: Run, slack: LoopbackSlack) -> None:
    slack.workspace.add_room("reviews")
    code, out, _ = run("check", "--no-sources")
    assert code == 0, out
    assert "#reviews: the bot is in it" in out and "repwatch run" in out


def _without_scope(slack: LoopbackSlack) -> None:
    slack.workspace.add_room("reviews")
    slack.workspace.scopes.remove("files:write")


def _archived(slack: LoopbackSlack) -> None:
    slack.workspace.add_room("reviews").is_archived = True


def _uninvited(slack: LoopbackSlack) -> None:
    slack.workspace.add_room("reviews").is_member = False


def _revoked(slack: LoopbackSlack) -> None:
    slack.workspace.broken = "token_revoked"


TROUBLES: dict[str, tuple[Callable[[LoopbackSlack], None], str]] = {
    "a scope is missing": (_without_scope, "scopes missing: files:write"),
    "no such channel": (lambda _slack: None, "#reviews is not there"),
    "archived": (_archived, "#reviews is archived"),
    "not invited": (_uninvited, "/invite"),
    "the token was revoked": (_revoked, "revoked"),
}


@pytest.mark.parametrize(("spoil", "said"), TROUBLES.values(), ids=TROUBLES.keys())
def test_check_names_what_is_wrong_and_the_mend(
    spoil: Callable[[LoopbackSlack], None], said: str, run: Run, slack: LoopbackSlack
) -> None:
    spoil(slack)
    code, out, _ = run("check", "--no-sources")
    assert code == 1
    assert any(line.startswith("WRONG") and said in line for line in out.splitlines()), out
    assert slack.token not in out


def test_alert_sends_and_a_second_run_sends_nothing_new(run: Run, slack: LoopbackSlack, file: Path) -> None:
    slack.workspace.add_room("reviews")
    assert run("outbox", "--retry", "all")[0] == 0
    run("alert")
    stood = slack.keys()
    assert len(stood) == len(set(stood)) >= 2
    code, _, _ = run("alert")
    assert code == 0 and slack.keys() == stood
    with open_store(str(file.parent / "repwatch.db")) as store:
        alert = store.alert_of(2)
        assert alert is not None and alert.state is AlertState.OPEN
