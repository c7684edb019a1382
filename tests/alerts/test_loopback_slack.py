"""The loopback Slack keeps every limit of Slack that we know: each is tried at its edge and one beyond it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slackblocks import _limits as known

from alerts.cards import blocks as ours
from alerts.delivering.slack_calls import put_bytes, web_client
from alerts.slack import SlackChannel, SlackError
from bot.demo.loopback_slack import LoopbackSlack
from bot.demo.loopback_slack_rules import CALLS_A_MINUTE, POSTS_A_MINUTE, Pacer, message_fault
from tests.alerts.slack_support import PlayedClock

Block = dict[str, Any]


def plain(length: int) -> Block:
    return {"type": "plain_text", "text": "x" * length}


def option(text: int = 1, value: int = 1) -> Block:
    return {"text": plain(text), "value": "x" * value}


def actions(*elements: Block) -> list[Block]:
    return [{"type": "actions", "elements": list(elements)}]


def button(**more: Any) -> Block:
    return {"type": "button", "action_id": "a", "text": plain(1), **more}


def select(kind: str, *options: Block, **more: Any) -> list[Block]:
    return actions({"type": kind, "action_id": "a", "options": list(options), **more})


def fields(count: int, length: int) -> list[Block]:
    return [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * length}] * count}]


def rows(count: int, columns: int) -> list[Block]:
    return [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * count}]


# What Slack allows most, by slack.md 4a, and blocks that hold so much of it.
LIMITS: dict[str, tuple[int, Callable[[int], list[Block]]]] = {
    "blocks of a message": (50, lambda n: [{"type": "divider"}] * n),
    "text of a section": (3000, lambda n: [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * n}}]),
    "fields of a section": (10, lambda n: fields(n, 1)),
    "text of a field": (2000, lambda n: fields(1, n)),
    "text of a header": (150, lambda n: [{"type": "header", "text": plain(n)}]),
    "an emoji counts two in a header": (75, lambda n: [
        {"type": "header", "text": {"type": "plain_text", "text": "😡" * n}}]),
    "elements of a context": (10, lambda n: [{"type": "context", "elements": [plain(1)] * n}]),
    "elements of actions": (25, lambda n: actions(*(button(action_id=f"a{i}") for i in range(n)))),
    "text of a button": (75, lambda n: actions(button(text=plain(n)))),
    "value of a button": (2000, lambda n: actions(button(value="x" * n))),
    "address of a button": (3000, lambda n: actions(button(url="https://a.example/" + "x" * (n - 18)))),
    "an action_id": (255, lambda n: actions(button(action_id="x" * n))),
    "a block_id": (255, lambda n: [{"type": "divider", "block_id": "x" * n}]),
    "options of a select": (100, lambda n: select("static_select", *[option()] * n)),
    "options of an overflow menu": (5, lambda n: select("overflow", *[option()] * n)),
    "text of an option": (75, lambda n: select("static_select", option(text=n))),
    "value of an option": (150, lambda n: select("static_select", option(value=n))),
    "placeholder of a select": (150, lambda n: select("static_select", option(), placeholder=plain(n))),
    "alt text of an image": (2000, lambda n: [
        {"type": "image", "alt_text": "x" * n, "image_url": "https://a.example/i"}]),
    "address of an image": (3000, lambda n: [
        {"type": "image", "alt_text": "x", "image_url": "https://a.example/" + "x" * (n - 18)}]),
    "a markdown block": (12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    "markdown blocks together": (12_000, lambda n: [
        {"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * (n - 6000)}]),
    "rows of a table": (100, lambda n: rows(n, 1)),
    "columns of a table": (20, lambda n: rows(1, n)),
}  # fmt: skip


@pytest.mark.parametrize(("most", "build"), LIMITS.values(), ids=LIMITS)
def test_so_much_passes_and_one_more_is_refused(most: int, build: Callable[[int], list[Block]]) -> None:
    assert message_fault({"text": "x", "blocks": build(most)}) is None
    fault = message_fault({"text": "x", "blocks": build(most + 1)})
    assert fault is not None
    assert fault[0] == "invalid_blocks"
    assert "json-pointer:/blocks" in fault[1][0]


DATA_TABLE = 20_000


def data_table(length: int) -> dict[str, Any]:
    """Of so many characters of JSON, of which six stand around its one cell."""
    return {"text": "x", "blocks": [{"type": "data_table", "rows": [["x" * (length - 6)]]}]}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "blocks of 13,200 characters and more": (
        {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}] * 5},
        "msg_blocks_too_long",
    ),
    "a data table of one too many": (data_table(DATA_TABLE + 1), "invalid_blocks"),
    "a data table as large as may be, in a message too long": (data_table(DATA_TABLE), "msg_blocks_too_long"),
    "rich text of nothing": ({"text": "x", "blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks"),
    "a block of no known kind": ({"text": "x", "blocks": [{"type": "poem"}]}, "invalid_blocks"),
    "a header with formatting": (
        {"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]},
        "invalid_blocks",
    ),
    "an empty section": (
        {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]},
        "invalid_blocks",
    ),
    "an action_id twice": ({"text": "x", "blocks": actions(button(), button())}, "invalid_blocks"),
    "a block_id twice": ({"text": "x", "blocks": [{"type": "divider", "block_id": "a"}] * 2}, "invalid_blocks"),
    "a button to a script": ({"text": "x", "blocks": actions(button(url="javascript:alert(1)"))}, "invalid_blocks"),
    "101 attachments": ({"text": "x", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
    "nothing at all": ({"text": ""}, "no_text"),
    "metadata without a type": ({"text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
    "metadata that is not flat": (
        {"text": "x", "metadata": {"event_type": "a", "event_payload": {"key": {"a": 1}}}},
        "invalid_metadata_schema",
    ),
}


@pytest.mark.parametrize(("message", "code"), REFUSED.values(), ids=REFUSED)
def test_what_slack_refuses_by_another_rule(message: dict[str, Any], code: str) -> None:
    fault = message_fault(message)
    assert fault is not None
    assert fault[0] == code


def test_our_limits_are_slackblocks_limits() -> None:
    """Its constants are generated from a specification; ours and the loopback Slack's were written by hand."""
    assert LIMITS["elements of actions"][0] == known.ACTIONS_ELEMENTS_MAX_ITEMS
    assert known.CONTEXT_ELEMENTS_MAX_ITEMS == ours.MOST_CONTEXT == LIMITS["elements of a context"][0]
    assert LIMITS["text of a button"][0] == known.BUTTON_TEXT_MAX_LENGTH
    assert LIMITS["value of a button"][0] == known.BUTTON_VALUE_MAX_LENGTH
    assert LIMITS["address of a button"][0] == known.BUTTON_URL_MAX_LENGTH
    assert LIMITS["an action_id"][0] == known.ACTION_ID_MAX_LENGTH
    assert LIMITS["a block_id"][0] == known.BLOCK_ID_MAX_LENGTH
    assert LIMITS["options of a select"][0] == known.SELECT_OPTIONS_MAX_ITEMS
    assert LIMITS["placeholder of a select"][0] == known.SELECT_PLACEHOLDER_MAX_LENGTH
    assert LIMITS["options of an overflow menu"][0] == known.OVERFLOW_OPTIONS_MAX_ITEMS
    assert LIMITS["text of an option"][0] == known.OPTION_TEXT_MAX_LENGTH
    assert LIMITS["value of an option"][0] == known.OPTION_VALUE_MAX_LENGTH
    assert known.TEXT_MAX_LENGTH == ours.MOST_SECTION == LIMITS["text of a section"][0]
    assert LIMITS["rows of a table"][0] == known.TABLE_ROWS_MAX_ITEMS
    assert LIMITS["columns of a table"][0] == known.TABLE_COLUMNS_MAX_ITEMS
    assert DATA_TABLE == known.DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH
    assert LIMITS["a markdown block"][0] == known.MARKDOWN_TEXT_MAX_LENGTH
    assert LIMITS["markdown blocks together"][0] == known.MARKDOWN_TOTAL_TEXT_MAX_LENGTH


# Pace.


@pytest.mark.parametrize(("method", "most"), CALLS_A_MINUTE.items())
def test_each_method_has_its_tiers_ceiling_a_minute(method: str, most: int) -> None:
    clock = PlayedClock()
    pacer = Pacer(clock.seconds)
    assert [pacer.refusal(method, "C1") for _ in range(most)] == [None] * most
    wait = pacer.refusal(method, "C1")
    assert wait is not None
    assert 0 < wait <= 60
    clock.sleep(61)
    assert pacer.refusal(method, "C1") is None


def test_posts_have_a_second_each_in_a_channel_and_a_ceiling_over_the_workspace() -> None:
    clock = PlayedClock()
    pacer = Pacer(clock.seconds)
    assert pacer.refusal("chat.postMessage", "C1") is None
    assert pacer.refusal("chat.postMessage", "C1") == 1.0
    many = [pacer.refusal("chat.postMessage", f"C{n}") for n in range(2, POSTS_A_MINUTE + 2)]
    assert many == [None] * (POSTS_A_MINUTE - 1) + [60]


# What the methods do.


@pytest.fixture
def slack() -> Iterator[LoopbackSlack]:
    clock = PlayedClock()
    with LoopbackSlack(clock.seconds, is_paced=False) as playing:
        playing.workspace.add_room("support")
        yield playing


def asked(slack: LoopbackSlack, method: str, **arguments: Any) -> Any:
    """Slack's answer, good or bad."""
    try:
        return web_client(slack.token, slack.url, 5.0).api_call(method, json=arguments).data
    except SlackApiError as error:
        return error.response.data


def test_a_text_over_forty_thousand_is_cut_and_one_over_four_thousand_can_not_be_an_edit(slack: LoopbackSlack) -> None:
    posted = asked(slack, "chat.postMessage", channel="#support", text="x" * 40_001)
    assert posted["ok"]
    assert len(slack.messages("support")[0]["text"]) == 40_000
    place = {"channel": posted["channel"], "ts": posted["ts"]}
    assert asked(slack, "chat.update", **place, text="x" * 4000)["ok"]
    assert asked(slack, "chat.update", **place, text="x" * 4001)["error"] == "msg_too_long"


def test_a_reply_stands_under_a_parent_and_never_under_a_reply_files_too(slack: LoopbackSlack) -> None:
    top = asked(slack, "chat.postMessage", channel="#support", text="top")["ts"]
    under = asked(slack, "chat.postMessage", channel="#support", text="under", thread_ts=top)["ts"]
    refused = asked(slack, "chat.postMessage", channel="#support", text="deeper", thread_ts=under)
    assert refused["error"] == "thread_not_found"
    place = asked(slack, "files.getUploadURLExternal", filename="a.txt", length=1)
    put_bytes(place["upload_url"], b"x", 5.0)
    room = slack.workspace.room("support")
    assert room is not None
    file = {"files": [{"id": place["file_id"]}], "channel_id": room.id}
    assert asked(slack, "files.completeUploadExternal", **file, thread_ts=under)["error"] == "invalid_thread_ts"
    assert asked(slack, "files.completeUploadExternal", **file, thread_ts=top)["ok"]


def test_a_file_whose_bytes_are_not_as_many_as_promised_is_refused(slack: LoopbackSlack) -> None:
    place = asked(slack, "files.getUploadURLExternal", filename="a.txt", length=5)
    put_bytes(place["upload_url"], b"x", 5.0)
    room = slack.workspace.room("support")
    assert room is not None
    refused = asked(slack, "files.completeUploadExternal", files=[{"id": place["file_id"]}], channel_id=room.id)
    assert refused["error"] == "file_not_found"


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("files.upload", "method_deprecated"),
        ("chat.scheduleMessage", "unknown_method"),
        ("views.open", "unknown_method"),
    ],
)
def test_what_ended_or_what_we_have_no_use_for_is_refused(slack: LoopbackSlack, method: str, code: str) -> None:
    assert asked(slack, method)["error"] == code


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("chat:write", lambda door: door.send("#support", {"text": "x"}, "k")),
        ("channels:read", lambda door: door.rooms()),
        ("channels:history", lambda door: door.find("#support", {"k"}, PlayedClock().now())),
        ("files:write", lambda door: door.upload("#support", "a.txt", b"x", "k", title="a")),
        ("reactions:read", lambda door: door.reactions("#support", "1.0")),
    ],
    ids=["chat:write", "channels:read", "channels:history", "files:write", "reactions:read"],
)
def test_without_its_scope_a_method_is_refused_by_name(
    slack: LoopbackSlack, scope: str, call: Callable[[SlackChannel], object]
) -> None:
    slack.workspace.scopes.remove(scope)
    door = SlackChannel.open(slack.token, slack.url)
    assert scope not in door.identity().scopes
    with pytest.raises(SlackError, match=f"add {scope} under OAuth"):
        call(door)


# Socket Mode.


def test_an_envelope_that_is_never_acknowledged_comes_three_times_and_no_more(slack: LoopbackSlack) -> None:
    slack.sockets.acknowledge_within = 0.2
    payload = slack.sockets.block_action("U1", "C1", "1.0", {"action_id": "repwatch.take"}, None)
    seen, answer = asyncio.run(_deaf(slack, payload))
    assert answer is None
    assert [one["retry_attempt"] for one in seen] == [0, 1, 2]
    assert len({one["envelope_id"] for one in seen}) == 3
    assert [one["payload"] for one in seen] == [payload] * 3


async def _deaf(slack: LoopbackSlack, payload: dict[str, Any]) -> tuple[list[Any], float | None]:
    """Listens and acknowledges nothing."""
    address = slack.url.replace("http", "ws", 1).replace("/api/", "/link/")
    async with ClientSession() as session, session.ws_connect(address) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        waiting = asyncio.wrap_future(slack.deliver(payload))
        seen = [await socket.receive_json() for _ in range(3)]
        return seen, await waiting
