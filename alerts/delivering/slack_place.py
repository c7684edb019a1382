"""Where a message stands in Slack."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Slack's id of the channel, and the message's own name in it (an upload's file id)."""

    channel: str
    ts: str
