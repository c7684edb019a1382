"""What Slack refuses, by its own error names: messages by size, calls by pace."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from bot.demo.loopback_slack_blocks import blocks_fault

# Slack's tiers (docs.slack.dev, rate limits) in calls a minute; a method without one is not limited.
CALLS_A_MINUTE = {
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.list": 20,
    "conversations.join": 50,
    "conversations.info": 50,
    "conversations.members": 100,
    "reactions.get": 50,
    "users.info": 100,
    "usergroups.list": 20,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "apps.connections.open": 50,
}
# A whole workspace's posts: "several hundred a minute", says Slack, without a number.
POSTS_A_MINUTE = 300
_TOTAL = 13_200
_TEXT = 40_000
_EDITED_TEXT = 4_000


def cut(text: Any) -> Any:
    """Slack takes a longer text and keeps its beginning."""
    return text[:_TEXT] if isinstance(text, str) else text


def edit_fault(message: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """The same for an edit, whose text may be much shorter only."""
    if len(str(message.get("text") or "")) > _EDITED_TEXT:
        return "msg_too_long", []
    return message_fault(message)


def message_fault(message: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """Slack's error and its explanations for a message that is too much or too little; None for a good one."""
    blocks = message.get("blocks") or []
    if not message.get("text") and not blocks and not message.get("attachments"):
        return "no_text", []
    if len(message.get("attachments") or []) > 100:
        return "too_many_attachments", []
    if not isinstance(blocks, list):
        return "invalid_blocks_format", []
    said = blocks_fault(blocks)
    if said:
        return "invalid_blocks", said
    if len(json.dumps(blocks, ensure_ascii=False)) > _TOTAL:
        return "msg_blocks_too_long", []
    return _metadata(message.get("metadata"))


class Pacer:
    """Counts calls as Slack does: a post a second in a channel, a ceiling a minute for each other method."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._posts: dict[str, float] = {}
        self._calls: dict[str, deque[float]] = {}

    def refusal(self, method: str, channel: str) -> float | None:
        """Seconds to wait, or None for a call that may pass (and is counted)."""
        now = self._now()
        is_post = method == "chat.postMessage"
        last = self._posts.get(channel) if is_post else None
        # Never more than a second behind itself: real Slack's clock does not see microseconds.
        if last is not None and now - last < 0.999:
            return 1.0
        wait = self._ceiling(method, POSTS_A_MINUTE if is_post else CALLS_A_MINUTE.get(method), now)
        if is_post and wait is None:
            self._posts[channel] = now
        return wait

    def _ceiling(self, method: str, most: int | None, now: float) -> float | None:
        if most is None:
            return None
        calls = self._calls.setdefault(method, deque())
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if len(calls) >= most:
            return max(1.0, round(calls[0] + 60 - now))
        calls.append(now)
        return None


def _metadata(metadata: Any) -> tuple[str, list[str]] | None:
    if metadata is None:
        return None
    good = isinstance(metadata, dict) and metadata.get("event_type") and isinstance(metadata.get("event_payload"), dict)
    if not good:
        return "invalid_metadata_format", []
    nested = any(isinstance(value, (dict, list)) for value in metadata["event_payload"].values())
    return ("invalid_metadata_schema", []) if nested else None
