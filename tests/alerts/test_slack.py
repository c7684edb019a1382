"""SlackChannel against a Slack that keeps Slack's rules: what is sent, found again, refused, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from alerts.messages import alert_message
from alerts.slack import SlackChannel, SlackError, Trouble
from bot.demo.loopback_slack import LoopbackSlack
from tests.alerts.slack_support import ENGLISH, NOW, PATIENT, PlayedClock, card, nobody_there

PAYLOAD = {"text": "hello", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]}


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock()


@pytest.fixture
def slack(clock: PlayedClock) -> Iterator[LoopbackSlack]:
    with LoopbackSlack(clock.seconds) as playing:
        playing.workspace.add_room("support")
        yield playing


@pytest.fixture
def channel(slack: LoopbackSlack) -> SlackChannel:
    return SlackChannel.open(slack.token, slack.url, timeout=PATIENT)


def failure(call: Any) -> SlackError:
    with pytest.raises(SlackError) as caught:
        call()
    return caught.value


def test_a_card_is_posted_with_our_key_and_without_previews(slack: LoopbackSlack, channel: SlackChannel) -> None:
    posted = channel.send("#support", alert_message(card(), ENGLISH), "card-1")
    [message] = slack.messages("support")
    assert posted.ts == message["ts"]
    assert posted.channel.startswith("C0")
    assert message["metadata"] == {"event_type": "repwatch_message", "event_payload": {"key": "card-1"}}
    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)
    assert message["text"].startswith("High (open)")


def test_a_payload_can_not_name_a_channel_or_a_time_of_its_own(slack: LoopbackSlack, channel: SlackChannel) -> None:
    other = slack.workspace.add_room("other")
    channel.send("#support", {**PAYLOAD, "channel": other.id, "ts": "1.0", "thread_ts": "1.0", "token": "x"}, "k")
    assert (len(slack.messages("support")), slack.messages("other")) == (1, [])


def test_keys_are_found_in_channels_and_in_threads(
    slack: LoopbackSlack, channel: SlackChannel, clock: PlayedClock
) -> None:
    top = channel.send("#support", PAYLOAD, "top")
    for number in range(3):
        clock.sleep(2)
        channel.send("#support", PAYLOAD, f"reply-{number}", thread_ts=top.ts)
    assert set(channel.find("#support", {"top", "reply-1", "nowhere"}, NOW)) == {"top"}
    assert set(channel.find("#support", {"top", "reply-1"}, NOW, thread_ts=top.ts)) == {"top", "reply-1"}
    assert channel.find("#support", {"top"}, clock.now() + timedelta(hours=1)) == {}


def test_a_key_is_found_many_pages_back(slack: LoopbackSlack, channel: SlackChannel, clock: PlayedClock) -> None:
    channel.send("#support", PAYLOAD, "old")
    room = slack.workspace.room("support")
    assert room is not None
    for number in range(500):
        ts = f"{clock.seconds() + 10 + number:.6f}"
        room.messages[ts] = {"type": "message", "user": "U1", "ts": ts, "text": "chat"}
    assert set(channel.find("#support", {"old"}, NOW)) == {"old"}


def test_another_apps_message_with_our_key_does_not_count(slack: LoopbackSlack, channel: SlackChannel) -> None:
    channel.send("#support", PAYLOAD, "card-1")
    slack.messages("support")[0]["bot_id"] = "B0EVIL"
    assert channel.find("#support", {"card-1"}, NOW) == {}


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        ("429", Trouble.LATER),
        ("500", Trouble.UNCLEAR),
        ("503", Trouble.UNCLEAR),
        ("drop", Trouble.UNCLEAR),
        ("timeout", Trouble.UNCLEAR),
        ("accept_timeout", Trouble.UNCLEAR),
        ("html", Trouble.UNCLEAR),
        ("accept_drop", Trouble.UNCLEAR),
        ("error:internal_error", Trouble.UNCLEAR),
        ("error:ratelimited", Trouble.LATER),
        ("error:invalid_blocks", Trouble.MESSAGE),
        ("error:a_code_of_tomorrow", Trouble.MESSAGE),
        ("error:not_in_channel", Trouble.CHANNEL),
        ("error:is_archived", Trouble.CHANNEL),
        ("error:token_revoked", Trouble.WORKSPACE),
        ("error:missing_scope", Trouble.WORKSPACE),
    ],
)
def test_every_failure_is_told_apart_by_what_to_do_next(slack: LoopbackSlack, kind: str, trouble: Trouble) -> None:
    channel = SlackChannel.open(slack.token, slack.url, timeout=0.2 if kind.endswith("timeout") else PATIENT)
    slack.fail("chat.postMessage", kind)
    error = failure(lambda: channel.send("#support", PAYLOAD, "k"))
    assert error.trouble is trouble
    assert error.permanent is (trouble in (Trouble.MESSAGE, Trouble.CHANNEL, Trouble.WORKSPACE))
    assert "xoxb" not in str(error)


def test_nothing_is_retried_behind_our_back(slack: LoopbackSlack, channel: SlackChannel) -> None:
    slack.fail("chat.postMessage", "accept_drop")
    failure(lambda: channel.send("#support", PAYLOAD, "k"))
    assert [method for method, _ in slack.calls] == ["chat.postMessage"]


def test_retry_after_is_handed_on_in_seconds(slack: LoopbackSlack, channel: SlackChannel) -> None:
    slack.fail("chat.postMessage", "429", seconds=17)
    assert failure(lambda: channel.send("#support", PAYLOAD, "k")).retry_after == 17


def test_a_slack_that_is_not_there_is_said_with_the_mend() -> None:
    with nobody_there() as address:
        error = failure(lambda: SlackChannel.open("xoxb-x", address, timeout=PATIENT).identity())
    assert error.trouble is Trouble.LATER
    assert "SLACK_API_URL" in str(error)


def test_the_token_tells_whose_it_is_and_what_it_may_do(slack: LoopbackSlack, channel: SlackChannel) -> None:
    slack.workspace.scopes.remove("files:write")
    identity = channel.identity()
    assert (identity.team, identity.bot_id) == ("Loopback", "B0LOOPBACK")
    assert identity.missing_scopes == ("files:write",)


def test_a_wrong_token_is_said_with_the_mend(slack: LoopbackSlack) -> None:
    error = failure(lambda: SlackChannel.open("xoxb-wrong", slack.url).identity())
    assert error.trouble is Trouble.WORKSPACE
    assert "SLACK_BOT_TOKEN" in str(error)


def test_channels_are_found_by_name_and_a_missing_one_is_named(slack: LoopbackSlack, channel: SlackChannel) -> None:
    room = slack.workspace.add_room("late")
    assert channel.room_id("#late") == room.id
    assert channel.room_id("C012345678") == "C012345678"
    error = failure(lambda: channel.room_id("#nowhere"))
    assert error.trouble is Trouble.CHANNEL
    assert "#nowhere is not there" in str(error)


def test_an_edit_of_somebody_elses_message_is_refused(slack: LoopbackSlack, channel: SlackChannel) -> None:
    posted = channel.send("#support", PAYLOAD, "k")
    slack.messages("support")[0]["bot_id"] = "B0OTHER"
    error = failure(lambda: channel.update("#support", posted.ts, PAYLOAD, "k"))
    assert (error.trouble, error.code) == (Trouble.MESSAGE, "cant_update_message")


def test_a_file_is_put_up_whole_and_found_by_its_name(
    slack: LoopbackSlack, channel: SlackChannel, clock: PlayedClock
) -> None:
    content = "<p>Zażółć</p>".encode()
    channel.upload("#support", "digest.html", content, "digest-47", title="Week 47")
    [file] = slack.workspace.files.values()
    assert file.content == content
    assert channel.find_upload("#support", "digest.html", "digest-47", NOW) is not None
    assert channel.find_upload("#support", "digest.html", "digest-48", NOW) is None


def test_members_and_reactions_are_read(slack: LoopbackSlack, channel: SlackChannel) -> None:
    room = slack.workspace.room("support")
    assert room is not None
    inside, outside = slack.workspace.add_person("Ada", room), slack.workspace.add_person("Eve")
    posted = channel.send("#support", PAYLOAD, "k")
    slack.react("support", posted.ts, "eyes", inside)
    slack.react("support", posted.ts, "eyes", slack.workspace.bot_user)
    assert channel.reactions("#support", posted.ts) == [("eyes", inside)]
    assert (channel.is_member(room.id, inside), channel.is_member(room.id, outside)) == (True, False)


@pytest.mark.parametrize(
    ("blocks", "text", "code"),
    [
        ([{"type": "divider"}] * 51, "x", "invalid_blocks"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5, "x", "msg_blocks_too_long"),
        ([], "", "no_text"),
    ],
    ids=["51 blocks", "14,500 characters of blocks", "nothing at all"],
)
def test_what_slack_refuses_of_a_message_is_the_messages_trouble_by_slacks_name(
    channel: SlackChannel, blocks: list[dict[str, Any]], text: str, code: str
) -> None:
    error = failure(lambda: channel.send("#support", {"text": text, "blocks": blocks}, "k"))
    assert (error.code, error.trouble) == (code, Trouble.MESSAGE)


def test_the_loopback_slack_takes_one_post_a_second_and_channel(
    slack: LoopbackSlack, channel: SlackChannel, clock: PlayedClock
) -> None:
    slack.workspace.add_room("managers")
    channel.send("#support", PAYLOAD, "a")
    channel.send("#managers", PAYLOAD, "b")
    error = failure(lambda: channel.send("#support", PAYLOAD, "c"))
    assert (error.trouble, error.retry_after) == (Trouble.LATER, 1.0)
    clock.sleep(1)
    channel.send("#support", PAYLOAD, "c")
